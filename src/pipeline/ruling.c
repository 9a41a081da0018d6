/* SPDX-License-Identifier: EUPL-1.2 */
#include "pipeline/ruling.h"

#include "base/file.h"
#include "decision/council.h"
#include "registry/ruling.h"
#include "trust/trust.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAIL_MAX ((size_t)256 * 1024 * 1024)

/* A message, or the message of a motion, with what the pure parts want to know of it. */
struct matter {
    struct stored_message stored;
    const struct conf_body *body;
    const struct conf_mailbox *mailbox; /* NULL: no longer in the configuration */
    struct raw_mail raw;
    const struct reading *reading; /* NULL: unreadable */
    struct verdict verdict;
    struct known known;
    struct arrival arrival;
};

/* ---- looking it up */

static bool parse_id(const char *s, char letter, int64_t *id_r)
{
    char *end;

    if (s[0] != letter || s[1] < '1' || s[1] > '9' || strlen(s) > 18)
        return false;
    *id_r = strtoll(s + 1, &end, 10);
    return *end == '\0';
}

static void digest_from_hex(const char *hex, unsigned char *digest)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; hex != NULL && i < DIGEST_SIZE; i++) {
        const char *high = strchr(digits, hex[2 * i]);
        const char *low = strchr(digits, hex[2 * i + 1]);

        if (high == NULL || low == NULL)
            panic("registry: \"%s\" is no SHA-256", hex);
        digest[i] = (unsigned char)((high - digits) * 16 + (low - digits));
    }
}

static void set_raw(struct matter *matter)
{
    const struct stored_message *stored = &matter->stored;

    matter->raw = (struct raw_mail){.body = stored->body,
                                    .mailbox = stored->mailbox,
                                    .folder = stored->folder,
                                    .uidvalidity = stored->uidvalidity,
                                    .uid = stored->uid,
                                    .internaldate = stored->internaldate,
                                    .fd = -1,
                                    .size = stored->size};
    digest_from_hex(stored->sha256, matter->raw.sha256);
}

static bool find_body(const struct ruling_context *context, struct matter *matter,
                      struct err *err_r)
{
    const struct stored_message *stored = &matter->stored;

    matter->body = conf_find_body(context->conf, stored->body);
    if (matter->body == NULL)
        return err_set(err_r, ERR_CONFIG, "m%lld: body \"%s\" is not in the configuration",
                       (long long)stored->id, stored->body);
    matter->mailbox = conf_find_mailbox(matter->body, stored->mailbox);
    return true;
}

static bool find_reading(const struct ruling_context *context, struct matter *matter,
                         struct err *err_r)
{
    const char *text = matter->stored.reading;
    struct reading *reading;

    if (text == NULL)
        return true;
    if (!reading_from_json(context->arena, text, strlen(text), &reading, err_r))
        return err_add_where(err_r, "reading of m%lld in the registry",
                             (long long)matter->stored.id);
    matter->reading = reading;
    trust_judge(context->arena, reading, matter->body, moment_day(matter->arrival.at),
                &matter->verdict);
    return true;
}

static bool find_message(const struct ruling_context *context, int64_t id, struct matter *matter,
                         struct err *err_r)
{
    *matter = (struct matter){.verdict = {.level = TRUST_UNKNOWN}, .known = {.message = id}};
    if (!registry_get_message(context->registry, context->arena, id, &matter->stored, err_r))
        return false;
    if (matter->stored.state == MESSAGE_VANISHED)
        return err_set(err_r, ERR_DATA,
                       "m%lld vanished before it could be fetched; there is nothing to decide",
                       (long long)id);
    matter->arrival = matter->stored.arrival;
    if (!find_body(context, matter, err_r) || !find_reading(context, matter, err_r))
        return false;
    set_raw(matter);
    return true;
}

static bool find_ordered_message(const struct ruling_context *context,
                                 const struct ruling_order *order, struct matter *matter,
                                 struct err *err_r)
{
    int64_t id;

