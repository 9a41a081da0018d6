/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The configuration: antragd.conf(5) as typed values.
 *
 * The syntax is libconfuse's; the reader is our own (it reports every mistake of all files in one
 * run, each with file:line).  One row per key in conf_keys.c holds name, type, default, range and
 * who may see it.  Everything of a configuration lives in the arena it was loaded with and never
 * changes.
 *
 * Times of day are minutes since midnight (1440 is "24:00"), sizes bytes, durations seconds, days
 * struct day, addresses as written (compare with address_equal(), mail/address.h).
 * Lists are never NULL where n is 0; a string that is left out is NULL, except where a default is
 * given.
 */
#ifndef CONF_CONF_H
#define CONF_CONF_H

#include "base/day.h"
#include "base/err.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum conf_tls { CONF_TLS_IMPLICIT, CONF_TLS_STARTTLS, CONF_TLS_NONE };
enum conf_auth { CONF_AUTH_PLAIN, CONF_AUTH_XOAUTH2, CONF_AUTH_OAUTHBEARER };
enum conf_unit { CONF_UNIT_CALENDAR, CONF_UNIT_WERKTAGE, CONF_UNIT_ARBEITSTAGE, CONF_UNIT_HOURS };
enum conf_count { CONF_COUNT_BEFORE, CONF_COUNT_CLEAR, CONF_COUNT_INCLUSIVE };
enum conf_list_mode { CONF_LIST_EACH, CONF_LIST_DAILY };
enum conf_answers { CONF_ANSWERS_SEND, CONF_ANSWERS_HOLD };
/* the order is the order of trust; see commands.md "States" */
enum trust_level { TRUST_UNKNOWN, TRUST_LISTED, TRUST_AUTHENTICATED, TRUST_SIGNED };

/* a server to log in to, or a directory instead of it */
struct conf_server {
    bool set;              /* submission: false where neither the body nor the daemon has one */
    const char *directory; /* NULL: a real server */
    const char *host;
    int port;
    enum conf_tls tls;
    const char *ca_file;
    const char *user; /* NULL: no login (submission on loopback) */
    const char *password_file;
    struct texts password_command;
    const char *password_credential; /* name below $CREDENTIALS_DIRECTORY */
    enum conf_auth auth;
    struct texts token_command;
    int max_per_minute; /* submission only; 0: no limit */
};

/* a local time of a day */
struct conf_start {
    struct day day; /* DAY_NONE: not set */
    int second;     /* since its midnight */
};

struct conf_mailbox {
    const char *name; /* the section's title */
    struct conf_server server;
    struct texts addresses;
    const char *folder;
    const char *done_folder; /* "": nothing is moved */
    const char *junk_folder;
    const char *sent_folder;
    struct texts own_servers;
    struct conf_start ignore_before;
    int poll;  /* seconds */
    int renew; /* seconds */
};

struct conf_deadline {
    bool set; /* false: no rule */
    int days;
    enum conf_unit unit;
    int cutoff; /* minutes since midnight */
    enum conf_count count;
    struct texts kinds; /* motion kinds as in the contract; n 0: the default set */
    const char *text;   /* the rule's own words, or NULL */
};

struct conf_meeting {
    struct day day;
    int minute; /* of its start, or -1 */
};

struct conf_council {
    const char *name;
    struct texts aliases;
    struct conf_meeting *meetings;
    size_t meeting_count;
    struct conf_deadline deadline; /* the body's, where the council has none of its own */
};

struct conf_member {
    const char *address; /* the section's title; answers go to it */
    struct texts addresses;
    const char *name; /* the address, where left out */
    const char *role;
    bool chair;
    struct day since;          /* DAY_NONE: always */
    struct day until;          /* inclusive; DAY_NONE: always */
    const char *certificate;   /* a file */
    struct texts fingerprints; /* of the certificates in it: SHA-256, hexadecimal */
    bool submit;
    bool acknowledge;
};

struct conf_faction {
    const char *title; /* "SPD" */
    const char *name;  /* the title, where left out */
    struct texts aliases;
    struct conf_member *members;
    size_t member_count;
};

struct template_set;

struct conf_mayor {
    struct texts offices;
    const char *name;
    struct texts addresses;
};

/* days; 0: for ever */
struct conf_retention {
    int ignored_days;
    int held_days;
};

