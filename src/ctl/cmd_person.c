/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * antragctl person: everything kept about an address, for who asks for it (GDPR, article 15), and
 * as files to hand over.  All addresses that the roster has of the same person are looked for.
 */
#include "ctl/ctl.h"
#include "ctl/rows.h"

#include "base/file.h"
#include "registry/erase.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define MAIL_MAX ((size_t)256 * 1024 * 1024)

static const char note[] =
    "Mails and answers name third persons, too: look through them before they are handed over. "
    "Not looked into: the mailboxes on the server, backups, the log of the system.";

/* ---- whose addresses ------------------------------------------------------------------------- */

static bool is_member(const struct conf_member *member, const struct texts *addresses)
{
    for (size_t i = 0; i < addresses->n; i++) {
        if (text_equal_nocase(member->address, addresses->v[i]))
            return true;
        for (size_t k = 0; k < member->addresses.n; k++)
            if (text_equal_nocase(member->addresses.v[k], addresses->v[i]))
                return true;
    }
    return false;
}

static void add_new(struct ctl *ctl, struct texts *addresses, const char *address)
{
    for (size_t i = 0; i < addresses->n; i++)
        if (text_equal_nocase(addresses->v[i], address))
            return;
    texts_add(addresses, ctl->arena, address);
}

static struct json *member_to_json(const struct conf_body *body, const struct conf_faction *faction,
                                   const struct conf_member *member, struct arena *arena)
{
    struct json *object = json_object_new();
    json_put_text(object, "body", body->id);
    json_put_text(object, "faction", faction->title);
    json_put_text(object, "name", member->name);
    json_put_text(object, "role", member->role);
    json_put_text(object, "address", member->address);
    json_put_texts(object, "addresses", &member->addresses);
    json_put_text(object, "since", day_to_text(arena, member->since));
    json_put_text(object, "until", day_to_text(arena, member->until));
    return object;
}

static void look_in_body(struct ctl *ctl, const struct conf_body *body, struct texts *addresses,
                         struct json *roster)
{
    for (size_t i = 0; i < body->faction_count; i++) {
        const struct conf_faction *faction = &body->factions[i];
        for (size_t k = 0; k < faction->member_count; k++) {
            const struct conf_member *member = &faction->members[k];
            if (!is_member(member, addresses))
                continue;
            json_add(roster, member_to_json(body, faction, member, ctl->arena));
            add_new(ctl, addresses, member->address);
            for (size_t n = 0; n < member->addresses.n; n++)
                add_new(ctl, addresses, member->addresses.v[n]);
        }
    }
}

/* ---- the files ------------------------------------------------------------------------------- */

static bool is_empty(const char *path)
{
    DIR *directory = opendir(path);
    const struct dirent *entry;
    bool empty = directory != NULL;
    while (empty && (entry = readdir(directory)))
        empty = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
    if (directory)
        closedir(directory);
    return empty;
}

static bool make_directory(const char *path, struct err *err_r)
{
    if (mkdir(path, 0700) == 0)
        return true;
    if (errno != EEXIST)
        return err_set_errno(err_r, ERR_CANNOT_CREATE, "cannot make %s", path);
    if (!is_empty(path))
        return err_set(err_r, ERR_CANNOT_CREATE,
                       "%s is there and not empty; name a directory that is yet to be made", path);
    return chmod(path, 0700) == 0 ||
           err_set_errno(err_r, ERR_CANNOT_CREATE, "cannot make %s private", path);
}

static bool write_file(struct ctl *ctl, const char *name, const char *bytes, size_t n,
                       struct err *err_r)
{
    return file_write_durable(arena_printf(ctl->arena, "%s/%s", ctl->export, name), bytes, n, 0600,
                              err_r);
}

/* Memory goes with each: a mail may be large. */
static bool copy_mail(struct ctl *ctl, const struct message_row *row, const char *name,
                      struct err *err_r)
{
    struct arena *arena = arena_new();
    char *bytes;
    size_t n;
    int fd = -1;
    bool ok = registry_open_raw(ctl->registry, row->sha256, &fd, err_r) &&
              file_read(arena, arena_printf(arena, "/proc/self/fd/%d", fd), MAIL_MAX, &bytes, &n,
                        err_r) &&
              write_file(ctl, name, bytes, n, err_r);
    if (fd >= 0)
        close(fd);
    arena_free(arena);
    return ok;
}

