/* SPDX-License-Identifier: EUPL-1.2 */
/* What the two kinds of mailbox have in common; only for src/imap and its tests. */
#ifndef IMAP_MAILBOX_KIND_H
#define IMAP_MAILBOX_KIND_H

#include "base/arena.h"
#include "imap/mailbox.h"

/* One row per verb of mailbox.h, with the same meaning. */
struct mailbox_kind {
    enum mailbox_result (*open)(struct mailbox *mailbox, struct mailbox_view *view_r,
                                struct err *err_r);
    /* mailbox->folder, and keeps the link where it is refused */
    enum mailbox_result (*open_other)(struct mailbox *mailbox, struct mailbox_view *view_r,
                                      struct err *err_r);
    enum mailbox_result (*list)(struct mailbox *mailbox, struct arena *arena,
                                struct mailbox_item **items_r, size_t *count_r, struct err *err_r);
    enum mailbox_result (*fetch)(struct mailbox *mailbox, const struct mailbox_item *item,
                                 size_t max, int fd, struct err *err_r);
    enum mailbox_result (*done)(struct mailbox *mailbox, const uint32_t *uids, size_t count,
                                struct err *err_r);
    enum mailbox_result (*peek)(struct mailbox *mailbox, const struct mailbox_item *items,
                                size_t count, const int *fds, struct err *err_r);
    enum mailbox_result (*file)(struct mailbox *mailbox, const struct mailbox_copy *copy,
                                struct mailbox_filed *filed_r, struct err *err_r);
    bool (*can_move)(const struct mailbox *mailbox);
    void (*get_offer)(const struct mailbox *mailbox, struct mailbox_offer *offer_r);
    enum mailbox_result (*find_folder)(struct mailbox *mailbox, const char *folder, bool *found_r,
                                       struct err *err_r);
    /* NULL: it has none */
    enum mailbox_result (*find_special)(struct mailbox *mailbox, struct arena *arena,
                                        const char *use, char **name_r, struct err *err_r);
    enum mailbox_result (*park)(struct mailbox *mailbox, int *fd_r, bool *stirred_r,
                                struct err *err_r);
    bool (*stir)(struct mailbox *mailbox);
    void (*close)(struct mailbox *mailbox);
    void (*free)(struct mailbox *mailbox);
};

/* The first member of each kind's own structure. */
struct mailbox {
    const struct mailbox_kind *kind;
    const struct conf_mailbox *conf;
    int cancel_fd;
    const struct secret_source *secrets; /* or NULL */
    const char *folder;                  /* that is open or to be opened, foreign */
    bool read_only;
    bool trial;         /* nothing is written anywhere */
    int suggested_wait; /* seconds */
};

struct mailbox *imap_mailbox_new(void);
struct mailbox *dir_mailbox_new(void);

/* Of a mail that is too large only the headers are kept: cuts fd behind its first empty line. */
bool mailbox_cut_to_headers(int fd, struct err *err_r);

#endif
