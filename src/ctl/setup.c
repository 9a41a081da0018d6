/* SPDX-License-Identifier: EUPL-1.2 */
#include "ctl/setup.h"

#include "base/day.h"
#include "conf/conf.h"
#include "mail/address.h"

#include <string.h>

bool setup_is_directory(const struct setup_server *server)
{
    return server->host[0] == '/';
}

static void put(struct text *text, int depth, const char *key, const char *value)
{
    if (value[0] == '\0')
        return;
    text_addf(text, "%*s%s = ", depth * 2, "", key);
    conf_quote(text, value);
    text_add_char(text, '\n');
}

static void put_list(struct text *text, int depth, const char *key, const char *value)
{
    if (value[0] == '\0')
        return;
    text_addf(text, "%*s%s = {", depth * 2, "", key);
    conf_quote(text, value);
    text_add(text, "}\n");
}

static void open_section(struct text *text, int depth, const char *name, const char *title)
{
    text_addf(text, "%*s%s ", depth * 2, "", name);
    if (title) {
        conf_quote(text, title);
        text_add_char(text, ' ');
    }
    text_add(text, "{\n");
}

static void close_section(struct text *text, int depth)
{
    text_addf(text, "%*s}\n", depth * 2, "");
}

static void put_server(struct text *text, int depth, const struct setup_server *server)
{
    if (setup_is_directory(server)) {
        put(text, depth, "directory", server->host);
        return;
    }
    put(text, depth, "host", server->host);
    text_addf(text, "%*sport = %s\n", depth * 2, "", server->port);
    put(text, depth, "tls", server->tls);
    put(text, depth, "ca-file", server->ca_file);
    put(text, depth, "user", server->user);
    put(text, depth, "password-file", server->password_file);
}

static const char *wall_clock(struct arena *arena, int64_t moment)
{
    int minute = moment_minute(moment);
    return arena_printf(arena, "%sT%02d:%02d:%02d", day_to_text(arena, moment_day(moment)),
                        minute / 60, minute % 60, (int)(moment % 60));
}

static void put_mailbox(struct text *text, const struct setup_answers *answers, int64_t now)
{
    const char *name, *address = answers->from;
    address_split(text->arena, answers->from, &name, &address);
    open_section(text, 1, "mailbox", "rathaus");
    put_server(text, 2, &answers->mailbox);
    put_list(text, 2, "addresses", address);
    put(text, 2, "folder", answers->folder);
    text_add(text,
             "    # What arrived earlier is left alone and counted as ignored; an earlier time,\n"
             "    # or none at all, has older mails handled, too.\n");
    put(text, 2, "ignore-before", wall_clock(text->arena, now));
    close_section(text, 1);
}

static void put_council(struct text *text, const struct setup_answers *answers)
{
    if (answers->council[0] == '\0')
        return;
    open_section(text, 1, "council", answers->council);
    if (strcmp(answers->days, "0") != 0) {
        open_section(text, 2, "deadline", NULL);
        text_addf(text, "      days = %s\n", answers->days);
        close_section(text, 2);
    }
    close_section(text, 1);
}

static void put_faction(struct text *text, const struct setup_faction *faction)
{
    open_section(text, 1, "faction", faction->title);
    for (size_t i = 0; i < faction->member_count; i++) {
        const struct setup_member *member = &faction->members[i];
        open_section(text, 2, "member", member->address);
        put(text, 3, "name", member->name);
        put(text, 3, "role", member->role);
        close_section(text, 2);
    }
    close_section(text, 1);
}

static void put_body(struct text *text, const struct setup_answers *answers, int64_t now)
{
    open_section(text, 0, "body", answers->id);
    put(text, 1, "name", answers->name);
    put(text, 1, "state", answers->land);
    put(text, 1, "from", answers->from);
    put_list(text, 1, "office", answers->office);
    put(text, 1, "list", answers->list);
    text_add(
        text,
        "  # Answers are made and wait in the outbox for a person (antragctl release); \"send\"\n"
        "  # sends them at once.\n");
    put(text, 1, "answers", "hold");
    open_section(text, 1, "mayor", NULL);
    text_add(text, "    offices = {\"Bürgermeister\", \"Bürgermeisterin\"}\n");
    put(text, 2, "name", answers->mayor);
    close_section(text, 1);
    put_mailbox(text, answers, now);
    put_council(text, answers);
    for (size_t i = 0; i < answers->faction_count; i++)
        put_faction(text, &answers->factions[i]);
    close_section(text, 0);
}

char *setup_write(struct arena *arena, const struct setup_answers *answers, int64_t now)
{
    struct text text;
    text_init(&text, arena);
    text_add(&text,
             "# Written by antragctl setup.  All that can be set is in antragd.conf(5).\n\n");
    put(&text, 0, "state-directory", answers->state_directory);
    open_section(&text, 0, "submission", NULL);
    put_server(&text, 1, &answers->submission);
    close_section(&text, 0);
    put_body(&text, answers, now);
    return text.s;
}
