/* SPDX-License-Identifier: EUPL-1.2 */
/* Looking around: what the server offers, and which folders it has. */
#include "imap/imap_guard.h"
#include "imap/imap_name.h"
#include "imap/imap_session.h"

#include <strings.h>

#define LISTED_BYTES (1 << 22) /* a login may have thousands of folders */

void imap_get_offer(const struct mailbox *mailbox, struct mailbox_offer *offer_r)
{
    const struct imap_mailbox *imap = (const struct imap_mailbox *)mailbox;

    *offer_r = (struct mailbox_offer){
        .idle = imap->can_idle,
        .move = imap->can_move,
        .uidplus = imap->can_uidplus,
        .keyword = imap->can_keyword,
    };
}

/* STATUS opens nothing and changes nothing (RFC 3501 section 6.3.10). */
static enum mailbox_result ask_status(struct imap_mailbox *imap, struct arena *arena,
                                      const char *folder, bool *found_r, struct err *err_r)
{
    char *name =
        imap_guard_argument(folder, "folder", err_r) ? imap_name_folder(arena, folder) : NULL;
    if (name == NULL)
        return MAILBOX_REFUSED;
    imap_arm(imap, 0, 0);
    switch (imap_command(imap, "asking for a folder", err_r, "STATUS %s (UIDVALIDITY)", name)) {
    case IMAP_OK:
        *found_r = true;
        return MAILBOX_OK;
    case IMAP_NO:
        return MAILBOX_OK;
    case IMAP_LOST:
        break;
    }
    return MAILBOX_LOST;
}

enum mailbox_result imap_find_folder(struct mailbox *mailbox, const char *folder, bool *found_r,
                                     struct err *err_r)
{
    struct imap_mailbox *imap = imap_of(mailbox);
    struct arena *arena = arena_new();
    enum mailbox_result result = imap_resume(imap, err_r);

    if (result == MAILBOX_OK)
        result = ask_status(imap, arena, folder, found_r, err_r);
    arena_free(arena);
    return result;
}

/* ---- special uses (RFC 6154) ---- */

/* use without its backslash, as libetpan has attributes that it does not know. */
static bool has_use(const struct mailimap_mailbox_list *folder, const char *use)
{
    clist *flags = folder != NULL && folder->mb_flag != NULL ? folder->mb_flag->mbf_oflags : NULL;

    for (clistiter *i = flags != NULL ? clist_begin(flags) : NULL; i != NULL; i = clist_next(i)) {
        const struct mailimap_mbx_list_oflag *flag = clist_content(i);

        if (flag != NULL && flag->of_flag_ext != NULL && strcasecmp(flag->of_flag_ext, use) == 0)
            return true;
    }
    return false;
}

static char *find_listed(const struct imap_mailbox *imap, struct arena *arena, const char *use)
{
    const struct mailimap_response_info *info = imap->session->imap_response_info;
    clist *folders = info != NULL ? info->rsp_mailbox_list : NULL;

    for (clistiter *i = folders != NULL ? clist_begin(folders) : NULL; i != NULL;
         i = clist_next(i)) {
        const struct mailimap_mailbox_list *folder = clist_content(i);

        if (has_use(folder, use) && folder->mb_name != NULL)
            return imap_name_read_folder(arena, folder->mb_name);
    }
    return NULL;
}

enum mailbox_result imap_find_special(struct mailbox *mailbox, struct arena *arena, const char *use,
                                      char **name_r, struct err *err_r)
{
    struct imap_mailbox *imap = imap_of(mailbox);
    enum mailbox_result result = imap_resume(imap, err_r);

    if (result != MAILBOX_OK || !imap_guard_has(imap->session, "SPECIAL-USE"))
        return result;
    imap_arm(imap, LISTED_BYTES, 0);
    switch (
        imap_command(imap, "asking for special folders", err_r, "LIST (SPECIAL-USE) \"\" \"*\"")) {
    case IMAP_OK:
        *name_r = find_listed(imap, arena, use + 1);
        return MAILBOX_OK;
    case IMAP_NO:
        return MAILBOX_OK;
    case IMAP_LOST:
        break;
    }
    return MAILBOX_LOST;
}
