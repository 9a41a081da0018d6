/* SPDX-License-Identifier: EUPL-1.2 */
/* What the files of the clerk share; nobody else includes it. */
#ifndef DAEMON_CLERK_P_H
#define DAEMON_CLERK_P_H

#include "daemon/channel.h"
#include "daemon/role.h"
#include "pipeline/ruling.h"
#include "reply/news.h"

#include "registry/registry.h"

#include <stdbool.h>
#include <sys/queue.h>

struct chores;
struct event;

/* What became known of a mailbox last, for status. */
struct health {
    const char *body, *mailbox;
    char state[32];
    char text[512];
    int64_t since;
    int64_t retry_at; /* MOMENT_NONE: none */
    bool visiting;    /* a visit has begun and its end is not known */
    int crashes;      /* in a row: the watch died in a visit to it */
    bool owes_rest;   /* for the last one */
};

/* A message on its way: from MAIL to SETTLED. */
struct docket {
    TAILQ_ENTRY(docket) next; /* in reading or in read */
    struct arena *arena;      /* holds this and everything about the message */
    struct message message;
    uint64_t visit;
    uint64_t ticket;
    bool sender_only; /* of a mail in a folder for junk only From is there */
    bool content;     /* the job "content" is asked for */
    int tries;        /* deaths of the reader at this message */
    int64_t began_ms;
    uint64_t asker;    /* reading again for a person: the control connection, else 0 */
    const char *actor; /* and who that is */
    struct json *answer;
    struct err failure;
    /* the outcome, until the batch is committed */
    bool settled;
    struct conclusion conclusion;
    int64_t id;
    bool accepted; /* the office has had another mail registered by it */
};

TAILQ_HEAD(dockets, docket);

/* A watch in its senses has 64 mails on their way; each holds descriptors. */
#define CLERK_DOCKETS_MAX 256

/* How one body's submission is. */
struct outlet {
    int64_t held_until; /* monotonic seconds: its server does not answer or refuses us all;
                           MOMENT_NONE: no */
    int holds;          /* in a row */
    size_t account;     /* the first outlet with the same login: they share what it takes */
    int64_t next_ms;    /* of the account, monotonic: not before, where it takes only so many a
                           minute */
};

struct outbox {
    struct event *timer;
    struct outlet *outlets; /* as many as bodies, in their order */
    int64_t in_flight;      /* the delivery that send has, or 0 */
    int64_t message;        /* that caused it, or 0 */
    struct outlet *outlet;  /* through which it goes */
    int attempts;           /* of it, with the one under way */
    int64_t tried_since;
    bool quiet;  /* nothing to be done now */
    bool unsure; /* an outcome could not be recorded: as after a crash */
};

/* The newest day whose book is made. */
struct book_memory {
    bool known; /* the registry was asked */
    struct day day;
    int64_t at; /* when that was found: nothing is known once the clock went back behind it */
};

struct clerk {
    const struct conf *conf; /* after chores_open(), with what the tables say now */
    bool once;
    bool stopping; /* once the answer under way has its outcome */
    struct event_base *base;
    struct registry *registry;
    struct channel *supervisor;
    struct channel *peers[ROLE_COUNT]; /* NULL: not there */
    uint64_t last_ticket;
    size_t dockets;         /* in reading and in read */
    struct dockets reading; /* asked of the reader, in the order of asking */
    struct dockets read;    /* answered, to be settled with the next batch */
    struct event *settle;   /* a batch is settled at the end of a turn of the loop */
    struct outbox outbox;
    struct health *health;
    size_t health_count;
    uint64_t round;       /* the last one asked of the watch; the first it makes by itself */
    uint64_t round_ended; /* every mailbox was visited */
    bool round_failed;
    struct control *control;
    struct chores *chores;
    struct filing *filing;
    struct book_memory *books; /* as many as bodies, in their order */
    int64_t started_at;        /* monotonic seconds */
    bool settled;              /* with once: the books of the day are looked after */
    int64_t retention_due;     /* monotonic seconds: when it is next looked for what is too old */
};

/* clerk.c */
void clerk_finish_if_done(struct clerk *clerk);
/* Every mailbox is to be visited; the number of the round. */
uint64_t clerk_ask_round(struct clerk *clerk);
int64_t clerk_now(void);
/* 32 hexadecimal digits for Message-IDs */
const char *clerk_fresh_token(struct arena *arena);

/* clerk_intake.c: from the watch through the reader to the registry */
void intake_open(struct clerk *clerk);
void intake_close(struct clerk *clerk);
void intake_watch_packet(struct clerk *clerk, const struct wire_packet *packet);
void intake_reader_packet(struct clerk *clerk, const struct wire_packet *packet);
void intake_watch_gone(struct clerk *clerk);
/* Asks a new reader for everything the one before did not answer. */
void intake_reader_back(struct clerk *clerk);
bool intake_is_empty(const struct clerk *clerk);
size_t intake_count(const struct clerk *clerk);
/* Has a stored mail read again and decides anew; control_reread_done() says what came of it. */
bool intake_reread(struct clerk *clerk, const struct ruling_order *order, const char *actor,
                   uint64_t asker, struct err *err_r);

