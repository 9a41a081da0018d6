/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What to do with a mail: verdict x reading x known -> decision.  One visible table in decide.c;
 * every row has a name and a sentence.  Pure: takes values, returns values.
 */
#ifndef DECISION_DECISION_H
#define DECISION_DECISION_H

#include "decision/arrival.h"
#include "decision/deadline.h"
#include "trust/trust.h"

/* Stands in the Message-ID of the mail that asks a named faction whether it moves along, so that
 * its answer is known by In-Reply-To. */
#define NAMING_MARK ".named."

enum message_state {
    MESSAGE_REGISTERED,
    MESSAGE_HELD,
    MESSAGE_IGNORED,
    MESSAGE_UNREADABLE,
    MESSAGE_DUPLICATE,
    MESSAGE_VANISHED,
};

enum motion_state {
    MOTION_STATE_REGISTERED,
    MOTION_STATE_WITHDRAWN,
    MOTION_STATE_REPLACED,
    MOTION_STATE_VOID,
};

/* A motion of the register that a mail is about, as it stands. */
struct known_motion {
    const char *number;
    int version;
    enum motion_state state;
    enum motion_kind kind;
    const char *title; /* or NULL */
    bool confidential;
    struct texts movers, named; /* titles of factions */
    struct motion_consultation *consultations;
    size_t consultation_count;
    int64_t arrived_at; /* of its present version */
    int64_t written_at; /* the newest mail that made it what it is: by its Date, where that is not
                           after its arrival; or MOMENT_NONE */
    struct deadline deadline;
    const char *confirmation; /* Message-ID of the list's first mail about it, or NULL */
    bool confirmation_waits;
};

/* A mail that was held, whose review this mail answers. */
struct known_held {
    int64_t message;    /* "m12" */
    bool waits;         /* it still does */
    bool threaded;      /* by the review's Message-ID, which is random and only its reader knows */
    const char *row;    /* which row said so */
    const char *sender; /* address, or NULL */
    int64_t arrived_at;
    struct texts titles; /* of its motions, "" for none; no element where it has none */
};

#define GRANT_SECONDS (INT64_C(14) * 86400) /* a token is good for so long */

/* A notice to the office that a mail replies to, and what its tokens let a reply decide. */
struct known_notice {
    int64_t delivery; /* "o34" */
    struct known_grant {
        int64_t delivery; /* the notice that bears the token */
        int64_t message;  /* that may be decided */
        int64_t valid_until;
        bool used;         /* an earlier reply has decided it */
        const char *token; /* its SHA-256 */
    } * grants;
    size_t count; /* 0: the mail bears no token */
};

/* What the registry knows that bears on this mail; 0 and NULL mean no. */
struct known {
    int64_t message;    /* the row this mail will get, for "m12" */
    int next_counter;   /* of the body and the year of arrival: the first new motion gets it */
    int64_t same_bytes; /* a registered message of this body with the same SHA-256 */
    int64_t same_mail;  /* ... with the same From, body digest and Message-ID, or Date */
    int64_t told; /* an earlier one, the same in either way, that was not registered but answered:
                     what there was to say about it has been said */
    int64_t reported; /* our answer, "o34", that it is a report on, or was sent to the return
                         address of */
    const struct known_motion *referred; /* the one motion that it replies to or names, or NULL */
    const struct known_notice *notice;   /* that asked the office to decide, or NULL */
    const struct known_held *held;       /* the one mail whose review it answers, or NULL */
    int64_t completed_by; /* the mail that brought what was missing here; completed_at: when */
    int64_t completed_at;
    struct texts asked; /* whom a mail of ours that it answers asked whether their faction is
                           rightly named: addresses */
    bool own;           /* its Message-ID is that of one of our answers: it comes back */
    bool loop; /* it goes on answering our reviews, or has come with this subject or content so
                  often of late that a program may write it */
    const char
        *same_content; /* number of a motion with the same text or attachment by this sender */
    const char
        *other_of_id; /* "m7" of a message with this Message-ID and other content, for the log */
};

struct decided_consultation {
    const char *organization; /* as the body's configuration calls it, else as written */
    struct day meeting;
    struct deadline deadline;
};

/* A document of a number that was given before takes no new one. */
enum follow {
    FOLLOW_NONE,
    FOLLOW_WITHDRAWS,
    FOLLOW_LEAVES, /* one of several movers withdraws: the others go on */
    FOLLOW_REPLACES,
    FOLLOW_CORRECTS, /* title or meeting */
    FOLLOW_ADDS,     /* papers that were missing */
    FOLLOW_JOINS,    /* a faction that was named says yes */
};
#define FOLLOW_COUNT 7

