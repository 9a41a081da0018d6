/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * antragctl setup: asks its way to a first configuration, on a terminal or from lines on standard
 * input, tries what it was told, and writes the file.  It overwrites nothing and sends no mail.
 */
#include "base/file.h"
#include "ctl/ctl.h"
#include "ctl/setup.h"
#include "ctl/trial.h"
#include "mail/address.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define TIME_ZONE "Europe/Berlin" /* the default of a body */

struct setup {
    struct ctl *ctl;
    struct setup_answers answers;
    const char *directory; /* of the configuration: where secrets are put, too */
    bool ended;            /* there are no more answers */
};

/* ---- asking ---------------------------------------------------------------------------------- */

enum { MAY_BE_EMPTY = 1, SECRET = 2 };

static void set_echo(bool on)
{
    struct termios terminal;
    if (tcgetattr(STDIN_FILENO, &terminal) != 0)
        return;
    if (on)
        terminal.c_lflag |= ECHO;
    else
        terminal.c_lflag &= ~(tcflag_t)ECHO;
    tcsetattr(STDIN_FILENO, TCSANOW, &terminal);
}

/* One line without its end; "" and ended where there is none. */
static const char *read_answer(struct setup *setup, bool secret)
{
    char *line = NULL;
    size_t room = 0;
    if (secret)
        set_echo(false);
    ssize_t n = getline(&line, &room, stdin);
    if (secret)
        set_echo(true);
    setup->ended = n < 0;
    const char *answer = n < 0 ? "" : text_trim(setup->ctl->arena, line);
    if (secret && line)
        explicit_bzero(line, room);
    free(line);
    if (secret || !isatty(STDIN_FILENO))
        puts(secret ? "" : answer);
    return answer;
}

/* Until the answer will do.  problem: what is wrong with an answer, or NULL; may be NULL itself. */
static const char *ask(struct setup *setup, const char *question, const char *fallback, int how,
                       const char *(*problem)(const char *answer))
{
    while (!setup->ended) {
        if (fallback && *fallback)
            printf("%s [%s]: ", question, fallback);
        else
            printf("%s: ", question);
        fflush(stdout);
        const char *answer = read_answer(setup, how & SECRET);
        if (setup->ended)
            break;
        if (!*answer && fallback && *fallback)
            return fallback;
        const char *wrong = *answer == '\0'
                                ? (how & MAY_BE_EMPTY ? NULL : "this has to be answered")
                            : text_has_control(answer) ? "a control character is in it"
                            : problem                  ? problem(answer)
                                                       : NULL;
        if (!wrong)
            return answer;
        printf("  %s\n", wrong);
    }
    return "";
}

static const char *wrong_address(const char *s)
{
    return address_is_plain(s) ? NULL : "that is no mail address";
}

static const char *wrong_from(const char *s)
{
    const char *name, *address;
    struct arena *arena = arena_new();
    bool ok = address_split(arena, s, &name, &address) && address_is_plain(address);
    arena_free(arena);
    return ok ? NULL : "write it like antraege@example.org or Ratsbüro <antraege@example.org>";
}

static const char *wrong_id(const char *s)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
    return s[strspn(s, allowed)] ? "only small letters, digits and hyphens" : NULL;
}

static const char *wrong_tls(const char *s)
{
    return strcmp(s, "implicit") == 0 || strcmp(s, "starttls") == 0 || strcmp(s, "none") == 0
               ? NULL
               : "implicit, starttls or none (this machine itself only)";
}

static const char *wrong_land(const char *s)
{
    static const char known[] = " BW BY BE BB HB HH HE MV NI NW RP SL SN ST SH TH ";
    char word[5];
    if (strlen(s) != 2)
        return "two letters: BW BY BE BB HB HH HE MV NI NW RP SL SN ST SH TH";
    snprintf(word, sizeof word, " %s ", s);
    return strstr(known, word) ? NULL : wrong_land("");
}

static const char *wrong_number(const char *s)
{
    return s[strspn(s, "0123456789")] || strlen(s) > 5 ? "a number" : NULL;
}

