/* SPDX-License-Identifier: EUPL-1.2 */
/* What keys say about each other, and whether the files they name are there. */
#include "conf/conf_tree.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ZONES "/usr/share/zoneinfo/"

static bool is_section(const struct conf_node *node, const char *name)
{
    return strcmp(node->section->name, name) == 0;
}

/* For comparing without case.  Most texts are ASCII, and a big configuration has many. */
static const char *fold(struct conf_reader *reader, const char *s)
{
    char *folded = arena_strdup(reader->scratch, s);

    for (char *p = folded; *p != '\0'; p++) {
        if ((unsigned char)*p >= 0x80)
            return text_fold(reader->scratch, s);
        if (*p >= 'A' && *p <= 'Z')
            *p = (char)(*p - 'A' + 'a');
    }
    return folded;
}

static const char *say_there(struct conf_reader *reader, struct conf_place place)
{
    if (reader->slice && place.file == 0)
        return "antragd.conf"; /* the slice is another text than what a person wrote */
    return arena_printf(reader->scratch, "%s:%u", reader->files[place.file], (unsigned)place.line);
}

static void check_readable(struct conf_reader *reader, const struct conf_node *node,
                           const char *key, const char *path)
{
    if (path != NULL && access(path, R_OK) != 0)
        conf_mistake_add(reader, conf_node_place(node, key), "%s: %s cannot be read: %m", key,
                         path);
}

/* ---- servers ---- */

static void check_command(struct conf_reader *reader, const struct conf_node *node, const char *key,
                          const struct texts *command)
{
    if (!conf_node_has(node, key))
        return;
    if (command->n == 0 || command->v[0][0] == '\0')
        conf_mistake_add(reader, conf_node_place(node, key),
                         "%s: the program's name is empty; write {\"program\", \"argument\"}", key);
    else if (strchr(command->v[0], '/') != NULL && access(command->v[0], X_OK) != 0)
        conf_mistake_add(reader, conf_node_place(node, key), "%s: %s cannot be executed: %m", key,
                         command->v[0]);
}

/* How many of the three ways to give a password are taken. */
static int count_passwords(const struct conf_node *node)
{
    return conf_node_has(node, "password-file") + conf_node_has(node, "password-command") +
           conf_node_has(node, "password-credential");
}

static void check_password(struct conf_reader *reader, const struct conf_node *node)
{
    const char *name = conf_node_name(reader, node);
    int passwords = count_passwords(node);

    if (passwords > 1)
        conf_mistake_add(reader, node->place,
                         "%s has %d passwords; leave one of password-file, password-command and "
                         "password-credential",
                         name, passwords);
    if (passwords == 0 && conf_node_has(node, "user"))
        conf_mistake_add(reader, node->place,
                         "%s has a user without a password; add password-file, password-command or "
                         "password-credential",
                         name);
    if (conf_node_has(node, "token-command"))
        conf_mistake_add(reader, conf_node_place(node, "token-command"),
                         "token-command is not used with auth plain; write auth = \"xoauth2\" or "
                         "\"oauthbearer\"");
}

static void check_token(struct conf_reader *reader, const struct conf_node *node)
{
    const char *name = conf_node_name(reader, node);

    if (!conf_node_has(node, "token-command"))
        conf_mistake_add(reader, conf_node_place(node, "auth"),
                         "auth of %s needs token-command = {\"program\", …}", name);
    if (count_passwords(node) > 0)
        conf_mistake_add(reader, conf_node_place(node, "auth"),
                         "auth of %s uses tokens and no password; leave the password out", name);
}

static const char *state_directory(const struct conf_node *node)
{
    while (node->parent != NULL)
        node = node->parent;
    return ((const struct conf *)node->object)->state_directory;
}

static void check_secret_file(struct conf_reader *reader, const struct conf_node *node,
                              const char *path)
{
    const char *problem =
        path == NULL ? NULL
                     : conf_secret_file_problem(reader->scratch, path, state_directory(node));

    if (problem != NULL)
        conf_mistake_add(reader, conf_node_place(node, "password-file"), "password-file: %s",
                         problem);
}