struct decided_motion {
    const struct motion *motion;
    bool registered; /* false: held, or it follows */
    enum follow follow;
    enum follow wants;                  /* the same of a held one, if it were allowed to */
    const struct known_motion *follows; /* what it acts on, or would; or NULL */
    const char *number;                 /* NULL where held */
    const char *row;                    /* which row said so */
    const char *reason; /* its sentence, English; NULL where registered without a remark */
    const char *detail; /* what the sentence speaks of (a name, a number), or NULL */
    const struct conf_faction *mover; /* the sender's faction; of what it follows the first mover */
    struct texts movers;     /* of what it follows: titles of all who move it from then on */
    const char *speaker;     /* title of the faction that leaves or joins, or NULL */
    struct texts speaks_for; /* what it is called there: titles that may be older than the roster */
    struct texts named;      /* titles (or labels) of other factions the letter names */
    struct decided_consultation *consultations;
    size_t consultation_count;
    struct deadline deadline; /* the strictest */
    size_t position, count;   /* the how-manyeth of how many in its mail, from 0 */
};

struct decision {
    enum message_state state;
    const char *row;
    const char *reason; /* a sentence, English; of a duplicate: "m12" first */
    const char *detail; /* what the sentence speaks of (a name, a number), or NULL */
    bool silent;        /* the sender is not told, though the office is: a program might answer */
    const char *completes; /* the number that known->held has with this mail: it waits no longer */
    bool about_held;       /* it is of the faction of known->held, so that both are spoken of */
    bool brings_paper;     /* what known->held lacked, whose motions can be registered now */
    bool whole;            /* the row judged the mail as a whole, not one motion after the other */
    bool vouched;          /* a person did, and vouches for its sender */
    struct arrival arrival;
    struct texts unread;            /* names of files that may be letters and gave no text */
    struct decided_motion *motions; /* n 0 unless registered or held */
    size_t motion_count;
};

/* What decide() looks at. */
struct case_file {
    const struct conf_body *body;
    const struct conf_mailbox *mailbox; /* NULL: the configuration has it no longer */
    const struct reading *reading;      /* NULL: unreadable */
    const char *unreadable;        /* why it cannot be read; with a reading: of its contents only */
    const char *failure;           /* why what was decided could not be recorded; else NULL */
    const struct verdict *verdict; /* NULL where reading is */
    const struct known *known;
    struct arrival arrival;
    bool vouched;     /* a person vouches for its sender, and that this is her latest word */
    size_t size;      /* of the mail in bytes, 0: not known; beyond body->max_size it is held */
    const char *junk; /* the folder for junk, where it lay there; else NULL */
};

/* Every motion of a held mail is there too, held by the same row. */
void decide(struct arena *arena, const struct case_file *file, struct decision *decision_r);

/* ---- accept.c: what a person decides ---- */

/* What a person says about a motion; NULL, -1 and 0 leave it as it was read. */
struct amendment {
    const struct conf_faction *mover;
    int kind; /* enum motion_kind or -1 */
    const char *title;
    const struct motion_consultation *consultations;
    size_t consultation_count;
};

/* Which motions of a mail a person may still register; by their position. */
struct open_motions {
    const size_t *positions;
    size_t count;
};

/*
 * A person registers a mail that the table did not: only its open motions, or the one that the
 * amendment describes where none was found.  What it asks of a motion of the register is done, by
 * the table of a motion and as if its sender were confirmed, unless the amendment makes it a motion
 * of its own; where its words are not clear that is ERR_DATA, which names the commands.
 * file->verdict is never NULL here.  Fails with ERR_DATA or ERR_USAGE, too, where something must be
 * said first: who moves it, or its title.
 */
bool decide_accept(struct arena *arena, const struct case_file *file,
                   const struct open_motions *open, const struct amendment *amendment,
                   struct decision *decision_r, struct err *err_r);

/* A motion as a person corrects it: decided->motion becomes an amended copy, its deadlines are
 * counted anew only where kind or meetings change. */
void decide_correct(struct arena *arena, const struct case_file *file,
                    const struct amendment *amendment, struct decided_motion *decided);

/* Whether a person may have the sender told that her mail has arrived although the roster does not
 * know her: one plain From address of a person who wrote herself.  ERR_DATA says why not. */
bool decide_may_receipt(const struct case_file *file, struct err *err_r);

/* ---- decide.c: of the table ---- */

/* What the sentence of a row speaks of, out of the sentence as it was filled; NULL where there is
 * no such row, or none of its sentences is like it. */
const char *decide_find_detail(struct arena *arena, const char *row, const char *reason);

/* The names of the table's rows, in order: NULL behind the last. */
const char *decide_row_name(size_t i);

/* ---- state.c: words ---- */

/* "withdraws", "is a new version of", ...: in front of a number; NULL for FOLLOW_NONE. */
const char *follow_to_text(enum follow follow);
/* What the history calls it: "withdrawn", "replaced", ...; "registered" for FOLLOW_NONE. */
const char *follow_to_event(enum follow follow);
bool follow_from_event(const char *s, enum follow *follow_r);

const char *message_state_to_text(enum message_state state);
bool message_state_from_text(const char *s, enum message_state *state_r);
const char *motion_state_to_text(enum motion_state state);
bool motion_state_from_text(const char *s, enum motion_state *state_r);

#endif
