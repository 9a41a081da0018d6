/* SPDX-License-Identifier: EUPL-1.2 */
/* antragctl backup: a copy of the registry in one file, its mails in a directory beside it. */
#include "ctl/ctl.h"

#include <stdio.h>

static void print_json(struct ctl *ctl, const char *path, const struct backup_counts *counts)
{
    struct json *object = json_object_new();
    json_put_text(object, "file", path);
    json_put_text(object, "mails_directory", arena_printf(ctl->arena, "%s.mails", path));
    json_put_int(object, "mails", (int64_t)counts->mails);
    json_put_int(object, "missing", (int64_t)counts->missing);
    ctl_print_json(ctl, object);
}

bool ctl_backup(struct ctl *ctl, int *exit_code_r, struct err *err_r)
{
    const char *path = ctl->argv[0];
    struct backup_counts counts;
    (void)exit_code_r; /* stays 0 */
    if (!registry_backup(ctl->registry, path, &counts, err_r))
        return false;
    if (ctl->json)
        print_json(ctl, path, &counts);
    else
        printf("%s, and %zu mails in %s.mails\n", path, counts.mails, path);
    return counts.missing == 0 ||
           err_set(err_r, ERR_DATA,
                   "the copy is made, but %zu mails that the registry names are not in %s/mails",
                   counts.missing, ctl->conf->state_directory);
}
