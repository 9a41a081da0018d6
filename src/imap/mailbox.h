/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A mailbox that is watched.  Two kinds behind one interface: IMAP, and a folder of .eml files.
 * All calls but mailbox_stir() may block up to their timeouts and belong to a worker's visit; one
 * mailbox is used by one thread at a time.
 *
 * A visit: open (or resume), list, fetch ..., done, park.  Nothing is ever deleted, \Seen is
 * neither set nor looked at, and other people's mail is never touched.
 */
#ifndef IMAP_MAILBOX_H
#define IMAP_MAILBOX_H

#include "base/err.h"
#include "conf/conf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mailbox;
struct secret_source; /* net/secret.h */

enum mailbox_result {
    MAILBOX_OK,
    MAILBOX_GONE,    /* this mail is not there any more */
    MAILBOX_TOO_BIG, /* this mail is over the limit; its headers were fetched */
    MAILBOX_LOST,    /* link or server: close, back off, open again */
    MAILBOX_DENIED,  /* login refused: slow down and shout */
    MAILBOX_REFUSED, /* folder missing, certificate wrong: a person must act */
};

struct mailbox_view {
    uint32_t uidvalidity;
    uint32_t uidnext; /* 0: not told */
    bool can_idle;
};

struct mailbox_item {
    uint32_t uid;
    uint32_t size; /* a hint: RFC822.SIZE */
    int64_t internaldate;
};

/* conf is foreign and must outlive it; cancel_fd readable ends any wait. */
struct mailbox *mailbox_new(const struct conf_mailbox *conf, int cancel_fd);
/* Who runs the command for its secret: foreign, must outlive it; without it the command is run
 * here. */
void mailbox_set_secrets(struct mailbox *mailbox, const struct secret_source *secrets);
void mailbox_free(struct mailbox *mailbox); /* closes without farewell */

/* Connects, logs in, opens the folder that is watched (read_only: EXAMINE, and mailbox_done() is
 * not allowed). On an open mailbox only refreshes the view. */
enum mailbox_result mailbox_open(struct mailbox *mailbox, bool read_only,
                                 struct mailbox_view *view_r, struct err *err_r);
/* Opens another folder of the same mailbox, until the next call of these; a link that stands stays,
 * whatever comes of it.  MAILBOX_REFUSED: there is no such folder, or it may not be opened.
 * mailbox_examine(): nothing in it can be changed (EXAMINE); trial: nothing at all is written, not
 * even the index of a folder of .eml files. */
enum mailbox_result mailbox_examine(struct mailbox *mailbox, const char *folder, bool trial,
                                    struct mailbox_view *view_r, struct err *err_r);
enum mailbox_result mailbox_select(struct mailbox *mailbox, const char *folder,
                                   struct mailbox_view *view_r, struct err *err_r);

/* All items of the open folder, sorted by UID.  Where the server does not tell a mail's date, it is
 * the time of this call. */
enum mailbox_result mailbox_list(struct mailbox *mailbox, struct arena *arena,
                                 struct mailbox_item **items_r, size_t *count_r, struct err *err_r);
/* The whole mail into an empty memfd (not yet sealed), nothing marked.  UID and byte count are
 * checked.  More than max bytes: MAILBOX_TOO_BIG, and the memfd holds the headers (with the empty
 * line behind them) only.  MAILBOX_GONE only where the server does not list it any more: a server
 * that lists a mail and does not hand it out is MAILBOX_LOST. */
enum mailbox_result mailbox_fetch(struct mailbox *mailbox, const struct mailbox_item *item,
                                  size_t max, int fd, struct err *err_r);
/* Who sent it, of up to MAILBOX_PEEK_MAX mails by one command: what a mail has of From fields goes,
 * with the empty line behind them, into its memfd (not yet sealed), a few kB at most; nothing is
 * marked.  The memfd of a mail that is not there any more stays empty. */
#define MAILBOX_PEEK_MAX 16
enum mailbox_result mailbox_peek(struct mailbox *mailbox, const struct mailbox_item *items,
                                 size_t count, const int *fds, struct err *err_r);
/* Into the done-folder (made where missing), by as few commands as fit in lines of 4 kB: UID MOVE,
 * else COPY and UID EXPUNGE, else (and with "" as done-folder) the keyword $Registered where the
 * server allows one.  Harmless to repeat. */
enum mailbox_result mailbox_done(struct mailbox *mailbox, const uint32_t *uids, size_t count,
                                 struct err *err_r);

/* A mail of our own for a folder beside the one that is watched. */
struct mailbox_copy {
    const char *folder;
    const char *message_id; /* without < > */
    int64_t date;           /* moment: of its arrival there */
    int fd;                 /* sealed memfd with its bytes, foreign */
    bool look_first;        /* an earlier try may have come about */
};
/* What became of it. */
struct mailbox_filed {
    bool found;           /* it was there already */
    uint32_t uidvalidity; /* and uid, where the server tells (RFC 4315); else 0 */
    uint32_t uid;
};
/* Puts the copy there (APPEND, seen), the folder being made where it is missing.  MAILBOX_REFUSED:
 * the server does not take it, which is in err_r in its words, and it is surely not there;
 * MAILBOX_LOST: it may be there.  Another folder may be open afterwards: mailbox_open() again. */
enum mailbox_result mailbox_file(struct mailbox *mailbox, const struct mailbox_copy *copy,
                                 struct mailbox_filed *filed_r, struct err *err_r);

/* Whether mailbox_done() takes mails out of the folder; else they stay, at best with the keyword.
 * Known once it is open. */
bool mailbox_moves(const struct mailbox *mailbox);

/* What the server offers; known once the mailbox is open.  A folder of .eml files offers all. */
struct mailbox_offer {
    bool idle, move, uidplus, keyword;
};
void mailbox_get_offer(const struct mailbox *mailbox, struct mailbox_offer *offer_r);
/* Whether there is a folder of that name, without opening it; of an open mailbox. */
enum mailbox_result mailbox_find_folder(struct mailbox *mailbox, const char *folder, bool *found_r,
                                        struct err *err_r);

/* What the server calls its folder for a use ("\\Junk", RFC 6154); NULL where it does not say.  Of
 * an open mailbox; in the arena. */
enum mailbox_result mailbox_find_special(struct mailbox *mailbox, struct arena *arena,
                                         const char *use, char **name_r, struct err *err_r);

/* Begins IDLE (or notes that the kind of mailbox cannot) and gives up all memory but the link.
 * *fd_r: to wait for (-1: poll by time).  MAILBOX_OK with *stirred_r: news came meanwhile, visit
 * again. */
enum mailbox_result mailbox_park(struct mailbox *mailbox, int *fd_r, bool *stirred_r,
                                 struct err *err_r);
/* The descriptor is readable: true means visit it (news, or a dead link that the visit will
 * notice). Never blocks. */
bool mailbox_stir(struct mailbox *mailbox);

/* LOGOUT, at most two seconds. */
void mailbox_close(struct mailbox *mailbox);

/* Seconds the server asked us to wait ("Suggested Backoff Time"), or 0. */
int mailbox_suggested_wait(const struct mailbox *mailbox);

#endif