/* ---- what is told: one value, and its lines for people ----------------------------------------
 */

struct telling {
    struct json *object;
    struct text lines;
    bool found;
};

static void put_file(struct ctl *ctl, struct json *object, const char *name)
{
    if (ctl->export)
        json_put_text(object, "file", name);
}

static bool tell_message(struct ctl *ctl, struct telling *telling, struct json *array, int64_t id,
                         struct err *err_r)
{
    struct message_row *row;
    size_t count;
    if (!registry_list_messages(ctl->registry, ctl->arena, -1, id, &row, &count, err_r))
        return false;
    if (count == 0 || !ctl_wants_body(ctl, row->body))
        return true;
    bool kept = row->erased_at == MOMENT_NONE && row->sha256;
    const char *name = arena_printf(ctl->arena, "m%lld.eml", (long long)id);
    if (ctl->export && kept && !copy_mail(ctl, row, name, err_r))
        return false;
    struct json *object = rows_message_to_json(ctl, row);
    struct json *reading;
    struct err err;
    if (row->reading && json_parse(row->reading, strlen(row->reading), &reading, &err))
        json_put(object, "reading", reading);
    if (kept)
        put_file(ctl, object, name);
    json_add(array, object);
    text_addf(&telling->lines, "  m%-6lld %s  %-10s %s\n", (long long)id,
              ctl_moment(ctl, row->arrived_at), message_state_to_text(row->state),
              text_printable(ctl->arena, row->subject ? row->subject : "(no subject)"));
    telling->found = true;
    return true;
}

static bool tell_answer(struct ctl *ctl, struct telling *telling, struct json *array, int64_t id,
                        struct err *err_r)
{
    struct delivery *row;
    size_t count;
    if (!registry_list_deliveries(ctl->registry, ctl->arena, 0, id, &row, &count, err_r))
        return false;
    if (count == 0 || !ctl_wants_body(ctl, row->body))
        return true;
    bool kept = row->size > 0;
    const char *name = arena_printf(ctl->arena, "o%lld.eml", (long long)id);
    if (ctl->export && kept && !write_file(ctl, name, row->bytes, row->size, err_r))
        return false;
    struct json *object = rows_delivery_to_json(ctl, row);
    if (kept)
        put_file(ctl, object, name);
    json_add(array, object);
    text_addf(&telling->lines, "  o%-6lld %s  %-10s %s to %s\n", (long long)id,
              ctl_moment(ctl, row->created_at), delivery_state_to_text(row->state),
              reply_kind_to_text(row->kind), text_printable(ctl->arena, rows_to(row)));
    telling->found = true;
    return true;
}

static bool tell_all(struct ctl *ctl, struct telling *telling, const char *key, const char *title,
                     const struct ids *ids,
                     bool (*tell)(struct ctl *, struct telling *, struct json *, int64_t,
                                  struct err *),
                     struct err *err_r)
{
    struct json *array = json_array_new();
    json_put(telling->object, key, array);
    text_addf(&telling->lines, "\n%s\n", title);
    for (size_t i = 0; i < ids->n; i++)
        if (!tell(ctl, telling, array, ids->v[i], err_r))
            return false;
    return true;
}

static void tell_events(struct ctl *ctl, struct telling *telling, const struct person *person)
{
    struct json *array = json_array_new();
    text_add(&telling->lines, "\nwhat happened\n");
    for (size_t i = 0; i < person->event_count; i++) {
        const struct event_row *row = &person->events[i];
        json_add(array, rows_event_to_json(ctl, row));
        text_addf(&telling->lines, "  %-7s %s  %s%s%s\n", row->id ? row->id : "-",
                  ctl_moment(ctl, row->at), row->event, row->text ? ": " : "",
                  row->text ? text_printable(ctl->arena, row->text) : "");
    }
    json_put(telling->object, "events", array);
    telling->found = telling->found || person->event_count > 0;
}

