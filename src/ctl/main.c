/* SPDX-License-Identifier: EUPL-1.2 */
/* antragctl(8): options, the table of commands, and what each of them needs. */
#include "config.h"

#include "ctl/ctl.h"

#include <getopt.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#define DEFAULT_CONF "/etc/antragd/antragd.conf"

enum { NEEDS_CONF = 1, NEEDS_REGISTRY = 2 };

static const struct row {
    const char *name;
    ctl_command *run;
    int needs;
    int min_operands, max_operands;
    const char *synopsis;
    const char *sentence;
} rows[] = {
    {"read", ctl_read, 0, 1, 1, "read [--why] [--ocr] FILE", "the reading of one mail"},
    {"explain", ctl_explain, NEEDS_CONF, 1, 1, "explain [--body B] FILE|ID",
     "what the daemon does with a mail, and which row says so"},
    {"list", ctl_list, NEEDS_CONF | NEEDS_REGISTRY, 0, 0,
     "list [--faction F] [--meeting D] [--since D] [--state S]", "motions"},
    {"show", ctl_show, NEEDS_CONF | NEEDS_REGISTRY, 1, 1, "show [--eml] NUMBER|ID",
     "a motion or message with its history"},
    {"inbox", ctl_inbox, NEEDS_CONF | NEEDS_REGISTRY, 0, 0, "inbox [--state S]",
     "every message ever seen"},
    {"held", ctl_held, NEEDS_CONF | NEEDS_REGISTRY, 0, 0, "held",
     "walks through what waits for a person"},
    {"accept", ctl_accept, NEEDS_CONF, 1, 1,
     "accept ID [--faction F] [--kind K] [--title T] "
     "[--meeting COUNCIL=DATE] [--arrived TIME --evidence T]",
     "registers a message that is not"},
    {"ignore", ctl_ignore, NEEDS_CONF, 1, 1, "ignore ID --reason T [--silent|--receipt]",
     "what is held in a message gets no number"},
    {"reread", ctl_reread, NEEDS_CONF, 1, 1, "reread ID", "reads a held or unreadable one again"},
    {"correct", ctl_correct, NEEDS_CONF, 1, 1,
     "correct NUMBER --reason T [--faction F] [--kind K] "
     "[--title T] [--meeting COUNCIL=DATE]",
     "what the register says of a motion"},
    {"withdraw", ctl_withdraw, NEEDS_CONF, 1, 1, "withdraw NUMBER --reason T",
     "its faction has withdrawn it"},
    {"void", ctl_void, NEEDS_CONF, 1, 1, "void NUMBER --reason T",
     "should not have been registered"},
    {"release", ctl_release, NEEDS_CONF, 1, 1, "release NUMBER|ID", "lets waiting answers go"},
    {"resend", ctl_resend, NEEDS_CONF, 1, 1, "resend ID", "sends an answer once more as it is"},
    {"retry", ctl_retry, NEEDS_CONF, 0, 0, "retry", "tries all answers now that are left"},
    {"erase", ctl_erase, NEEDS_CONF, 1, 1, "erase ID [--reason T] [--yes]",
     "raw bytes and text of a message go, hashes and numbers stay"},
    {"person", ctl_person, NEEDS_CONF | NEEDS_REGISTRY, 1, 1, "person ADDRESS [--export DIR]",
     "everything kept about an address"},
    {"outbox", ctl_outbox, NEEDS_CONF | NEEDS_REGISTRY, 0, 0, "outbox", "every answer"},
    {"book", ctl_book, NEEDS_CONF | NEEDS_REGISTRY, 0, 0, "book [--day D]",
     "what the office gets each morning"},
    {"reconcile", ctl_reconcile, NEEDS_CONF | NEEDS_REGISTRY, 0, 0, "reconcile",
     "compares mailboxes and registry"},
    {"log", ctl_log, NEEDS_CONF | NEEDS_REGISTRY, 0, 1,
     "log [--since T] [--follow] [NUMBER|ID|ADDRESS]", "what happened, in order"},
    {"search", ctl_search, NEEDS_CONF | NEEDS_REGISTRY, 1, INT_MAX, "search WORDS",
     "motions and held mails by words"},
    {"deadlines", ctl_deadlines, NEEDS_CONF, 0, 0, "deadlines",
     "the last day of every known meeting"},
    {"backup", ctl_backup, NEEDS_CONF | NEEDS_REGISTRY, 1, 1, "backup FILE",
     "a consistent copy, its mails in FILE.mails"},
    {"setup", ctl_setup, 0, 0, 0, "setup", "asks its way to a first configuration"},
    {"doctor", ctl_doctor, 0, 0, 0, "doctor [--body B] [--forged-header [--mx HOST[:PORT]]]",
     "tries everything and says what is wrong"},
    {"check", ctl_check, 0, 0, 0, "check", "for Icinga and Nagios"},
    {"status", ctl_status, NEEDS_CONF | NEEDS_REGISTRY, 0, 0, "status", "how things are"},
};
#define ROW_COUNT (sizeof rows / sizeof *rows)