static void check_login(struct conf_reader *reader, const struct conf_node *node,
                        const struct conf_server *server)
{
    bool needs_user = is_section(node, "mailbox") || conf_node_has(node, "token-command") ||
                      server->auth != CONF_AUTH_PLAIN || count_passwords(node) > 0;

    if (needs_user && !conf_node_has(node, "user"))
        conf_mistake_add(reader, node->place, "%s needs user = …", conf_node_name(reader, node));
    if (server->auth == CONF_AUTH_PLAIN)
        check_password(reader, node);
    else
        check_token(reader, node);
    check_secret_file(reader, node, server->password_file);
    check_command(reader, node, "password-command", &server->password_command);
    check_command(reader, node, "token-command", &server->token_command);
}

/* A directory stands instead of all the rest, which then may be there and wrong. */
static void check_server(struct conf_reader *reader, const struct conf_node *node,
                         const struct conf_server *server)
{
    if (server->directory != NULL)
        return;
    if (!conf_node_has(node, "host") && !conf_node_has(node, "directory"))
        conf_mistake_add(reader, node->place, "%s needs host = … (or directory = …)",
                         conf_node_name(reader, node));
    if (server->tls != CONF_TLS_NONE)
        check_readable(reader, node, "ca-file", server->ca_file);
    else if (server->host != NULL && !conf_host_is_loopback(server->host))
        conf_mistake_add(reader, conf_node_place(node, "tls"),
                         "tls none is for loopback hosts only and %s is none; write tls = "
                         "\"implicit\" or \"starttls\"",
                         server->host);
    check_login(reader, node, server);
}

/* ---- the same name twice ---- */

struct named {
    const char *folded;
    const char *text;
    const struct conf_node *node;
    struct conf_place place;
    size_t seq;
};

struct names {
    struct named *v;
    size_t n;
    size_t size;
};

static void add_name(struct conf_reader *reader, struct names *names, const struct conf_node *node,
                     const char *text, struct conf_place place)
{
    if (names->n == names->size) {
        size_t size = names->size * 2 + 8;

        names->v = arena_grow(reader->scratch, names->v, names->size, size, sizeof names->v[0]);
        names->size = size;
    }
    names->v[names->n] = (struct named){
        .folded = fold(reader, text), .text = text, .node = node, .place = place, .seq = names->n};
    names->n++;
}

static void add_names_of(struct conf_reader *reader, struct names *names,
                         const struct conf_node *node, const char *key)
{
    const struct conf_entry *entry = conf_node_entry(node, key);

    if (entry == NULL)
        return;
    for (const struct conf_value *value = entry->values; value != NULL; value = value->next)
        add_name(reader, names, node, value->text, value->place);
}

static int compare_names(const void *a, const void *b)
{
    const struct named *x = a;
    const struct named *y = b;
    int order = strcmp(x->folded, y->folded);

    return order != 0 ? order : (x->seq > y->seq) - (x->seq < y->seq);
}

/* Within one section a name may stand twice: as title and alias, say. */
static void report_same_names(struct conf_reader *reader, struct names *names)
{
    if (names->n > 1)
        qsort(names->v, names->n, sizeof names->v[0], compare_names);
    for (size_t i = 1; i < names->n; i++) {
        const struct named *one = &names->v[i - 1];
        const struct named *two = &names->v[i];

        if (one->node != two->node && strcmp(one->folded, two->folded) == 0)
            conf_mistake_add(reader, two->place,
                             "a second %s called \"%s\", already at %s; give it another name",
                             two->node->section->name, two->text, say_there(reader, one->place));
    }
}