static void tell_mentions(struct ctl *ctl, struct telling *telling, const struct person *person)
{
    struct texts ids = {0};
    for (size_t i = 0; i < person->mentions.n; i++)
        texts_add(&ids, ctl->arena,
                  arena_printf(ctl->arena, "m%lld", (long long)person->mentions.v[i]));
    json_put_texts(telling->object, "mentioned_in", &ids);
    text_addf(&telling->lines, "\nnamed in mails of others (not exported)\n  %s\n",
              ids.n ? text_join(ctl->arena, &ids, ", ") : "none");
    telling->found = telling->found || ids.n > 0;
}

/* Nobody has read them, so that they may be of anybody. */
static bool tell_unclaimed(struct ctl *ctl, struct telling *telling, struct err *err_r)
{
    int64_t before = (int64_t)time(NULL) - REGISTRY_UNCLAIMED_SECONDS;
    struct texts paths;
    if (!registry_list_unclaimed(ctl->registry, ctl->arena, before, &paths, err_r))
        return false;
    json_put_texts(telling->object, "unclaimed", &paths);
    if (paths.n > 0)
        text_addf(&telling->lines,
                  "\nfiles of mails that were fetched and never entered, whosever they are (not "
                  "exported)\n  %s\n",
                  text_join(ctl->arena, &paths, "\n  "));
    return true;
}

static void tell_roster(struct telling *telling, const struct json *roster)
{
    text_add(&telling->lines, "\nin the configuration\n");
    for (size_t i = 0; i < json_count(roster); i++) {
        const struct json *one = json_at(roster, i);
        const char *role = json_text(one, "role");
        text_addf(&telling->lines, "  %s, %s: %s%s%s <%s>\n", json_text(one, "body"),
                  json_text(one, "faction"), json_text(one, "name"), role ? ", " : "",
                  role ? role : "", json_text(one, "address"));
    }
    telling->found = telling->found || json_count(roster) > 0;
}

static bool tell(struct ctl *ctl, struct telling *telling, const struct texts *addresses,
                 struct err *err_r)
{
    struct person person;
    json_put_text(telling->object, "address", ctl->argv[0]);
    json_put_texts(telling->object, "addresses", addresses);
    text_addf(&telling->lines, "%s\n",
              text_printable(ctl->arena, text_join(ctl->arena, addresses, ", ")));
    tell_roster(telling, json_get(telling->object, "roster"));
    if (!registry_find_person(ctl->registry, ctl->arena, addresses, &person, err_r) ||
        !tell_all(ctl, telling, "messages", "mails from there", &person.messages, tell_message,
                  err_r) ||
        !tell_all(ctl, telling, "answers", "answers", &person.answers, tell_answer, err_r))
        return false;
    tell_events(ctl, telling, &person);
    tell_mentions(ctl, telling, &person);
    if (!tell_unclaimed(ctl, telling, err_r))
        return false;
    json_put_text(telling->object, "note", note);
    text_addf(&telling->lines, "\n%s\n", note);
    return true;
}

static bool write_index(struct ctl *ctl, const struct telling *telling, struct err *err_r)
{
    const char *json = json_print(ctl->arena, telling->object);
    return write_file(ctl, "index.json", json, strlen(json), err_r) &&
           write_file(ctl, "index.txt", telling->lines.s, telling->lines.len, err_r);
}

bool ctl_person(struct ctl *ctl, int *exit_code_r, struct err *err_r)
{
    struct telling telling = {.object = json_object_new()};
    struct json *roster = json_array_new();
    struct texts addresses = {0};
    (void)exit_code_r; /* stays 0 */
    json_put(telling.object, "roster", roster);
    texts_add(&addresses, ctl->arena, ctl->argv[0]);
    for (size_t i = 0; i < ctl->conf->body_count; i++)
        if (ctl_wants_body(ctl, ctl->conf->bodies[i].id))
            look_in_body(ctl, &ctl->conf->bodies[i], &addresses, roster);
    text_init(&telling.lines, ctl->arena);
    bool ok = (!ctl->export || make_directory(ctl->export, err_r)) &&
              tell(ctl, &telling, &addresses, err_r) &&
              (telling.found ||
               err_set(err_r, ERR_NO_INPUT, "nothing is kept about \"%s\"", ctl->argv[0])) &&
              (!ctl->export || write_index(ctl, &telling, err_r));
    if (ok && ctl->json)
        fputs(json_print(ctl->arena, telling.object), stdout);
    else if (ok)
        fputs(telling.lines.s, stdout);
    json_free(telling.object);
    return ok;
}
