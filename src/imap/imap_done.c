/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Putting registered mails away.  Only UIDs that were given are touched: no EXPUNGE, no CLOSE,
 * which would take other people's deleted mails along.  The registry is committed before, so each
 * step may fail, or be repeated, without harm.
 */
#include "imap/imap_guard.h"
#include "imap/imap_name.h"
#include "imap/imap_session.h"

#include <stdlib.h>
#include <string.h>

#define SET_BYTES 4000 /* RFC 7162 wants servers to take lines of 8,192 */
#define KEYWORD "$Registered"

static enum mailbox_result set_keyword(struct imap_mailbox *imap, const char *set,
                                       struct err *err_r)
{
    if (!imap->can_keyword)
        return MAILBOX_OK;
    imap_arm(imap, 0, 0);
    /* a refusal changes nothing: the keyword is for people who look */
    return imap_command(imap, "marking", err_r, "UID STORE %s +FLAGS.SILENT (" KEYWORD ")", set) ==
                   IMAP_LOST
               ? MAILBOX_LOST
               : MAILBOX_OK;
}

/* Of a set, what is still in the folder; NULL: nothing. */
static enum mailbox_result still_there(struct imap_mailbox *imap, struct arena *arena,
                                       const char *set, char **set_r, struct err *err_r)
{
    uint32_t *uids;
    size_t count, next = 0;
    enum mailbox_result result =
        imap_search(imap, arena, arena_printf(arena, "UID %s", set), &uids, &count, err_r);

    *set_r = NULL;
    if (result == MAILBOX_OK && count > 0)
        *set_r = imap_name_uids(arena, uids, count, SIZE_MAX, &next);
    return result;
}

enum mailbox_result imap_make_folder(struct imap_mailbox *imap, const char *name, struct err *err_r)
{
    struct err ignored;

    imap_arm(imap, 0, 0);
    enum imap_answer answer = imap_command(imap, "making a folder", err_r, "CREATE %s", name);
    if (answer == IMAP_LOST)
        return MAILBOX_LOST;
    if (answer == IMAP_NO)
        return MAILBOX_OK;
    imap_arm(imap, 0, 0);
    return imap_command(imap, "subscribing", &ignored, "SUBSCRIBE %s", name) == IMAP_LOST
               ? MAILBOX_LOST
               : MAILBOX_OK;
}

/* verb is COPY or MOVE.  A refusal may mean that the folder is missing or, with some servers, that
 * a mail is: then it is tried once more with what is left.  *left_r: what was copied, NULL where
 * nothing was left to do. */
static enum mailbox_result transfer(struct imap_mailbox *imap, struct arena *arena,
                                    const char *verb, const char *set, const char *name,
                                    char **left_r, struct err *err_r)
{
    enum mailbox_result result;

    *left_r = arena_strdup(arena, set);
    for (int attempt = 0;; attempt++) {
        imap_arm(imap, 0, 0);
        switch (imap_command(imap, "putting registered mails away", err_r, "UID %s %s %s", verb,
                             *left_r, name)) {
        case IMAP_OK:
            return MAILBOX_OK;
        case IMAP_NO:
            break;
        case IMAP_LOST:
            return MAILBOX_LOST;
        }
        if (attempt == 1) {
            err_add_where(err_r, "done-folder %s", name);
            return MAILBOX_REFUSED;
        }
        result = still_there(imap, arena, set, left_r, err_r);
        if (result != MAILBOX_OK || *left_r == NULL)
            return result;
        result = imap_make_folder(imap, name, err_r);
        if (result != MAILBOX_OK)
            return result;
    }
}

static enum mailbox_result copy_and_expunge(struct imap_mailbox *imap, struct arena *arena,
                                            const char *set, const char *name, struct err *err_r)
{
    char *left;
    enum mailbox_result result = transfer(imap, arena, "COPY", set, name, &left, err_r);

    if (result != MAILBOX_OK || left == NULL)
        return result;
    imap_arm(imap, 0, 0);
    enum imap_answer answer = imap_command(imap, "putting registered mails away", err_r,
                                           "UID STORE %s +FLAGS.SILENT (\\Deleted)", left);
    if (answer == IMAP_OK) {
        imap_arm(imap, 0, 0);
        answer = imap_command(imap, "putting registered mails away", err_r, "UID EXPUNGE %s", left);
    }
    if (answer == IMAP_LOST)
        return MAILBOX_LOST;
    return answer == IMAP_OK ? MAILBOX_OK : MAILBOX_REFUSED;
}

static enum mailbox_result put_away(struct imap_mailbox *imap, struct arena *arena, const char *set,
                                    const char *name, struct err *err_r)
{
    char *left;

    if (name != NULL && imap->can_move)
        return transfer(imap, arena, "MOVE", set, name, &left, err_r);
    if (name != NULL && imap->can_uidplus)
        return copy_and_expunge(imap, arena, set, name, err_r);
    return set_keyword(imap, set, err_r);
}

static enum mailbox_result all_sets(struct imap_mailbox *imap, struct arena *arena,
                                    const uint32_t *uids, size_t count, const char *name,
                                    struct err *err_r)
{
    enum mailbox_result result = MAILBOX_OK;

    for (size_t next = 0; next < count && result == MAILBOX_OK;) {
        char *set = imap_name_uids(arena, uids, count, SET_BYTES, &next);

        result = put_away(imap, arena, set, name, err_r);
    }
    return result;
}

static int compare_uids(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return x < y ? -1 : x > y;
}

/* NULL where no folder is configured. */
static bool folder_name(const struct imap_mailbox *imap, struct arena *arena, char **name_r,
                        struct err *err_r)
{
    const char *folder = imap->base.conf->done_folder;

    *name_r = NULL;
    if (folder == NULL || folder[0] == '\0')
        return true;
    if (!imap_guard_argument(folder, "done-folder", err_r))
        return false;
    *name_r = imap_name_folder(arena, folder);
    return *name_r != NULL || err_set(err_r, ERR_CONFIG, "done-folder is not UTF-8");
}

enum mailbox_result imap_done(struct mailbox *mailbox, const uint32_t *uids, size_t count,
                              struct err *err_r)
{
    struct imap_mailbox *imap = imap_of(mailbox);
    enum mailbox_result result = imap_resume(imap, err_r);
    struct arena *arena = arena_new();
    char *name;

    if (result == MAILBOX_OK && !folder_name(imap, arena, &name, err_r))
        result = MAILBOX_REFUSED;
    if (result == MAILBOX_OK) {
        uint32_t *sorted = arena_array(arena, count, sizeof *sorted);

        memcpy(sorted, uids, count * sizeof *sorted);
        qsort(sorted, count, sizeof *sorted, compare_uids);
        result = all_sets(imap, arena, sorted, count, name, err_r);
    }
    arena_free(arena);
    return result;
}

bool imap_can_move(const struct mailbox *mailbox)
{
    const struct imap_mailbox *imap = (const struct imap_mailbox *)mailbox;

    return imap->can_move || imap->can_uidplus;
}