    if (!parse_id(order->subject, 'm', &id))
        return err_set(err_r, ERR_USAGE, "%s wants a message such as m12, not \"%s\"",
                       ruling_verb_to_text(order->verb), order->subject);
    return find_message(context, id, matter, err_r);
}

static bool find_motion(const struct ruling_context *context, const struct ruling_order *order,
                        struct motion_row **motion_r, struct err *err_r)
{
    struct motion_filter filter = {.body = order->body,
                                   .number = order->subject,
                                   .meeting = DAY_NONE,
                                   .since = DAY_NONE,
                                   .state = -1};
    size_t count;

    if (!registry_list_motions(context->registry, context->arena, &filter, motion_r, &count, err_r))
        return false;
    if (count == 0)
        return err_set(err_r, ERR_NO_INPUT, "there is no motion \"%s\"", order->subject);
    return count == 1 ||
           err_set(err_r, ERR_USAGE, "%zu bodies have a motion %s; say which with --body", count,
                   order->subject);
}

/* ---- what was ordered */

static const char *list_factions(struct arena *arena, const struct conf_body *body)
{
    struct texts titles = {0};

    for (size_t i = 0; i < body->faction_count; i++)
        texts_add(&titles, arena, body->factions[i].title);
    return text_join(arena, &titles, ", ");
}

static bool find_faction(const struct ruling_context *context, const struct conf_body *body,
                         const char *label, const struct conf_faction **faction_r,
                         struct err *err_r)
{
    *faction_r = label == NULL ? NULL : trust_find_faction(body, label);
    return label == NULL || *faction_r != NULL ||
           err_set(err_r, ERR_USAGE, "--faction: there is no \"%s\"; the configuration has %s",
                   label, list_factions(context->arena, body));
}

static bool find_kind(const char *word, int *kind_r, struct err *err_r)
{
    enum motion_kind kind;

    *kind_r = -1;
    if (word == NULL)
        return true;
    if (!motion_kind_from_text(word, &kind) || kind == MOTION_WITHDRAWAL ||
        kind == MOTION_REPLACEMENT)
        return err_set(err_r, ERR_USAGE,
                       "--kind: \"%s\" is no kind of motion; antragctl(8) lists them", word);
    *kind_r = (int)kind;
    return true;
}

static bool find_meeting(const struct ruling_context *context, const struct conf_body *body,
                         const char *text, struct motion_consultation *consultation_r,
                         struct err *err_r)
{
    const char *equals = strrchr(text, '=');
    const struct conf_council *council;

    if (equals == NULL || !day_parse(equals + 1, &consultation_r->meeting))
        return err_set(err_r, ERR_USAGE, "--meeting: \"%s\" is not like Rat=2026-03-19", text);
    council = council_find(body, arena_strndup(context->arena, text, (size_t)(equals - text)));
    if (council == NULL)
        return err_set(err_r, ERR_USAGE, "--meeting: the configuration has no council \"%.*s\"",
                       (int)(equals - text), text);
    consultation_r->organization = council->name;
    return true;
}

static bool find_amendment(const struct ruling_context *context, const struct ruling_order *order,
                           const struct conf_body *body, struct amendment *amendment_r,
                           struct err *err_r)
{
    struct motion_consultation *consultations =
        arena_array(context->arena, order->meetings.n + 1, sizeof *consultations);

    *amendment_r = (struct amendment){.title = order->title,
                                      .consultations = consultations,
                                      .consultation_count = order->meetings.n};
    if (!find_faction(context, body, order->faction, &amendment_r->mover, err_r) ||
        !find_kind(order->kind, &amendment_r->kind, err_r))
        return false;
    for (size_t i = 0; i < order->meetings.n; i++) {
        if (!find_meeting(context, body, order->meetings.v[i], &consultations[i], err_r))
            return false;
    }
    return true;
}

/* ---- what came of it */

static struct json *new_answer(const struct ruling_context *context, const char *event,
                               int64_t message, const char *number, const char *state)
{
    struct json *answer = json_object_new();

    json_put_text(answer, "event", event);
    if (message != 0)
        json_put_text(answer, "id", arena_printf(context->arena, "m%lld", (long long)message));
    if (number != NULL)
        json_put_text(answer, "number", number);
    if (state != NULL)
        json_put_text(answer, "state", state);
    return answer;
}