/* The titles of sections of one kind, and what else they go by. */
static void check_names(struct conf_reader *reader, const struct conf_node *parent,
                        const char *section)
{
    struct names names = {0};

    for (const struct conf_node *node = parent->nodes; node != NULL; node = node->next) {
        if (!is_section(node, section))
            continue;
        add_name(reader, &names, node, node->title, node->place);
        if (is_section(node, "faction"))
            add_names_of(reader, &names, node, "name");
        if (is_section(node, "faction") || is_section(node, "council"))
            add_names_of(reader, &names, node, "aliases");
    }
    report_same_names(reader, &names);
}

/* ---- the same address twice ---- */

/* an address of a member, and how long it is one */
struct stay {
    const char *folded;
    const char *address;
    const struct conf_node *member;
    struct conf_place place;
    int32_t first;
    int32_t last;
    size_t seq;
};

struct stays {
    struct stay *v;
    size_t n;
};

static void add_stay(struct conf_reader *reader, struct stays *stays, const struct conf_node *node,
                     const char *address, struct conf_place place)
{
    const struct conf_member *member = node->object;

    stays->v[stays->n] = (struct stay){
        .folded = fold(reader, address),
        .address = address,
        .member = node,
        .place = place,
        .first = member->since.n, /* DAY_NONE is before all days */
        .last = day_is_none(member->until) ? INT32_MAX : member->until.n,
        .seq = stays->n,
    };
    stays->n++;
}

static void add_stays(struct conf_reader *reader, struct stays *stays, const struct conf_node *node)
{
    const struct conf_member *member = node->object;
    const struct conf_entry *entry = conf_node_entry(node, "addresses");

    if (!day_is_none(member->until) && member->since.n > member->until.n) {
        conf_mistake_add(reader, conf_node_place(node, "until"),
                         "until is before since of %s; swap them", conf_node_name(reader, node));
        return;
    }
    add_stay(reader, stays, node, node->title, node->place);
    for (const struct conf_value *value = entry != NULL ? entry->values : NULL; value != NULL;
         value = value->next)
        add_stay(reader, stays, node, value->text, value->place);
}

static size_t count_stays(const struct conf_node *body)
{
    size_t n = 0;

    for (const struct conf_node *faction = body->nodes; faction != NULL; faction = faction->next) {
        if (!is_section(faction, "faction"))
            continue;
        for (const struct conf_node *member = faction->nodes; member != NULL;
             member = member->next) {
            const struct conf_entry *entry = conf_node_entry(member, "addresses");

            n++;
            for (const struct conf_value *value = entry != NULL ? entry->values : NULL;
                 value != NULL; value = value->next)
                n++;
        }
    }
    return n;
}

static int compare_stays(const void *a, const void *b)
{
    const struct stay *x = a;
    const struct stay *y = b;
    int order = strcmp(x->folded, y->folded);

    if (order == 0)
        order = (x->first > y->first) - (x->first < y->first);
    return order != 0 ? order : (x->seq > y->seq) - (x->seq < y->seq);
}

static void report_overlap(struct conf_reader *reader, const struct stay *a, const struct stay *b)
{
    const struct stay *later = a->seq > b->seq ? a : b;
    const struct stay *earlier = a->seq > b->seq ? b : a;

    if (a->member->parent == b->member->parent)
        conf_mistake_add(reader, later->place,
                         "%s stands twice in %s at the same time, already at %s; take one away or "
                         "set since and until",
                         later->address, conf_node_name(reader, later->member->parent),
                         say_there(reader, earlier->place));
    else
        conf_mistake_add(reader, later->place,
                         "%s is in %s and in %s (%s) at the same time; set since and until",
                         later->address, conf_node_name(reader, later->member->parent),
                         conf_node_name(reader, earlier->member->parent),
                         say_there(reader, earlier->place));
}

/* Sorted by address and first day, a stay can only meet the one before it that lasts longest. */
static void report_overlaps(struct conf_reader *reader, struct stays *stays)
{
    const struct stay *longest = stays->v;

    if (stays->n > 1)
        qsort(stays->v, stays->n, sizeof stays->v[0], compare_stays);
    for (size_t i = 1; i < stays->n; i++) {
        const struct stay *stay = &stays->v[i];
        bool is_same = strcmp(stay->folded, longest->folded) == 0;

        if (is_same && stay->first <= longest->last)
            report_overlap(reader, longest, stay);
        if (!is_same || stay->last > longest->last)
            longest = stay;
    }
}

