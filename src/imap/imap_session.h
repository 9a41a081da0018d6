/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The IMAP kind of mailbox, inside (RFC 3501, 2177, 4315, 6851).  libetpan sends no command and
 * opens nothing by itself here: what happens before the login and around IDLE is lines of our own,
 * everything else goes through imap_command(), whose parsing is libetpan's.  Its traps have their
 * guards in imap_guard.c.
 */
#ifndef IMAP_IMAP_SESSION_H
#define IMAP_IMAP_SESSION_H

#include "imap/mailbox_kind.h"
#include "net/stream.h"

#include <libetpan/libetpan.h>

/* Milliseconds; tests shorten them. */
struct imap_limits {
    int connect;
    int login;
    int command;
    int silence; /* without a byte */
    int logout;
    uint64_t budget; /* bytes of an ordinary answer */
};

struct imap_mailbox {
    struct mailbox base;
    struct imap_limits limits;
    struct stream *stream; /* NULL: closed */
    mailimap *session;     /* NULL: closed or parked */
    int tag;               /* of the last command */
    bool secret_refused;   /* the last one given */
    bool secret_fresh;     /* it was not given before */
    bool trying_anew;      /* only with a fresh one, servers lock accounts */
    bool idling;           /* parked in IDLE */
    bool can_idle, can_move, can_uidplus, can_keyword;
    uint32_t seen;         /* mails that the open folder had when it was opened or last searched */
    uint32_t append_limit; /* bytes (RFC 7889), 0: not told */
    bool body_came;        /* what was read last may be a mail: not for the log */
    char idle_line[64];    /* the beginning of a line while parked */
    size_t idle_len;
};

enum imap_answer {
    IMAP_OK,
    IMAP_NO,   /* err_r has the server's words */
    IMAP_LOST, /* closed; err_r says why */
};

struct imap_mailbox *imap_of(struct mailbox *mailbox);

/* Before each command: an ordinary answer's limits and so much more. */
void imap_arm(struct imap_mailbox *imap, uint64_t more_bytes, int more_ms);
/* One command (without its tag and line end), answered.  doing stands in errors: "listing". */
enum imap_answer imap_command(struct imap_mailbox *imap, const char *doing, struct err *err_r,
                              const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Lines of our own.  The line lives until the next one; NULL: lost. */
bool imap_send_line(struct imap_mailbox *imap, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
const char *imap_read_line(struct imap_mailbox *imap);
/* Skips what is untagged; *text_r is what follows the tag.  False: lost. */
bool imap_read_tagged(struct imap_mailbox *imap, const char *doing, const char **text_r,
                      struct err *err_r);

/* SELECT or EXAMINE of base.folder, also where it is open already: UIDVALIDITY and UIDNEXT are told
 * nowhere else.  Keeps the link where it is refused. */
enum mailbox_result imap_select(struct imap_mailbox *imap, struct mailbox_view *view_r,
                                struct err *err_r);

/* How many mails the open folder has, as far as the server has told (EXISTS, EXPUNGE). */
uint32_t imap_count_told(const struct imap_mailbox *imap);

/* Closes without farewell. */
void imap_drop(struct imap_mailbox *imap);
/* imap_drop() and the reason: why the stream failed, or what the server said. */
enum mailbox_result imap_lost(struct imap_mailbox *imap, const char *doing, struct err *err_r);

/* libetpan's session around the stream, made by hand. */
void imap_attach(struct imap_mailbox *imap);

/* imap_auth.c */
enum mailbox_result imap_login(struct imap_mailbox *imap, struct err *err_r);

/* imap_visit.c */
enum mailbox_result imap_list(struct mailbox *mailbox, struct arena *arena,
                              struct mailbox_item **items_r, size_t *count_r, struct err *err_r);
enum mailbox_result imap_fetch(struct mailbox *mailbox, const struct mailbox_item *item, size_t max,
                               int fd, struct err *err_r);
/* UIDs that the server lists for a search key ("ALL", "UID 5"), sorted. */
enum mailbox_result imap_search(struct imap_mailbox *imap, struct arena *arena, const char *key,
                                uint32_t **uids_r, size_t *count_r, struct err *err_r);

enum mailbox_result imap_peek(struct mailbox *mailbox, const struct mailbox_item *items,
                              size_t count, const int *fds, struct err *err_r);

/* imap_look.c */
void imap_get_offer(const struct mailbox *mailbox, struct mailbox_offer *offer_r);
enum mailbox_result imap_find_folder(struct mailbox *mailbox, const char *folder, bool *found_r,
                                     struct err *err_r);
enum mailbox_result imap_find_special(struct mailbox *mailbox, struct arena *arena, const char *use,
                                      char **name_r, struct err *err_r);

/* imap_file.c */
enum mailbox_result imap_file(struct mailbox *mailbox, const struct mailbox_copy *copy,
                              struct mailbox_filed *filed_r, struct err *err_r);

/* imap_done.c */
/* CREATE and SUBSCRIBE of a name as imap_name_folder() gives it; a refusal is no error: it may be
 * there already, and what comes next will tell. */
enum mailbox_result imap_make_folder(struct imap_mailbox *imap, const char *name,
                                     struct err *err_r);
enum mailbox_result imap_done(struct mailbox *mailbox, const uint32_t *uids, size_t count,
                              struct err *err_r);

bool imap_can_move(const struct mailbox *mailbox);

/* imap_park.c */
enum mailbox_result imap_park(struct mailbox *mailbox, int *fd_r, bool *stirred_r,
                              struct err *err_r);
bool imap_stir(struct mailbox *mailbox);
/* From parked to ready for commands; nothing to do where it is not parked. */
enum mailbox_result imap_resume(struct imap_mailbox *imap, struct err *err_r);

#endif