static void add_delivery(const struct ruling_context *context, struct json *answers,
                         const struct delivery *delivery)
{
    struct json *object = json_object_new();

    json_put_text(object, "id", arena_printf(context->arena, "o%lld", (long long)delivery->id));
    json_put_text(object, "kind", reply_kind_to_text(delivery->kind));
    json_put_text(object, "to", delivery->to);
    json_put_text(object, "state", delivery_state_to_text(delivery->state));
    json_add(answers, object);
}

/* What is committed stays so, even where it cannot be told in full. */
static struct json *with_ruled(const struct ruling_context *context, struct json *answer,
                               int64_t ruling)
{
    struct json *answers = json_array_new();
    struct delivery *rows;
    size_t count;
    struct err err;

    if (registry_list_ruled(context->registry, context->arena, ruling, &rows, &count, &err)) {
        for (size_t i = 0; i < count; i++)
            add_delivery(context, answers, &rows[i]);
    }
    json_put(answer, "answers", answers);
    return answer;
}

static struct json *with_numbers(struct json *answer, const struct decision *decision)
{
    struct json *numbers = json_array_new();

    for (size_t i = 0; i < decision->motion_count; i++) {
        if (decision->motions[i].number != NULL)
            json_add_text(numbers, decision->motions[i].number);
    }
    json_put(answer, "motions", numbers);
    return answer;
}

/* ---- the two structs that the pure parts and the registry want */

static struct reply_input make_input(const struct ruling_context *context,
                                     const struct matter *matter, const struct decision *decision)
{
    return (struct reply_input){.body = matter->body,
                                .mailbox = matter->mailbox,
                                .raw = &matter->raw,
                                .reading = matter->reading,
                                .verdict = matter->reading == NULL ? NULL : &matter->verdict,
                                .known = &matter->known,
                                .decision = decision,
                                .registered_at = context->now,
                                .token = context->token};
}

static struct registry_entry make_entry(const struct ruling_context *context,
                                        const struct matter *matter,
                                        const struct decision *decision,
                                        const struct replies *replies)
{
    return (struct registry_entry){.body = matter->body,
                                   .raw = &matter->raw,
                                   .reading = matter->reading,
                                   .verdict = matter->reading == NULL ? NULL : &matter->verdict,
                                   .known = &matter->known,
                                   .decision = decision,
                                   .replies = replies,
                                   .registered_at = context->now};
}

static struct case_file make_file(const struct matter *matter)
{
    return (struct case_file){.body = matter->body,
                              .mailbox = matter->mailbox,
                              .reading = matter->reading,
                              .verdict = &matter->verdict,
                              .known = &matter->known,
                              .arrival = matter->arrival,
                              .size = matter->raw.size};
}

static struct ruled_by made_by(const struct ruling_context *context, const char *text)
{
    return (struct ruled_by){.actor = context->actor, .at = context->now, .text = text};
}

/* ---- accept */

static bool has_number(const struct stored_message *stored, size_t position)
{
    for (size_t i = 0; i < stored->numbered_count; i++) {
        if (stored->numbered[i] == position)
            return true;
    }
    return false;
}

static bool find_open(const struct ruling_context *context, const struct matter *matter,
                      struct open_motions *open_r, struct err *err_r)
{
    size_t count = matter->reading == NULL ? 0 : matter->reading->motions.n;
    size_t *positions = arena_array(context->arena, count + 1, sizeof *positions);

    *open_r = (struct open_motions){.positions = positions};
    for (size_t i = 0; i < count; i++) {
        if (!has_number(&matter->stored, i))
            positions[open_r->count++] = i;
    }
    if (matter->stored.numbered_count > 0 && open_r->count == 0)
        return err_set(err_r, ERR_DATA, "m%lld is registered already",
                       (long long)matter->stored.id);
    return true;
}

