/* SPDX-License-Identifier: EUPL-1.2 */
#include "imap/mailbox.h"

#include "base/text.h"
#include "imap/mailbox_kind.h"

#include <errno.h>
#include <unistd.h>

struct mailbox *mailbox_new(const struct conf_mailbox *conf, int cancel_fd)
{
    struct mailbox *mailbox =
        conf->server.directory != NULL ? dir_mailbox_new() : imap_mailbox_new();

    mailbox->conf = conf;
    mailbox->folder = conf->folder;
    mailbox->cancel_fd = cancel_fd;
    return mailbox;
}

void mailbox_set_secrets(struct mailbox *mailbox, const struct secret_source *secrets)
{
    mailbox->secrets = secrets;
}

void mailbox_free(struct mailbox *mailbox)
{
    if (mailbox != NULL)
        mailbox->kind->free(mailbox);
}

/* Every text says whose it is. */
static enum mailbox_result name_error(const struct mailbox *mailbox, enum mailbox_result result,
                                      struct err *err_r)
{
    if (result != MAILBOX_OK)
        err_add_where(err_r, "mailbox %s", mailbox->conf->name);
    return result;
}

enum mailbox_result mailbox_open(struct mailbox *mailbox, bool read_only,
                                 struct mailbox_view *view_r, struct err *err_r)
{
    mailbox->folder = mailbox->conf->folder;
    mailbox->read_only = read_only;
    mailbox->trial = read_only;
    return name_error(mailbox, mailbox->kind->open(mailbox, view_r, err_r), err_r);
}

enum mailbox_result mailbox_examine(struct mailbox *mailbox, const char *folder, bool trial,
                                    struct mailbox_view *view_r, struct err *err_r)
{
    mailbox->folder = folder;
    mailbox->read_only = true;
    mailbox->trial = trial;
    return name_error(mailbox, mailbox->kind->open_other(mailbox, view_r, err_r), err_r);
}

enum mailbox_result mailbox_select(struct mailbox *mailbox, const char *folder,
                                   struct mailbox_view *view_r, struct err *err_r)
{
    mailbox->folder = folder;
    mailbox->read_only = false;
    mailbox->trial = false;
    return name_error(mailbox, mailbox->kind->open_other(mailbox, view_r, err_r), err_r);
}

enum mailbox_result mailbox_list(struct mailbox *mailbox, struct arena *arena,
                                 struct mailbox_item **items_r, size_t *count_r, struct err *err_r)
{
    *items_r = NULL;
    *count_r = 0;
    return name_error(mailbox, mailbox->kind->list(mailbox, arena, items_r, count_r, err_r), err_r);
}

enum mailbox_result mailbox_fetch(struct mailbox *mailbox, const struct mailbox_item *item,
                                  size_t max, int fd, struct err *err_r)
{
    enum mailbox_result result = mailbox->kind->fetch(mailbox, item, max, fd, err_r);

    if (result == MAILBOX_TOO_BIG && !mailbox_cut_to_headers(fd, err_r))
        result = MAILBOX_LOST;
    return name_error(mailbox, result, err_r);
}

enum mailbox_result mailbox_peek(struct mailbox *mailbox, const struct mailbox_item *items,
                                 size_t count, const int *fds, struct err *err_r)
{
    return name_error(mailbox, mailbox->kind->peek(mailbox, items, count, fds, err_r), err_r);
}

enum mailbox_result mailbox_file(struct mailbox *mailbox, const struct mailbox_copy *copy,
                                 struct mailbox_filed *filed_r, struct err *err_r)
{
    *filed_r = (struct mailbox_filed){0};
    return name_error(mailbox, mailbox->kind->file(mailbox, copy, filed_r, err_r), err_r);
}

enum mailbox_result mailbox_done(struct mailbox *mailbox, const uint32_t *uids, size_t count,
                                 struct err *err_r)
{
    if (count == 0)
        return MAILBOX_OK;
    if (mailbox->read_only) {
        err_set(err_r, ERR_BUG, "it was opened read-only, so nothing may be moved");
        return name_error(mailbox, MAILBOX_REFUSED, err_r);
    }
    return name_error(mailbox, mailbox->kind->done(mailbox, uids, count, err_r), err_r);
}

bool mailbox_moves(const struct mailbox *mailbox)
{
    const char *folder = mailbox->conf->done_folder;

    return folder != NULL && folder[0] != '\0' && mailbox->kind->can_move(mailbox);
}

void mailbox_get_offer(const struct mailbox *mailbox, struct mailbox_offer *offer_r)
{
    mailbox->kind->get_offer(mailbox, offer_r);
}

enum mailbox_result mailbox_find_folder(struct mailbox *mailbox, const char *folder, bool *found_r,
                                        struct err *err_r)
{
    *found_r = false;
    return name_error(mailbox, mailbox->kind->find_folder(mailbox, folder, found_r, err_r), err_r);
}

enum mailbox_result mailbox_find_special(struct mailbox *mailbox, struct arena *arena,
                                         const char *use, char **name_r, struct err *err_r)
{
    *name_r = NULL;
    if (mailbox->kind->find_special == NULL)
        return MAILBOX_OK;
    return name_error(mailbox, mailbox->kind->find_special(mailbox, arena, use, name_r, err_r),
                      err_r);
}

enum mailbox_result mailbox_park(struct mailbox *mailbox, int *fd_r, bool *stirred_r,
                                 struct err *err_r)
{
    *fd_r = -1;
    *stirred_r = false;
    return name_error(mailbox, mailbox->kind->park(mailbox, fd_r, stirred_r, err_r), err_r);
}

bool mailbox_stir(struct mailbox *mailbox)
{
    return mailbox->kind->stir(mailbox);
}

void mailbox_close(struct mailbox *mailbox)
{
    mailbox->kind->close(mailbox);
}

int mailbox_suggested_wait(const struct mailbox *mailbox)
{
    return mailbox->suggested_wait;
}

/* The offset behind the first empty line (LF LF or LF CR LF), or the number of bytes looked at. */
static off_t headers_end(int fd)
{
    char bytes[16384];
    off_t at = 0;
    bool line_empty = true; /* a mail may have no headers at all */

    for (;;) {
        ssize_t n = pread(fd, bytes, sizeof bytes, at);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n < 0 ? -1 : at;
        for (ssize_t i = 0; i < n; i++) {
            if (bytes[i] == '\n' && line_empty)
                return at + i + 1;
            if (bytes[i] != '\r')
                line_empty = bytes[i] == '\n';
        }
        at += n;
    }
}

bool mailbox_cut_to_headers(int fd, struct err *err_r)
{
    off_t end = headers_end(fd);

    if (end < 0 || ftruncate(fd, end) != 0)
        return err_set_errno(err_r, ERR_TRY_AGAIN, "cutting a large mail to its headers");
    return true;
}