static void check_members(struct conf_reader *reader, const struct conf_node *body)
{
    struct stays stays = {
        .v = arena_array(reader->scratch, count_stays(body) + 1, sizeof(struct stay))};

    for (const struct conf_node *faction = body->nodes; faction != NULL; faction = faction->next) {
        if (!is_section(faction, "faction"))
            continue;
        for (const struct conf_node *node = faction->nodes; node != NULL; node = node->next) {
            const struct conf_member *member = node->object;

            add_stays(reader, &stays, node);
            conf_pem_check(reader, node, "certificate", member->certificate, false);
        }
    }
    report_overlaps(reader, &stays);
}

/* ---- bodies ---- */

static bool body_receives(struct conf_reader *reader, const struct conf_body *body,
                          const char *address)
{
    const char *folded = fold(reader, address);

    for (size_t i = 0; i < body->mailbox_count; i++)
        for (size_t j = 0; j < body->mailboxes[i].addresses.n; j++)
            if (strcmp(fold(reader, body->mailboxes[i].addresses.v[j]), folded) == 0)
                return true;
    return false;
}

static void check_from(struct conf_reader *reader, const struct conf_node *node,
                       const struct conf_body *body)
{
    const char *address;

    if (body->from == NULL || body->mailbox_count == 0)
        return;
    address = conf_from_address(reader->scratch, body->from);
    if (!body_receives(reader, body, address))
        conf_mistake_add(reader, conf_node_place(node, "from"),
                         "from: none of the mailboxes of %s receives %s; add it to addresses of "
                         "one, so that answers and bounces come back",
                         conf_node_name(reader, node), address);
}

/* "a@b" is also where "a+x@b" ends up, on a server that takes plus addresses. */
static void check_bounce_address(struct conf_reader *reader, const struct conf_node *node,
                                 const struct conf_body *body)
{
    if (body->bounce_address != NULL && body->mailbox_count > 0 &&
        !body_receives(reader, body, body->bounce_address))
        conf_mistake_add(reader, conf_node_place(node, "bounce-address"),
                         "bounce-address: none of the mailboxes of %s receives %s; add it to "
                         "addresses of one",
                         conf_node_name(reader, node), body->bounce_address);
}

static void check_list_mode(struct conf_reader *reader, const struct conf_node *node,
                            const struct conf_body *body)
{
    if (body->list_mode == CONF_LIST_DAILY && body->book_at < 0)
        conf_mistake_add(reader, conf_node_place(node, "list-mode"),
                         "list-mode: without a time in book-at of %s the list would get nothing; "
                         "set one, or write \"each\"",
                         conf_node_name(reader, node));
}

static bool zone_is_known(const char *zone)
{
    char path[256];
    struct stat st;

    if (*zone == '\0' || *zone == '/' || strstr(zone, "..") != NULL ||
        strlen(ZONES) + strlen(zone) >= sizeof path)
        return false;
    memcpy(path, ZONES, strlen(ZONES));
    memcpy(path + strlen(ZONES), zone, strlen(zone) + 1);
    return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, R_OK) == 0;
}

static void check_zone(struct conf_reader *reader, const struct conf_node *node,
                       const struct conf_body *body, const struct conf_body *first)
{
    if (body != first && strcmp(body->time_zone, first->time_zone) != 0)
        conf_mistake_add(reader, conf_node_place(node, "time-zone"),
                         "time-zone %s is not the %s of body \"%s\"; all bodies of one daemon must "
                         "have the same",
                         body->time_zone, first->time_zone, first->id);
    else if (body == first && !zone_is_known(body->time_zone))
        conf_mistake_add(reader, conf_node_place(node, "time-zone"),
                         "time-zone %s is not known to this system; write it like Europe/Berlin, "
                         "or install tzdata",
                         body->time_zone);
}