enum {
    OPTION_BODY = 256,
    OPTION_FACTION,
    OPTION_MEETING,
    OPTION_SINCE,
    OPTION_DAY,
    OPTION_STATE,
    OPTION_EML,
    OPTION_FOLLOW,
    OPTION_REASON,
    OPTION_KIND,
    OPTION_TITLE,
    OPTION_ARRIVED,
    OPTION_EVIDENCE,
    OPTION_SILENT,
    OPTION_YES,
    OPTION_EXPORT,
    OPTION_RECEIPT,
    OPTION_WHY,
    OPTION_OCR,
    OPTION_FORGED_HEADER,
    OPTION_MX,
    OPTION_JSON,
    OPTION_VERSION,
    OPTION_HELP
};

static const struct option options[] = {
    {"config", required_argument, NULL, 'c'},
    {"json", no_argument, NULL, OPTION_JSON},
    {"body", required_argument, NULL, OPTION_BODY},
    {"faction", required_argument, NULL, OPTION_FACTION},
    {"meeting", required_argument, NULL, OPTION_MEETING},
    {"since", required_argument, NULL, OPTION_SINCE},
    {"day", required_argument, NULL, OPTION_DAY},
    {"state", required_argument, NULL, OPTION_STATE},
    {"eml", no_argument, NULL, OPTION_EML},
    {"follow", no_argument, NULL, OPTION_FOLLOW},
    {"reason", required_argument, NULL, OPTION_REASON},
    {"kind", required_argument, NULL, OPTION_KIND},
    {"title", required_argument, NULL, OPTION_TITLE},
    {"arrived", required_argument, NULL, OPTION_ARRIVED},
    {"evidence", required_argument, NULL, OPTION_EVIDENCE},
    {"silent", no_argument, NULL, OPTION_SILENT},
    {"yes", no_argument, NULL, OPTION_YES},
    {"export", required_argument, NULL, OPTION_EXPORT},
    {"receipt", no_argument, NULL, OPTION_RECEIPT},
    {"why", no_argument, NULL, OPTION_WHY},
    {"ocr", no_argument, NULL, OPTION_OCR},
    {"forged-header", no_argument, NULL, OPTION_FORGED_HEADER},
    {"mx", required_argument, NULL, OPTION_MX},
    {"version", no_argument, NULL, OPTION_VERSION},
    {"help", no_argument, NULL, OPTION_HELP},
    {0},
};

/* Two blanks at least end a synopsis, for people and for contrib/antragctl.bash-completion. */
static void print_usage_row(const struct row *row)
{
    printf("  %-57s  %s\n", row->synopsis, row->sentence);
}

static _Noreturn void help(void)
{
    puts("usage: antragctl [-c FILE] [--json] COMMAND");
    for (size_t i = 0; i < ROW_COUNT; i++)
        print_usage_row(&rows[i]);
    exit(EX_OK);
}

static _Noreturn void misused(const char *word, const char *what)
{
    fprintf(stderr, "antragctl: %s: %s; see antragctl --help\n", word, what);
    exit(EX_USAGE);
}

