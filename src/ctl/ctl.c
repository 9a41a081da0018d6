/* SPDX-License-Identifier: EUPL-1.2 */
#include "ctl/ctl.h"

#include "reply/overrides.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

void ctl_line(struct ctl *ctl, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const char *line = arena_vprintf(ctl->arena, format, args);
    va_end(args);
    puts(text_printable(ctl->arena, line));
}

void ctl_print_json(struct ctl *ctl, struct json *json)
{
    fputs(json_print(ctl->arena, json), stdout);
    json_free(json);
}

bool ctl_wants_body(const struct ctl *ctl, const char *body)
{
    return !ctl->body || text_equal(ctl->body, body);
}

static bool add_unfiled(const struct ctl *ctl, const struct conf_body *body,
                        struct unfiled_count *sum, struct err *err_r)
{
    for (size_t i = 0; i < body->mailbox_count; i++) {
        const struct conf_mailbox *mailbox = &body->mailboxes[i];
        struct unfiled_count one;

        if (mailbox->sent_folder == NULL || mailbox->sent_folder[0] == '\0')
            continue;
        if (!registry_count_unfiled(ctl->registry, body->id, mailbox->name, &one, err_r))
            return false;
        sum->count += one.count;
        if (one.oldest != MOMENT_NONE && (sum->oldest == MOMENT_NONE || one.oldest < sum->oldest))
            sum->oldest = one.oldest;
    }
    return true;
}

bool ctl_count_unfiled(const struct ctl *ctl, struct unfiled_count *sum_r, struct err *err_r)
{
    *sum_r = (struct unfiled_count){.oldest = MOMENT_NONE};
    for (size_t i = 0; i < ctl->conf->body_count; i++) {
        const struct conf_body *body = &ctl->conf->bodies[i];

        if (ctl_wants_body(ctl, body->id) && !add_unfiled(ctl, body, sum_r, err_r))
            return false;
    }
    return true;
}

bool ctl_parse_id(const char *s, char letter, int64_t *id_r)
{
    char *end;
    if (s[0] != letter || s[1] < '1' || s[1] > '9')
        return false;
    errno = 0;
    *id_r = strtoll(s + 1, &end, 10);
    return errno == 0 && *end == '\0';
}

const char *ctl_moment(struct ctl *ctl, int64_t moment)
{
    if (moment == MOMENT_NONE)
        return "-";
    int minute = moment_minute(moment);
    return arena_printf(ctl->arena, "%s %02d:%02d", day_to_text(ctl->arena, moment_day(moment)),
                        minute / 60, minute % 60);
}

static void print_lines(const struct texts *lines)
{
    for (size_t i = 0; i < lines->n; i++)
        fprintf(stderr, "%s\n", lines->v[i]);
}

/* Roster and meetings as the daemon has them.  Where a file is damaged, what can be known is
 * still shown. */
static void read_tables(struct ctl *ctl)
{
    struct conf *conf = ARENA_NEW(ctl->arena, struct conf);
    *conf = *ctl->conf;
    conf->bodies = arena_array(ctl->arena, conf->body_count + 1, sizeof *conf->bodies);
    ctl->tables = arena_array(ctl->arena, conf->body_count + 1, sizeof(struct tables *));
    for (size_t i = 0; i < conf->body_count; i++) {
        struct tables_news news;
        struct err err;
        conf->bodies[i] = ctl->conf->bodies[i];
        ctl->tables[i] = tables_new(&ctl->conf->bodies[i], conf->state_directory, false);
        if (conf->bodies[i].template_directory)
            conf->bodies[i].templates =
                template_set_read(ctl->arena, conf->bodies[i].template_directory,
                                  conf->bodies[i].language, &(struct texts){0});
        tables_refresh(ctl->tables[i], &conf->bodies[i], ctl->arena, &news, &err);
        for (int kind = 0; kind < 2; kind++)
            if (news.bad[kind])
                print_lines(&news.bad[kind]->mistakes);
    }
    ctl->conf = conf;
}

void ctl_forget_tables(struct ctl *ctl)
{
    for (size_t i = 0; ctl->tables && i < ctl->conf->body_count; i++)
        tables_free(ctl->tables[i]);
}

bool ctl_load_conf(struct ctl *ctl, struct err *err_r)
{
    struct texts mistakes = {0};
    bool ok = conf_load_own(ctl->conf_path, ctl->arena, &ctl->conf, &mistakes, err_r);
    print_lines(&mistakes);
    if (ok)
        read_tables(ctl);
    if (ok && ctl->body && !conf_find_body(ctl->conf, ctl->body))
        return err_set(err_r, ERR_USAGE, "--body: the configuration has no body \"%s\"", ctl->body);
    return ok && (ctl->conf->body_count == 0 || zone_set(ctl->conf->bodies[0].time_zone, err_r));
}