static const char *wrong_path(const char *s)
{
    return s[0] == '/' ? NULL : "a path that begins with /";
}

/* ---- what is asked --------------------------------------------------------------------------- */

/* "Gemeinde Bedburg-Hau" gives "bedburg-hau". */
static const char *short_name(struct arena *arena, const char *name)
{
    const char *last = strrchr(name, ' ');
    char *id = text_fold(arena, last ? last + 1 : name);
    return wrong_id(id) ? "" : id;
}

static void ask_body(struct setup *setup)
{
    struct setup_answers *a = &setup->answers;
    puts("\nThe municipality");
    a->name = ask(setup, "Its name, such as Gemeinde Musterhausen", NULL, 0, NULL);
    a->id = ask(setup, "A short name for it in commands", short_name(setup->ctl->arena, a->name), 0,
                wrong_id);
    a->land = ask(setup, "Its Land, for the public holidays", "NW", 0, wrong_land);
    a->mayor = ask(setup, "The mayor's name (may be empty)", NULL, MAY_BE_EMPTY, NULL);
    a->from = ask(setup, "The address that motions are mailed to, and that answers come from", NULL,
                  0, wrong_from);
    a->office = ask(setup, "The office that is told what needs a person (may be empty)", NULL,
                    MAY_BE_EMPTY, wrong_address);
    a->list = ask(setup, "The list that is told of each motion (may be empty)", NULL, MAY_BE_EMPTY,
                  wrong_address);
    a->council = ask(setup, "The council", "Rat", 0, NULL);
    a->days = ask(setup, "Days before its meeting that a motion must be there (0: no deadline)",
                  "0", 0, wrong_number);
}

/* The daemon reads it under a user of its own, where that has been made already. */
static bool give_to_daemon(const char *path, struct err *err_r)
{
    const struct passwd *daemon = geteuid() == 0 ? getpwnam("antragd") : NULL;
    return !daemon || chown(path, daemon->pw_uid, daemon->pw_gid) == 0 ||
           err_set_errno(err_r, ERR_CANNOT_CREATE, "cannot give %s to the user antragd", path);
}

/* A file that is not there yet is made from a password. */
static bool ask_password(struct setup *setup, const char *fallback, const char **path_r,
                         struct err *err_r)
{
    const char *path = ask(setup, "File with the password", fallback, 0, wrong_path);
    *path_r = path;
    if (setup->ended || access(path, F_OK) == 0)
        return true;
    const char *password = ask(setup, "The password (is written to that file)", NULL, SECRET, NULL);
    if (setup->ended)
        return true;
    const char *line = arena_printf(setup->ctl->arena, "%s\n", password);
    return file_write_durable(path, line, strlen(line), 0600, err_r) && give_to_daemon(path, err_r);
}

struct server_words {
    const char *host;
    const char *host_fallback;
    const char *implicit_port, *other_port;
    const char *password_file;
};

static bool ask_server(struct setup *setup, const struct server_words *words,
                       const struct setup_server *like, struct setup_server *server,
                       struct err *err_r)
{
    *server = (struct setup_server){
        .tls = "", .port = "", .ca_file = "", .user = "", .password_file = ""};
    server->host = ask(setup, words->host, words->host_fallback, 0, NULL);
    if (setup_is_directory(server))
        return true;
    server->tls = ask(setup, "TLS: implicit, starttls or none", "implicit", 0, wrong_tls);
    bool implicit = strcmp(server->tls, "implicit") == 0;
    server->port =
        ask(setup, "Port", implicit ? words->implicit_port : words->other_port, 0, wrong_number);
    server->ca_file =
        ask(setup, "File with the authorities that its certificate may come from",
            like && *like->ca_file ? like->ca_file : "/etc/ssl/certs/ca-certificates.crt", 0,
            wrong_path);
    server->user = ask(setup, "User to log in as", like ? like->user : NULL, 0, NULL);
    const char *fallback =
        arena_printf(setup->ctl->arena, "%s/%s", setup->directory, words->password_file);
    return ask_password(setup, like && *like->password_file ? like->password_file : fallback,
                        &server->password_file, err_r);
}