/* clerk_view.c: what the watch says of a folder as a whole */
void view_take(struct clerk *clerk, const struct wire_packet *packet);
void view_take_moved(struct clerk *clerk, const struct wire_packet *packet);

/* What a watch names of a mailbox; it can only name what the configuration has. */
struct place_names {
    const struct conf_body *body;
    const struct conf_mailbox *mailbox;
    const char *folder; /* of the configuration, too */
};
bool intake_find_place(const struct clerk *clerk, const char *body, const char *mailbox,
                       const char *folder, struct place_names *names_r);
/* Takes the descriptor. */
struct docket *intake_new_docket(struct clerk *clerk, const struct place_names *names,
                                 uint64_t visit, uint64_t uidvalidity, uint64_t uid,
                                 uint64_t internaldate, int fd);
void intake_free_docket(struct clerk *clerk, struct docket *docket);
void intake_ask_reader(struct clerk *clerk, struct docket *docket);

/* clerk_junk.c: a folder for junk */
bool junk_compare(struct clerk *clerk, struct arena *arena, const struct place_names *names,
                  uint32_t uidvalidity, const uint32_t *uids, size_t count, struct uid_sets *sets_r,
                  struct err *err_r);
void junk_take_sender(struct clerk *clerk, const struct wire_packet *packet);
/* The reader has said who sent it, or that it cannot be read. */
void junk_judge(struct clerk *clerk, const struct docket *docket);

/* clerk_filing.c: copies of what was sent, through the watch into the sent-folder */
void filing_open(struct clerk *clerk);
void filing_close(struct clerk *clerk);
void filing_watch_packet(struct clerk *clerk, const struct wire_packet *packet);
void filing_watch_gone(struct clerk *clerk);
/* Nothing is being sent: mailboxes with copies that wait are visited. */
void filing_run(struct clerk *clerk);
/* With --once, when all else is done: true while another round is under way for copies. */
bool filing_needs_round(struct clerk *clerk);
bool filing_is_left(struct clerk *clerk);

/* clerk_outbox.c: from the registry to send */
void outbox_open(struct clerk *clerk);
void outbox_close(struct clerk *clerk);
void outbox_send_packet(struct clerk *clerk, const struct wire_packet *packet);
/* A few words. */
const char *outbox_status(const struct clerk *clerk);
void outbox_send_gone(struct clerk *clerk);
bool outbox_is_sending(const struct clerk *clerk);
/* Hands out what is due, or sets the timer for when something will be. */
void outbox_run(struct clerk *clerk);
/* A server that did not answer is tried all the same. */
void outbox_forget_hold(struct clerk *clerk);

/* clerk_chores.c: tables that change, and what is told by the clock.  From chores_open() on,
 * clerk->conf is a configuration whose factions and councils may be others after
 * chores_refresh() and chores_run(); bodies and mailboxes stay. */
bool chores_open(struct clerk *clerk, struct err *err_r);
void chores_close(struct clerk *clerk);
/* The body's tables, before its mails are judged. */
void chores_refresh(struct clerk *clerk, const struct conf_body *body);
/* Who has to be told of something. */
void chores_run_body(struct clerk *clerk, const struct conf_body *body);
void chores_run(struct clerk *clerk);
struct news chores_news(struct arena *arena, const struct conf_body *body, const char *occasion);

/* clerk_waiting.c: who is told that mails wait for a person */
typedef bool chore(struct clerk *clerk, struct arena *arena, const struct conf_body *body,
                   struct err *err_r);
chore chores_tell_held, chores_tell_overdue, chores_tell_expiring, chores_tell_claims,
    chores_tell_misfiled;

/* clerk_book.c: the day's book for the office, and the list's mail of the day */
void book_open(struct clerk *clerk);
void book_close(struct clerk *clerk);
/* Makes the body's where it is due and no mail is on its way. */
chore book_look;
/* Those of all bodies. */
void book_run(struct clerk *clerk);

/* clerk_retention.c: what is too old is erased.  The office hears of a mail that nobody decided on
 * so many days before (chores_tell_expiring()). */
#define RETENTION_NOTICE_DAYS 14
void retention_run(struct clerk *clerk);

/* control.c: the socket of antragctl */
bool control_open(struct clerk *clerk, struct err *err_r);
void control_close(struct clerk *clerk);
/* answer NULL: it failed.  Takes the answer. */
void control_reread_done(struct clerk *clerk, uint64_t asker, struct json *answer,
                         const struct err *err);
/* Answers those who wait for a round of visits. */
void control_round_ended(struct clerk *clerk);

#endif