/* Options with a text, and where it goes. */
static const struct {
    int option;
    size_t offset;
} text_options[] = {
    {'c', offsetof(struct ctl, conf_path)},
    {OPTION_BODY, offsetof(struct ctl, body)},
    {OPTION_FACTION, offsetof(struct ctl, faction)},
    {OPTION_MEETING, offsetof(struct ctl, meeting)},
    {OPTION_SINCE, offsetof(struct ctl, since)},
    {OPTION_DAY, offsetof(struct ctl, day)},
    {OPTION_STATE, offsetof(struct ctl, state)},
    {OPTION_REASON, offsetof(struct ctl, reason)},
    {OPTION_KIND, offsetof(struct ctl, kind)},
    {OPTION_TITLE, offsetof(struct ctl, title)},
    {OPTION_ARRIVED, offsetof(struct ctl, arrived)},
    {OPTION_EVIDENCE, offsetof(struct ctl, evidence)},
    {OPTION_EXPORT, offsetof(struct ctl, export)},
    {OPTION_MX, offsetof(struct ctl, mx)},
};

static bool take_text(struct ctl *ctl, int option)
{
    for (size_t i = 0; i < sizeof text_options / sizeof *text_options; i++) {
        if (text_options[i].option != option)
            continue;
        *(const char **)(void *)((char *)ctl + text_options[i].offset) = optarg;
        if (option == OPTION_MEETING)
            texts_add(&ctl->meetings, ctl->arena, optarg);
        return true;
    }
    return false;
}

static void take_option(struct ctl *ctl, int option, const char *word)
{
    if (take_text(ctl, option))
        return;
    switch (option) {
    case OPTION_JSON:
        ctl->json = true;
        break;
    case OPTION_EML:
        ctl->eml = true;
        break;
    case OPTION_FOLLOW:
        ctl->follow = true;
        break;
    case OPTION_SILENT:
        ctl->silent = true;
        break;
    case OPTION_YES:
        ctl->yes = true;
        break;
    case OPTION_RECEIPT:
        ctl->receipt = true;
        break;
    case OPTION_WHY:
        ctl->why = true;
        break;
    case OPTION_OCR:
        ctl->ocr = true;
        break;
    case OPTION_FORGED_HEADER:
        ctl->forged_header = true;
        break;
    case OPTION_VERSION:
        puts(PACKAGE_STRING);
        exit(EX_OK);
    case OPTION_HELP:
        help();
    default:
        misused(word, "no such option, or its value is missing");
    }
}

static const struct row *find_row(const char *name)
{
    for (size_t i = 0; i < ROW_COUNT; i++)
        if (strcmp(rows[i].name, name) == 0)
            return &rows[i];
    misused(name, "no such command");
}

static bool run(struct ctl *ctl, const struct row *row, int *code_r, struct err *err_r)
{
    if ((row->needs & NEEDS_CONF) && !ctl_load_conf(ctl, err_r))
        return false;
    if ((row->needs & NEEDS_REGISTRY) &&
        !registry_open(ctl->conf->state_directory, REGISTRY_READ, &ctl->registry, err_r))
        return false;
    return row->run(ctl, code_r, err_r) &&
           ((fflush(stdout) == 0 && !ferror(stdout)) ||
            err_set_errno(err_r, ERR_CANNOT_CREATE, "the output is not whole"));
}

/* A mistake of our own ends with a code, as everything else does; panic() has said what it is. */
static void end_by_mistake(int signal_number)
{
    (void)signal_number;
    _exit(EX_SOFTWARE);
}

int main(int argc, char **argv)
{
    struct ctl ctl = {.conf_path = DEFAULT_CONF, .arena = arena_new()};
    struct err err;
    int option, code = EX_OK;
    signal(SIGABRT, end_by_mistake);
    opterr = 0; /* one line says it */
    while ((option = getopt_long(argc, argv, "c:", options, NULL)) != -1)
        take_option(&ctl, option, argv[optind - 1]);
    if (optind == argc)
        misused("no command", "one is needed");
    const struct row *row = find_row(argv[optind]);
    ctl.argc = argc - optind - 1;
    ctl.argv = argv + optind + 1;
    if (ctl.argc < row->min_operands || ctl.argc > row->max_operands) {
        fprintf(stderr, "usage: antragctl %s\n", row->synopsis);
        return EX_USAGE;
    }
    bool ok = run(&ctl, row, &code, &err);
    registry_close(ctl.registry);
    ctl_forget_tables(&ctl);
    arena_free(ctl.arena);
    if (!ok)
        fatal(&err);
    return code;
}