/* A person may know better when a mail came in, if she can say from what. */
static bool set_arrival(const struct ruling_context *context, const struct ruling_order *order,
                        struct matter *matter, struct err *err_r)
{
    if (order->arrived == NULL)
        return true;
    if (!moment_parse(order->arrived, &matter->arrival.at))
        return err_set(err_r, ERR_USAGE,
                       "--arrived: \"%s\" is no time like 2026-03-19T23:10:00+01:00",
                       order->arrived);
    if (matter->arrival.at > context->now)
        return err_set(err_r, ERR_USAGE, "--arrived: %s is yet to come", order->arrived);
    if (matter->stored.numbered_count > 0)
        return err_set(err_r, ERR_DATA,
                       "m%lld is registered in part: its numbers rest on the arrival they have",
                       (long long)matter->stored.id);
    matter->arrival.evidence = order->evidence;
    return true;
}

static bool look_up(const struct ruling_context *context, struct matter *matter, struct err *err_r)
{
    int year, month, mday;

    day_to_ymd(moment_day(matter->arrival.at), &year, &month, &mday);
    return registry_lookup(context->registry, context->arena, matter->body, &matter->raw,
                           matter->reading, year, matter->stored.id, &matter->known, err_r);
}

/* For the history: what the person added to what was read. */
static const char *say_accepted(const struct ruling_context *context,
                                const struct ruling_order *order, const struct matter *matter)
{
    struct text text;

    text_init(&text, context->arena);
    if (order->faction != NULL)
        text_addf(&text, "faction %s; ", order->faction);
    if (order->kind != NULL)
        text_addf(&text, "kind %s; ", order->kind);
    if (order->title != NULL)
        text_addf(&text, "title \"%s\"; ", order->title);
    for (size_t i = 0; i < order->meetings.n; i++)
        text_addf(&text, "meeting %s; ", order->meetings.v[i]);
    if (order->arrived != NULL)
        text_addf(&text, "arrived %s instead of %s, by evidence: %s; ",
                  moment_to_text(context->arena, matter->arrival.at),
                  moment_to_text(context->arena, matter->stored.arrival.at), order->evidence);
    if (text.len > 0)
        text.s[text.len - 2] = '\0';
    return text.len > 0 ? text.s : NULL;
}

static bool accept_message(const struct ruling_context *context, const struct ruling_order *order,
                           struct json **answer_r, struct err *err_r)
{
    struct matter matter;
    struct open_motions open;
    struct amendment amendment;
    struct decision decision;
    struct replies replies;
    int64_t ruling;

    if (!find_ordered_message(context, order, &matter, err_r) ||
        !find_open(context, &matter, &open, err_r) ||
        !find_amendment(context, order, matter.body, &amendment, err_r) ||
        !set_arrival(context, order, &matter, err_r) || !look_up(context, &matter, err_r))
        return false;
    struct case_file file = make_file(&matter);
    if (!decide_accept(context->arena, &file, &open, &amendment, &decision, err_r))
        return false;
    struct reply_input input = make_input(context, &matter, &decision);
    reply_render(context->arena, &input, &replies);
    struct registry_entry entry = make_entry(context, &matter, &decision, &replies);
    struct ruled_by by = made_by(context, say_accepted(context, order, &matter));
    if (!registry_accept(context->registry, matter.stored.id, &entry, &by, &ruling, err_r))
        return false;
    *answer_r = with_ruled(
        context,
        with_numbers(new_answer(context, "accepted", matter.stored.id, NULL, "registered"),
                     &decision),
        ruling);
    return true;
}

/* ---- ignore */

static bool check_ignorable(const struct stored_message *stored, struct err *err_r)
{
    if (stored->state == MESSAGE_HELD || stored->state == MESSAGE_UNREADABLE ||
        (stored->state == MESSAGE_REGISTERED && stored->held_count > 0))
        return true;
    return err_set(err_r, ERR_DATA, "m%lld is %s: nothing in it waits for a person%s",
                   (long long)stored->id, message_state_to_text(stored->state),
                   stored->state == MESSAGE_REGISTERED ? "; use void with its number" : "");
}

