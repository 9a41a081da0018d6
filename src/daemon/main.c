/* SPDX-License-Identifier: EUPL-1.2 */
/* antragd(8): options, then the supervisor; "-x ROLE" is how the supervisor starts a role. */
#include "config.h"

#include "daemon/dry_run.h"
#include "daemon/role.h"
#include "daemon/slices.h"
#include "daemon/supervisor.h"

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

#define DEFAULT_CONF "/etc/antragd/antragd.conf"

static const char usage[] =
    "usage: antragd [-c FILE] [-n] [-f] [-v] [--once] [--dry-run]\n"
    "  -c, --config FILE  configuration (" DEFAULT_CONF ")\n"
    "  -n, --check        check the configuration and exit\n"
    "  -f, --foreground   stay in the foreground, log to standard error\n"
    "  -v, --verbose      log personal data and details too\n"
    "      --once         visit every mailbox once, send what is due, exit\n"
    "      --dry-run      print what would be done with each mail, and change nothing\n"
    "      --version\n"
    "      --help\n";

enum { OPTION_ONCE = 256, OPTION_DRY_RUN, OPTION_VERSION, OPTION_HELP };

static const struct option options[] = {
    {"config", required_argument, NULL, 'c'},
    {"check", no_argument, NULL, 'n'},
    {"foreground", no_argument, NULL, 'f'},
    {"verbose", no_argument, NULL, 'v'},
    {"once", no_argument, NULL, OPTION_ONCE},
    {"dry-run", no_argument, NULL, OPTION_DRY_RUN},
    {"version", no_argument, NULL, OPTION_VERSION},
    {"help", no_argument, NULL, OPTION_HELP},
    {0},
};

struct command_line {
    struct supervisor_options supervisor;
    bool check;
    bool dry_run;
    const char *role; /* -x */
};

static _Noreturn void leave(FILE *to, int code)
{
    fputs(usage, to);
    exit(code);
}

static void take_option(struct command_line *line, int option)
{
    switch (option) {
    case 'c':
        line->supervisor.conf_path = optarg;
        break;
    case 'n':
        line->check = true;
        break;
    case 'f':
        line->supervisor.foreground = true;
        break;
    case 'v':
        line->supervisor.log_level = LOG_DEBUG;
        break;
    case 'x':
        line->role = optarg;
        break;
    case OPTION_ONCE:
        line->supervisor.once = true;
        line->supervisor.foreground = true;
        break;
    case OPTION_DRY_RUN:
        line->dry_run = true;
        break;
    case OPTION_VERSION:
        puts(PACKAGE_STRING);
        exit(EX_OK);
    case OPTION_HELP:
        leave(stdout, EX_OK);
    default:
        leave(stderr, EX_USAGE);
    }
}

static int check(const char *conf_path)
{
    struct err err;
    const struct conf *conf;
    struct arena *arena = arena_new();
    if (!slices_read_conf(conf_path, arena, &conf, &err))
        fatal(&err);
    arena_free(arena);
    return EX_OK;
}

static int (*const role_mains[ROLE_COUNT])(const struct role_start *) = {
    [ROLE_CLERK] = clerk_main,
    [ROLE_WATCH] = watch_main,
    [ROLE_READER] = reader_main,
    [ROLE_SEND] = send_main,
};

static int run_role(const char *name)
{
    struct err err;
    enum role role;
    struct role_start start;
    struct arena *arena = arena_new();
    if (!role_from_text(name, &role) || !role_mains[role])
        leave(stderr, EX_USAGE);
    /* ^C, and TERM to all processes of a service, are for the supervisor, which tells the roles */
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    if (!role_receive_start(role, arena, &start, &err))
        fatal(&err);
    int code = role_mains[role](&start);
    arena_free(arena);
    return code;
}

int main(int argc, char **argv)
{
    struct command_line line = {.supervisor = {.conf_path = DEFAULT_CONF, .log_level = LOG_INFO}};
    int option;
    while ((option = getopt_long(argc, argv, "c:nfvx:", options, NULL)) != -1)
        take_option(&line, option);
    if (optind < argc)
        leave(stderr, EX_USAGE);
    if (line.role)
        return run_role(line.role);
    if (line.check)
        return check(line.supervisor.conf_path);
    if (line.dry_run)
        return dry_run(line.supervisor.conf_path);
    signal(SIGPIPE, SIG_IGN);
    return supervisor_run(&line.supervisor);
}