static bool ask_mailbox(struct setup *setup, struct err *err_r)
{
    static const struct server_words words = {
        .host = "Its IMAP server (or a folder of .eml files, from / on)",
        .implicit_port = "993",
        .other_port = "143",
        .password_file = "imap.password"};
    puts("\nThe mailbox");
    if (!ask_server(setup, &words, NULL, &setup->answers.mailbox, err_r))
        return false;
    setup->answers.folder =
        setup_is_directory(&setup->answers.mailbox) ? "" : ask(setup, "Folder", "INBOX", 0, NULL);
    return true;
}

static bool ask_submission(struct setup *setup, struct err *err_r)
{
    const struct setup_server *mailbox = &setup->answers.mailbox;
    bool directory = setup_is_directory(mailbox);
    const struct server_words words = {
        .host = "The server that takes our answers (or a folder they are written to)",
        .host_fallback = directory ? NULL : mailbox->host,
        .implicit_port = "465",
        .other_port = "587",
        .password_file = "smtp.password"};
    puts("\nSubmission of answers");
    return ask_server(setup, &words, directory ? NULL : mailbox, &setup->answers.submission, err_r);
}

static void ask_members(struct setup *setup, struct setup_faction *faction)
{
    struct arena *arena = setup->ctl->arena;
    for (;;) {
        const char *address =
            ask(setup, "  Address of a member (empty: no more)", NULL, MAY_BE_EMPTY, wrong_address);
        if (!*address)
            return;
        faction->members = arena_grow(arena, faction->members, faction->member_count,
                                      faction->member_count + 1, sizeof *faction->members);
        struct setup_member *member = &faction->members[faction->member_count++];
        member->address = address;
        member->name = ask(setup, "    Name", NULL, 0, NULL);
        member->role = ask(setup, "    Role, such as Fraktionsvorsitzende (may be empty)", NULL,
                           MAY_BE_EMPTY, NULL);
    }
}

static void ask_factions(struct setup *setup)
{
    struct setup_answers *a = &setup->answers;
    puts("\nThe factions: nobody else is answered");
    for (;;) {
        const char *title =
            ask(setup, "A faction, such as SPD (empty: no more)", NULL, MAY_BE_EMPTY, NULL);
        if (!*title)
            return;
        a->factions = arena_grow(setup->ctl->arena, a->factions, a->faction_count,
                                 a->faction_count + 1, sizeof *a->factions);
        struct setup_faction *faction = &a->factions[a->faction_count++];
        faction->title = title;
        ask_members(setup, faction);
    }
}

static bool ask_all(struct setup *setup, struct err *err_r)
{
    setup->answers.state_directory =
        ask(setup, "Directory for the registry", "/var/lib/antragd", 0, wrong_path);
    ask_body(setup);
    if (!ask_mailbox(setup, err_r) || !ask_submission(setup, err_r))
        return false;
    ask_factions(setup);
    return !setup->ended ||
           err_set(err_r, ERR_USAGE, "the answers ended too early; nothing was written to %s",
                   setup->ctl->conf_path);
}

/* ---- trying and writing ---------------------------------------------------------------------- */

/* Beside its final place, so that what it includes and who may read it are as they will be. */
static const char *draft_path(const struct setup *setup)
{
    return arena_printf(setup->ctl->arena, "%s.draft", setup->ctl->conf_path);
}

static bool load_draft(struct setup *setup, struct err *err_r)
{
    struct ctl *ctl = setup->ctl;
    struct texts mistakes = {0};
    const char *text = setup_write(ctl->arena, &setup->answers, (int64_t)time(NULL));
    if (!file_write_durable(draft_path(setup), text, strlen(text), 0640, err_r))
        return false;
    if (!give_to_daemon(draft_path(setup), err_r))
        return false;
    bool ok = conf_load(draft_path(setup), ctl->arena, &ctl->conf, &mistakes, err_r);
    for (size_t i = 0; i < mistakes.n; i++)
        fprintf(stderr, "%s\n", mistakes.v[i]);
    return ok;
}