static bool ignore_message(const struct ruling_context *context, const struct ruling_order *order,
                           struct json **answer_r, struct err *err_r)
{
    struct matter matter;
    struct replies replies = {0};
    int64_t ruling;

    if (!find_ordered_message(context, order, &matter, err_r) ||
        !check_ignorable(&matter.stored, err_r))
        return false;
    bool in_part = matter.stored.state == MESSAGE_REGISTERED;
    struct decision decision = {.state = MESSAGE_IGNORED, .arrival = matter.arrival};
    struct reply_input input = make_input(context, &matter, &decision);
    struct reply_news news = {.ruling = REPLY_IGNORED, .reason = order->reason, .in_part = in_part};
    if (!order->silent)
        reply_render_news(context->arena, &input, &news, &replies);
    struct registry_entry entry = make_entry(context, &matter, &decision, &replies);
    struct ruled_by by = made_by(context, order->reason);
    if (!registry_ignore(context->registry, matter.stored.id, &entry, &by, &ruling, err_r))
        return false;
    *answer_r = with_ruled(
        context,
        new_answer(context, "ignored", matter.stored.id, NULL, in_part ? "registered" : "ignored"),
        ruling);
    return true;
}

/* ---- reread */

static bool check_rereadable(const struct stored_message *stored, struct err *err_r)
{
    return stored->state == MESSAGE_HELD || stored->state == MESSAGE_UNREADABLE ||
           err_set(err_r, ERR_DATA, "m%lld is %s; only what is held or unreadable is read again",
                   (long long)stored->id, message_state_to_text(stored->state));
}

static bool open_bytes(const struct ruling_context *context, const struct stored_message *stored,
                       int *fd_r, struct err *err_r)
{
    char *bytes;
    size_t n;
    int fd;

    if (!registry_open_raw(context->registry, stored->sha256, &fd, err_r))
        return false;
    const char *path = arena_printf(context->arena, "/proc/self/fd/%d", fd);
    bool ok = file_read(context->arena, path, MAIL_MAX, &bytes, &n, err_r) &&
              memfd_from("mail", bytes, n, fd_r, err_r);
    close(fd);
    return ok;
}

bool ruling_open_message(const struct ruling_context *context, const struct ruling_order *order,
                         struct message *message_r, struct err *err_r)
{
    struct matter matter;

    if (!find_ordered_message(context, order, &matter, err_r) ||
        !check_rereadable(&matter.stored, err_r))
        return false;
    if (matter.mailbox == NULL)
        return err_set(err_r, ERR_CONFIG, "m%lld: mailbox \"%s\" is not in the configuration",
                       (long long)matter.stored.id, matter.stored.mailbox);
    *message_r = (struct message){.body = matter.body,
                                  .mailbox = matter.mailbox,
                                  .raw = matter.raw,
                                  .id = matter.stored.id,
                                  .now = context->now,
                                  .token = context->token};
    return open_bytes(context, &matter.stored, &message_r->raw.fd, err_r);
}

bool ruling_reread(const struct ruling_context *context, const struct message *message,
                   struct json **answer_r, struct err *err_r)
{
    struct stored_message stored;
    struct conclusion c = {0};
    int64_t ruling;

    /* another person may have decided while it was being read */
    if (!registry_get_message(context->registry, context->arena, message->id, &stored, err_r) ||
        !check_rereadable(&stored, err_r) ||
        !pipeline_conclude(context->registry, context->arena, message, &c, err_r))
        return false;
    /* who was told that it is held for this reason knows it */
    if (c.decision.state == stored.state && text_equal(c.decision.row, stored.row))
        c.replies = (struct replies){0};
    struct registry_entry entry = {.body = message->body,
                                   .raw = &message->raw,
                                   .reading = message->reading,
                                   .verdict = message->reading == NULL ? NULL : &c.verdict,
                                   .known = &c.known,
                                   .decision = &c.decision,
                                   .replies = &c.replies,
                                   .registered_at = context->now};
    struct ruled_by by = made_by(context, message_state_to_text(c.decision.state));
    if (!registry_reread(context->registry, message->id, &entry, &by, &ruling, err_r))
        return false;
    *answer_r = with_ruled(context,
                           with_numbers(new_answer(context, "reread", message->id, NULL,
                                                   message_state_to_text(c.decision.state)),
                                        &c.decision),
                           ruling);
    if (c.decision.reason != NULL)
        json_put_text(*answer_r, "reason", c.decision.reason);
    return true;
}

