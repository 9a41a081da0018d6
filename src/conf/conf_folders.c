/* SPDX-License-Identifier: EUPL-1.2 */
/* The folders of a mailbox, beside each other. */
#include "conf/conf_tree.h"

#include <string.h>
#include <strings.h>

/* The name under which a mailbox's own folder stands beside the others. */
static const char *watched_name(struct conf_reader *reader, const struct conf_mailbox *mailbox)
{
    if (mailbox->server.directory == NULL)
        return mailbox->folder;
    char *path = arena_strdup(reader->scratch, mailbox->server.directory);
    for (size_t n = strlen(path); n > 1 && path[n - 1] == '/'; n--)
        path[n - 1] = '\0';
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

/* RFC 3501 section 5.1: INBOX is the same in any case. */
static bool same_folder(const char *a, const char *b)
{
    if (a == NULL || b == NULL || *a == '\0')
        return false;
    return strcmp(a, b) == 0 || (strcasecmp(a, "INBOX") == 0 && strcasecmp(b, "INBOX") == 0);
}

void conf_check_folders(struct conf_reader *reader, const struct conf_node *node,
                        const struct conf_mailbox *mailbox)
{
    const struct {
        const char *key, *folder;
    } folders[] = {
        {"folder", watched_name(reader, mailbox)},
        {"done-folder", mailbox->done_folder},
        {"junk-folder", mailbox->junk_folder},
        {"sent-folder", mailbox->sent_folder},
    };
    const size_t count = sizeof folders / sizeof folders[0];

    for (size_t i = 0; i < count; i++)
        for (size_t k = i + 1; k < count; k++)
            if (same_folder(folders[i].folder, folders[k].folder))
                conf_mistake_add(reader, conf_node_place(node, folders[k].key),
                                 "%s is the same folder as %s; each needs its own", folders[k].key,
                                 folders[i].key);
}