/* Public holidays are neither werktage nor arbeitstage, and they are the Land's. */
static void check_deadline(struct conf_reader *reader, const struct conf_node *node,
                           const struct conf_body *body)
{
    const struct conf_deadline *deadline = node->object;
    bool counts_workdays =
        deadline->unit == CONF_UNIT_WERKTAGE || deadline->unit == CONF_UNIT_ARBEITSTAGE;

    if (counts_workdays && body->state == NULL)
        conf_mistake_add(reader, conf_node_place(node, "unit"),
                         "this unit needs the holidays of a Land; add state = \"NW\" (or another) "
                         "to body \"%s\"",
                         body->id);
}

static void check_mailbox(struct conf_reader *reader, const struct conf_node *node,
                          const struct conf_mailbox *mailbox)
{
    check_server(reader, node, &mailbox->server);
    conf_check_folders(reader, node, mailbox);
}

static void check_sections(struct conf_reader *reader, const struct conf_node *parent,
                           const struct conf_body *body)
{
    for (const struct conf_node *node = parent->nodes; node != NULL; node = node->next) {
        if (is_section(node, "mailbox"))
            check_mailbox(reader, node, node->object);
        else if (is_section(node, "submission"))
            check_server(reader, node, node->object);
        else if (is_section(node, "deadline"))
            check_deadline(reader, node, body);
        else if (is_section(node, "council"))
            check_sections(reader, node, body);
    }
}

static void check_body(struct conf_reader *reader, const struct conf_node *node,
                       const struct conf_body *first)
{
    static const char *const named[] = {"mailbox", "council", "faction"};
    const struct conf_body *body = node->object;

    if (body->mailbox_count == 0)
        conf_mistake_add(reader, node->place, "%s needs a mailbox \"…\" { … }",
                         conf_node_name(reader, node));
    if (!body->submission.set)
        conf_mistake_add(reader, node->place,
                         "%s needs a submission { … }, its own or one for all at the top",
                         conf_node_name(reader, node));
    check_from(reader, node, body);
    check_bounce_address(reader, node, body);
    check_list_mode(reader, node, body);
    check_zone(reader, node, body, first);
    conf_pem_check(reader, node, "trusted-ca", body->trusted_ca, false);
    conf_pem_check(reader, node, "crl-file", body->crl_file, true);
    if (body->crl_file != NULL && body->trusted_ca == NULL)
        conf_mistake_add(reader, conf_node_place(node, "crl-file"),
                         "crl-file needs trusted-ca = …, whose lists it holds");
    check_readable(reader, node, "roster-file", body->roster_file);
    check_readable(reader, node, "meetings-file", body->meetings_file);
    check_readable(reader, node, "template-directory", body->template_directory);
    for (size_t i = 0; i < sizeof named / sizeof named[0]; i++)
        check_names(reader, node, named[i]);
    check_members(reader, node);
    check_sections(reader, node, body);
}

void conf_check(struct conf_reader *reader, struct conf_node *root)
{
    const struct conf *conf = root->object;

    if (conf->body_count == 0)
        conf_mistake_add(reader, root->place, "there is no body; add body \"…\" { … }");
    check_names(reader, root, "body");
#ifndef HAVE_TESSERACT
    if (conf->ocr)
        conf_mistake_add(
            reader, conf_node_place(root, "ocr"),
            "ocr: this antragd is built without tesseract (configure --with-tesseract)");
#endif
    for (const struct conf_node *node = root->nodes; node != NULL; node = node->next) {
        if (is_section(node, "body"))
            check_body(reader, node, &conf->bodies[0]);
        else if (is_section(node, "submission"))
            check_server(reader, node, &conf->submission);
    }
}

void conf_check_tables(struct conf_reader *reader, struct conf_node *root)
{
    for (struct conf_node *node = root->nodes; node != NULL; node = node->next) {
        if (!is_section(node, "body"))
            continue;
        check_names(reader, node, "faction");
        check_members(reader, node);
    }
}