/* ---- correct, withdraw, void */

static const struct change_row {
    const char *event;
    int state; /* enum motion_state or -1 */
    enum reply_ruling ruling;
} changes[] = {
    [RULING_CORRECT] = {"corrected", -1, REPLY_CORRECTED},
    [RULING_WITHDRAW] = {"withdrawn", MOTION_STATE_WITHDRAWN, REPLY_WITHDRAWN},
    [RULING_VOID] = {"void", MOTION_STATE_VOID, REPLY_VOID},
};

static bool check_changeable(const struct motion_row *row, enum ruling_verb verb, struct err *err_r)
{
    if (row->state == MOTION_STATE_VOID ||
        (row->state == MOTION_STATE_WITHDRAWN && verb == RULING_WITHDRAW))
        return err_set(err_r, ERR_DATA, "%s is %s already", row->number,
                       motion_state_to_text(row->state));
    return true;
}

static void copy_consultations(struct arena *arena, const struct motion_row *row,
                               struct motion *motion, struct decided_motion *decided)
{
    size_t n = row->consultation_count;

    motion->consultations = arena_array(arena, n, sizeof *motion->consultations);
    decided->consultations = arena_array(arena, n, sizeof *decided->consultations);
    motion->consultation_count = decided->consultation_count = n;
    for (size_t i = 0; i < n; i++) {
        const struct motion_row_consultation *one = &row->consultations[i];

        motion->consultations[i] = (struct motion_consultation){one->organization, one->meeting};
        decided->consultations[i] =
            (struct decided_consultation){one->organization, one->meeting, one->deadline};
    }
}

/* The motion as the registry has it. */
static void describe_row(const struct ruling_context *context, const struct matter *matter,
                         const struct motion_row *row, struct decided_motion *decided_r)
{
    struct motion *motion = ARENA_NEW(context->arena, struct motion);

    *motion = (struct motion){.kind = row->kind,
                              .title = row->title,
                              .letter_date = DAY_NONE,
                              .confidential = row->confidential};
    *decided_r = (struct decided_motion){.motion = motion,
                                         .registered = true,
                                         .number = row->number,
                                         .named = row->named,
                                         .deadline = row->deadline,
                                         .count = 1};
    if (row->factions.n > 0)
        decided_r->mover = trust_find_faction(matter->body, row->factions.v[0]);
    copy_consultations(context->arena, row, motion, decided_r);
}

/* Who moves it is no longer only named. */
static void drop_named(struct arena *arena, struct decided_motion *decided)
{
    struct texts kept = {0};

    for (size_t i = 0; i < decided->named.n; i++) {
        if (!text_equal(decided->named.v[i], decided->mover->title))
            texts_add(&kept, arena, decided->named.v[i]);
    }
    decided->named = kept;
}

static const char *say_meetings(struct arena *arena, const struct decided_motion *motion)
{
    struct texts texts = {0};

    for (size_t i = 0; i < motion->consultation_count; i++) {
        const struct decided_consultation *one = &motion->consultations[i];
        const char *day = day_to_text(arena, one->meeting);

        texts_add(&texts, arena, arena_printf(arena, "%s=%s", one->organization, day ? day : "?"));
    }
    return texts.n == 0 ? "none" : text_join(arena, &texts, ", ");
}

static void add_change(struct text *text, const char *what, const char *before, const char *after)
{
    if (!text_equal(before, after))
        text_addf(text, "; %s: \"%s\", before: \"%s\"", what, after, before);
}

static const char *title_of(const struct decided_motion *motion)
{
    return motion->motion->title == NULL ? "" : motion->motion->title;
}

static const char *mover_of(const struct decided_motion *motion)
{
    return motion->mover == NULL ? "" : motion->mover->title;
}