static bool try_out(struct setup *setup)
{
    const struct conf_body *body = &setup->ctl->conf->bodies[0];
    struct findings findings = {0};
    puts("\nTrying it");
    fflush(stdout);
    trial_mailbox(setup->ctl, body, &body->mailboxes[0], &findings);
    trial_submission(setup->ctl, "submission", &body->submission, &findings);
    findings_print(setup->ctl, &findings);
    return !findings.broken;
}

static const char *wrong_choice(const char *s)
{
    return strlen(s) == 1 && strchr("mswq", *s) ? NULL : "m, s, w or q";
}

/* What to do about it: true to try again or to write all the same. */
static bool mend(struct setup *setup, bool *write_r, struct err *err_r)
{
    const char *choice = ask(setup,
                             "Something does not work.  m: the mailbox again, s: the submission "
                             "again, w: write it all the same, q: stop",
                             NULL, 0, wrong_choice);
    if (*choice == 'm')
        return ask_mailbox(setup, err_r);
    if (*choice == 's')
        return ask_submission(setup, err_r);
    *write_r = *choice == 'w';
    return *write_r || err_set(err_r, ERR_UNAVAILABLE,
                               "not everything works (see above); nothing was written to %s",
                               setup->ctl->conf_path);
}

/* link(2) refuses where a file has appeared meanwhile. */
static bool publish(struct setup *setup, struct err *err_r)
{
    if (link(draft_path(setup), setup->ctl->conf_path) != 0)
        return err_set_errno(err_r, ERR_CANNOT_CREATE, "cannot write %s", setup->ctl->conf_path);
    return true;
}

static void say_what_next(struct setup *setup)
{
    const char *path = setup->ctl->conf_path;
    const struct conf_mailbox *mailbox = &setup->ctl->conf->bodies[0].mailboxes[0];
    printf("\nWritten to %s.\n\n"
           "Mails that arrived before %s %02d:%02d are left alone.  To have older ones handled,\n"
           "too, change \"ignore-before\" of the mailbox to an earlier day.\n"
           "Answers are made, but wait in the outbox for a person.  To have them sent at once,\n"
           "change \"answers\" of the body to \"send\" and run: systemctl reload antragd\n\n"
           "What would happen now:        antragd -c %s --dry-run\n"
           "Start it:                     systemctl enable --now antragd\n"
           "See answers, let one go:      antragctl outbox, antragctl release o1\n",
           path, day_to_text(setup->ctl->arena, mailbox->ignore_before.day),
           mailbox->ignore_before.second / 3600, mailbox->ignore_before.second / 60 % 60, path);
}

static bool try_until_good(struct setup *setup, struct err *err_r)
{
    for (bool write = false;;) {
        if (!load_draft(setup, err_r))
            return false;
        if (write || try_out(setup))
            return true;
        if (!mend(setup, &write, err_r))
            return false;
    }
}

static bool prepare(struct setup *setup, struct err *err_r)
{
    const char *path = setup->ctl->conf_path;
    const char *slash = strrchr(path, '/');
    setup->directory = !slash ? "."
                       : slash == path
                           ? "/"
                           : arena_strndup(setup->ctl->arena, path, (size_t)(slash - path));
    if (access(path, F_OK) == 0)
        return err_set(err_r, ERR_CANNOT_CREATE,
                       "%s is there already; setup writes over nothing: move it away, or change it "
                       "with an editor",
                       path);
    return zone_set(TIME_ZONE, err_r) && file_make_directory(setup->directory, 0750, err_r);
}

bool ctl_setup(struct ctl *ctl, int *exit_code_r, struct err *err_r)
{
    struct setup setup = {.ctl = ctl};
    (void)exit_code_r; /* stays 0 */
    if (!prepare(&setup, err_r))
        return false;
    bool ok = ask_all(&setup, err_r) && try_until_good(&setup, err_r) && publish(&setup, err_r);
    unlink(draft_path(&setup));
    if (ok)
        say_what_next(&setup);
    return ok;
}
