/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * antragctl: one file per group of commands.  A command gets what its row says it needs
 * (configuration, registry), prints a table or, with --json, one JSON value, and gives an exit code
 * of sysexits(3).
 */
#ifndef CTL_CTL_H
#define CTL_CTL_H

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "conf/conf.h"
#include "pipeline/tables.h"
#include "registry/registry.h"

#include <stdbool.h>

struct ctl {
    struct arena *arena;
    const char *conf_path;
    bool json;
    const struct conf *conf;   /* NULL unless the command needs it */
    struct tables **tables;    /* hold what conf has of roster-file and meetings-file */
    struct registry *registry; /* for reading; NULL unless needed */
    const char *body;          /* --body */
    const char *faction;       /* --faction */
    const char *meeting;       /* --meeting */
    const char *since;         /* --since */
    const char *day;           /* --day */
    const char *state;         /* --state */
    bool eml;                  /* --eml */
    bool follow;               /* --follow */
    struct texts meetings;     /* --meeting, as often as it was given */
    const char *reason;        /* --reason */
    const char *kind;          /* --kind */
    const char *title;         /* --title */
    const char *arrived;       /* --arrived */
    const char *evidence;      /* --evidence */
    bool silent;               /* --silent */
    bool yes;                  /* --yes */
    const char *export;        /* --export */
    bool receipt;              /* --receipt */
    bool why;                  /* --why */
    bool ocr;                  /* --ocr */
    bool forged_header;        /* --forged-header */
    const char *mx;            /* --mx */
    int argc;                  /* operands */
    char **argv;
};

/* Gives the exit code; on false err_r says why and its kind gives the code. */
typedef bool ctl_command(struct ctl *ctl, int *exit_code_r, struct err *err_r);

ctl_command ctl_read, ctl_explain;               /* cmd_read.c */
ctl_command ctl_list, ctl_show, ctl_inbox;       /* cmd_list.c */
ctl_command ctl_held;                            /* cmd_held.c */
ctl_command ctl_accept, ctl_ignore, ctl_reread;  /* cmd_decide.c */
ctl_command ctl_correct, ctl_withdraw, ctl_void; /* cmd_decide.c */
ctl_command ctl_release, ctl_resend, ctl_retry;  /* cmd_decide.c */
ctl_command ctl_erase;                           /* cmd_decide.c */
ctl_command ctl_person;                          /* cmd_person.c */
ctl_command ctl_outbox;                          /* cmd_outbox.c */
ctl_command ctl_book;                            /* cmd_book.c */
ctl_command ctl_reconcile, ctl_status;           /* cmd_health.c */
ctl_command ctl_log;                             /* cmd_log.c */
ctl_command ctl_search, ctl_deadlines;           /* cmd_search.c */
ctl_command ctl_backup;                          /* cmd_backup.c */
ctl_command ctl_check;                           /* cmd_check.c */
ctl_command ctl_doctor;                          /* cmd_doctor.c */
ctl_command ctl_setup;                           /* cmd_setup.c */

/* Reads ctl->conf; mistakes go to standard error, a line each.  For commands whose row does not
 * say that they need it. */
bool ctl_load_conf(struct ctl *ctl, struct err *err_r);
void ctl_forget_tables(struct ctl *ctl);

/* A line for people, without its line end.  What would move the cursor, begin a line of its own or
 * turn the direction of writing is made visible (text_printable()): values come from mails. */
void ctl_line(struct ctl *ctl, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Prints the value and frees it. */
void ctl_print_json(struct ctl *ctl, struct json *json);

/* Without --body every body is wanted. */
bool ctl_wants_body(const struct ctl *ctl, const char *body);
/* Copies that sent-folders of the wanted bodies still lack. */
bool ctl_count_unfiled(const struct ctl *ctl, struct unfiled_count *sum_r, struct err *err_r);

/* "m12" or "o34" to its number; false if it is not of that letter. */
bool ctl_parse_id(const char *s, char letter, int64_t *id_r);

/* Moments for people: "2026-11-24 09:12". */
const char *ctl_moment(struct ctl *ctl, int64_t moment);

#endif