/* For the history: the reason, and what it was before. */
static const char *say_corrected(struct arena *arena, const char *reason,
                                 const struct decided_motion *before,
                                 const struct decided_motion *after)
{
    struct text text;

    text_init(&text, arena);
    text_add(&text, reason);
    add_change(&text, "title", title_of(before), title_of(after));
    add_change(&text, "kind", motion_kind_to_text(before->motion->kind),
               motion_kind_to_text(after->motion->kind));
    add_change(&text, "faction", mover_of(before), mover_of(after));
    add_change(&text, "meetings", say_meetings(arena, before), say_meetings(arena, after));
    return text.s;
}

/* A motion that is changed: as it was, as it will be. */
struct changing {
    struct matter matter;
    const struct motion_row *row;
    struct decided_motion before, after;
    struct motion_change change;
    const char *text;
};

static bool correct(const struct ruling_context *context, const struct ruling_order *order,
                    struct changing *changing, struct err *err_r)
{
    struct amendment amendment;
    struct case_file file = make_file(&changing->matter);

    if (!find_amendment(context, order, changing->matter.body, &amendment, err_r))
        return false;
    decide_correct(context->arena, &file, &amendment, &changing->after);
    if (amendment.mover != NULL && amendment.mover != changing->before.mover) {
        drop_named(context->arena, &changing->after);
        changing->change.movers = true;
    }
    changing->change.corrected = &changing->after;
    changing->text =
        say_corrected(context->arena, order->reason, &changing->before, &changing->after);
    return true;
}

static bool begin_change(const struct ruling_context *context, const struct ruling_order *order,
                         struct changing *changing, struct err *err_r)
{
    struct motion_row *row;

    if (!find_motion(context, order, &row, err_r) || !check_changeable(row, order->verb, err_r) ||
        !find_message(context, row->message, &changing->matter, err_r))
        return false;
    changing->row = row;
    describe_row(context, &changing->matter, row, &changing->before);
    changing->after = changing->before;
    changing->text = order->reason;
    changing->change = (struct motion_change){.number = row->number,
                                              .event = changes[order->verb].event,
                                              .state = changes[order->verb].state,
                                              .message = row->message};
    return order->verb != RULING_CORRECT || correct(context, order, changing, err_r);
}

static bool change_motion(const struct ruling_context *context, const struct ruling_order *order,
                          struct json **answer_r, struct err *err_r)
{
    struct changing changing = {0};
    struct reply_news news = {
        .ruling = changes[order->verb].ruling, .reason = order->reason, .actor = context->actor};
    struct replies replies;
    int64_t ruling;

    if (!begin_change(context, order, &changing, err_r) ||
        !registry_find_confirmation(context->registry, context->arena, changing.row->body,
                                    changing.row->number, &news.confirmation,
                                    &news.confirmation_waits, err_r))
        return false;
    news.former = changing.before.mover;
    struct decision decision = {.state = MESSAGE_REGISTERED,
                                .arrival = changing.matter.arrival,
                                .motions = &changing.after,
                                .motion_count = 1};
    struct reply_input input = make_input(context, &changing.matter, &decision);
    reply_render_news(context->arena, &input, &news, &replies);
    struct registry_entry entry = make_entry(context, &changing.matter, &decision, &replies);
    struct ruled_by by = made_by(context, changing.text);
    if (!registry_change_motion(context->registry, &changing.change, &entry, &by, &ruling, err_r))
        return false;
    int state = changing.change.state;
    *answer_r = with_ruled(context,
                           new_answer(context, changing.change.event, 0, changing.row->number,
                                      motion_state_to_text(state < 0 ? changing.row->state
                                                                     : (enum motion_state)state)),
                           ruling);
    return true;
}

/* ---- answers */

static bool find_delivery(const struct ruling_context *context, int64_t id,
                          struct delivery **delivery_r, struct err *err_r)
{
    size_t count;

    return registry_list_deliveries(context->registry, context->arena, 0, id, delivery_r, &count,
                                    err_r) &&
           (count == 1 || err_set(err_r, ERR_NO_INPUT, "there is no answer o%lld", (long long)id));
}