struct conf_body {
    const char *id; /* the section's title */
    const char *name;
    const char *language; /* de | en */
    const char *time_zone;
    const char *state; /* "NW" */
    struct day *holidays;
    size_t holiday_count;
    const char *number;         /* "A/%Y/%4n" */
    const char *from;           /* as written: name and address */
    const char *bounce_address; /* or NULL: answers are sent as from's address */
    const char *contact;        /* the first of office, else from's address, where left out */
    const char *privacy_notice;
    struct texts office;
    struct texts notify;
    int remind_after;         /* hours */
    int max_answers_per_hour; /* mails of a faction, see REPLY_LIMIT_FACTOR; 0: no limit */
    int book_at;              /* minutes since midnight when the day's book is made; -1: never */
    const char *list;         /* NULL: none */
    enum trust_level list_trust;
    enum conf_list_mode list_mode;
    size_t max_size; /* bytes */
    enum conf_answers answers;
    enum trust_level required_trust;
    struct texts authserv_id;
    const char *authres_profile; /* NULL or "exchange-online" */
    const char *trusted_ca;
    const char *crl_file;
    struct texts forwarders;
    const char *roster_file;
    const char *meetings_file;
    const char *template_directory;
    /* not read here: what who renders has read of it (reply/overrides.h), NULL for the built-in */
    const struct template_set *templates;
    struct conf_server submission; /* the daemon's, where the body has none of its own */
    struct conf_deadline deadline; /* of its councils, where they have none of their own */
    struct conf_retention retention;
    struct conf_mayor mayor;
    struct conf_mailbox *mailboxes;
    size_t mailbox_count;
    struct conf_council *councils;
    size_t council_count;
    struct conf_faction *factions;
    size_t faction_count;
};

struct conf {
    const char *state_directory;
    const char *checkpoint_file;
    const char *control_socket; /* NULL: "control" in the state directory */
    const char *control_group;
    bool ocr;                      /* pictures are read */
    struct conf_server submission; /* already copied into the bodies that have none */
    struct conf_body *bodies;
    size_t body_count;
};

/* The bytes of a roster-file or a meetings-file. */
struct conf_table {
    const char *path;  /* names it in mistakes */
    const char *bytes; /* NULL: there is none */
    size_t n;
};

/* Who a slice of the configuration is for; every key names those who may see it. */
enum conf_audience {
    CONF_FOR_CLERK = 1,  /* everything but logins; of a submission the name to log in with */
    CONF_FOR_WATCH = 2,  /* mailboxes with their logins */
    CONF_FOR_SEND = 4,   /* submission with its login */
    CONF_FOR_ALL = 7,    /* of these; not the reader */
    CONF_FOR_READER = 8, /* how to read, and nothing of anybody */
};

/*
 * Reads FILE, what it includes and the tables it names.  Mistakes are appended to *mistakes_r, one
 * text "file:line: what; what to do" each; err_r then says how many (ERR_CONFIG), or that FILE
 * cannot be read (ERR_NO_INPUT). Modes of secret files are checked, their contents are not read.
 */
bool conf_load(const char *path, struct arena *arena, const struct conf **conf_r,
               struct texts *mistakes_r, struct err *err_r);

/* The same without what roster-file and meetings-file say, and without looking into them: for
 * roles, which read them anew when they change, and for what must work while one of them is
 * damaged. */
bool conf_load_own(const char *path, struct arena *arena, const struct conf **conf_r,
                   struct texts *mistakes_r, struct err *err_r);

/* A copy of a body of conf_load_own() or conf_parse_slice() in the arena, with what the tables say.
 * It has no logins.  Mistakes as of conf_load(), with the places in the tables. */
bool conf_join_tables(const struct conf_body *body, const struct conf_table *roster,
                      const struct conf_table *meetings, struct arena *arena,
                      const struct conf_body **body_r, struct texts *mistakes_r, struct err *err_r);

/* A slice as text in the same syntax, for conf_parse_slice() in a role: hands on what was checked.
 */
char *conf_print(struct arena *arena, const struct conf *conf, enum conf_audience audience);

/* A slice made by conf_print(): no required keys, no checks across keys, no files opened.  What is
 * left out has its default. Only members' certificates are read, for their fingerprints. */
bool conf_parse_slice(const char *bytes, size_t n, struct arena *arena, const struct conf **conf_r,
                      struct err *err_r);

/* A value as it stands in a file, between quotation marks. */
void conf_quote(struct text *text, const char *s);

/* NULL where there is none. */
const struct conf_body *conf_find_body(const struct conf *conf, const char *id);
const struct conf_mailbox *conf_find_mailbox(const struct conf_body *body, const char *name);
/* Whether the mailbox (or NULL) has a folder for junk, and it is this one (or NULL). */
bool conf_is_junk(const struct conf_mailbox *mailbox, const char *folder);

/* The secret of a server: of its file or systemd credential, without the line end.  Commands are
 * run by the supervisor, not here (ERR_CONFIG). */
bool conf_read_secret(const struct conf_server *server, struct arena *arena, char **secret_r,
                      struct err *err_r);

const char *trust_level_to_text(enum trust_level level);

/* "Fraktionsvorsitzende", "Vorsitzender", "Co-Fraktionsvorsitzende", …, but no deputy; NULL is
 * none. The default of chair, here and in a roster file. */
bool conf_role_is_chair(const char *role);

/* Whether the host is this machine itself by its name or address, so that no network is crossed. */
bool conf_host_is_loopback(const char *host);

#endif