static struct json *answers_as_they_are(const struct ruling_context *context, const int64_t *ids,
                                        size_t count)
{
    struct json *answers = json_array_new();
    struct delivery *delivery;
    struct err err;

    for (size_t i = 0; i < count; i++) {
        if (find_delivery(context, ids[i], &delivery, &err))
            add_delivery(context, answers, delivery);
    }
    return answers;
}

static bool release(const struct ruling_context *context, const struct ruling_order *order,
                    struct json **answer_r, struct err *err_r)
{
    struct motion_row *row = NULL;
    struct delivery *delivery;
    struct ruled_by by = made_by(context, NULL);
    int64_t id = 0, *ids;
    size_t count;
    bool one = parse_id(order->subject, 'o', &id);

    if (one ? !find_delivery(context, id, &delivery, err_r)
            : !find_motion(context, order, &row, err_r))
        return false;
    if (!registry_release(context->registry, context->arena, one ? id : 0,
                          row != NULL ? row->body : NULL, row != NULL ? row->number : NULL, &by,
                          &ids, &count, err_r))
        return false;
    if (count == 0)
        return err_set(err_r, ERR_DATA, "%s: no answer waits for a person; see outbox",
                       order->subject);
    *answer_r = new_answer(context, "released", 0, row != NULL ? row->number : NULL, NULL);
    json_put(*answer_r, "answers", answers_as_they_are(context, ids, count));
    return true;
}

static bool check_resendable(const struct delivery *delivery, struct err *err_r)
{
    if (delivery->state == DELIVERY_WAITING)
        return err_set(err_r, ERR_DATA, "o%lld waits for a person; let it go with release o%lld",
                       (long long)delivery->id, (long long)delivery->id);
    if (delivery->state == DELIVERY_SENDING)
        return err_set(err_r, ERR_TRY_AGAIN, "o%lld is being sent just now",
                       (long long)delivery->id);
    return true;
}

static bool resend(const struct ruling_context *context, const struct ruling_order *order,
                   struct json **answer_r, struct err *err_r)
{
    struct ruled_by by = made_by(context, NULL);
    struct delivery *delivery;
    int64_t id;

    if (!parse_id(order->subject, 'o', &id))
        return err_set(err_r, ERR_USAGE, "resend wants an answer such as o34, not \"%s\"",
                       order->subject);
    if (!find_delivery(context, id, &delivery, err_r) || !check_resendable(delivery, err_r) ||
        !registry_resend(context->registry, id, &by, err_r))
        return false;
    *answer_r = new_answer(context, "resent", 0, delivery->number, NULL);
    json_put(*answer_r, "answers", answers_as_they_are(context, &id, 1));
    return true;
}

static bool retry(const struct ruling_context *context, const struct ruling_order *order,
                  struct json **answer_r, struct err *err_r)
{
    struct ruled_by by = made_by(context, NULL);
    int64_t count;

    (void)order;
    if (!registry_retry(context->registry, &by, &count, err_r))
        return false;
    *answer_r = new_answer(context, "retry", 0, NULL, NULL);
    json_put_int(*answer_r, "count", count);
    return true;
}

/* ---- all of them */

bool ruling_decide(const struct ruling_context *context, const struct ruling_order *order,
                   struct json **answer_r, struct err *err_r)
{
    static bool (*const verbs[])(const struct ruling_context *context,
                                 const struct ruling_order *order, struct json **answer_r,
                                 struct err *err_r) = {
        [RULING_ACCEPT] = accept_message, [RULING_IGNORE] = ignore_message,
        [RULING_CORRECT] = change_motion, [RULING_WITHDRAW] = change_motion,
        [RULING_VOID] = change_motion,    [RULING_RELEASE] = release,
        [RULING_RESEND] = resend,         [RULING_RETRY] = retry,
    };

    if (verbs[order->verb] == NULL)
        panic("ruling: %s is not decided at once", ruling_verb_to_text(order->verb));
    return verbs[order->verb](context, order, answer_r, err_r);
}
