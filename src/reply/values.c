/* SPDX-License-Identifier: EUPL-1.2 */
#include "reply/values.h"

#include "decision/say.h"
#include "reply/words.h"

#include <string.h>

/* characters that are shown of what a letter says */
#define SHORT_LENGTH 90 /* of a title in a subject */
#define NAME_LENGTH 200
#define TITLE_LENGTH 500
#define REASON_LENGTH 2000 /* of a person's words, which are never longer */

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *const names[] = {
    /* of the body */
    "body", "contact", "privacy",
    /* of the mail */
    "message", "arrival", "server", "evidence", "registered_at", "mail_date", "from", "trust",
    "trust_office", "pretences", "alarm", "forwarder", "inner_date", "inner_arrival", "subject",
    "short_subject", "message_id", "raw_size", "raw_sha256", "parts", "found", "unreadable",
    "unread", "junk",
    /* of a motion */
    "number", "position", "kind", "label", "title", "short_title", "withheld", "confidential",
    "ocr", "mover", "named", "meetings", "short_meetings", "rules", "in_time", "late", "unknown",
    "none", "deadline_meeting", "last_day",
    /* of the decision */
    "reason", "advice", "detail", "detail_row",
    /* of a person's decision */
    "ruling_reason", "actor", "corrected", "withdrawn", "void", "in_part",
    /* of a paper that follows another */
    "replaced", "version", "former_arrival", "former_deadline", "left", "papers", "joined",
    "speaker", "joint",
    /* of another mail about the same */
    "held_mail", "held_arrival", "held_waits", "later_mail", "later_arrival",
    /* of one answer */
    "recipient",
    /* of what no arriving mail causes */
    "list", "several", "answer", "answer_kind", "answer_to", "answer_subject", "response", "dead",
    "final", "passing", "path", "until", "mistakes", "faction", "token", "more", "done", "bare",
    /* of the day's book and the list's mail of the day */
    "day", "since", "past", "motions", "motion_count", "changes", "counts", "failed", "held",
    "held_count", "releases", "mailboxes", "unexplained", "closed", "entries"};

_Static_assert(COUNT(names) <= VALUES_MAX, "more names than values");

void values_set(struct values *values, const char *name, const char *text)
{
    for (size_t i = 0; i < values->n; i++) {
        if (strcmp(values->v[i].name, name) == 0) {
            values->v[i].text = text;
            return;
        }
    }
    panic("reply: there is no value {%s}", name);
}

/* ---- plain text -------------------------------------------------------------------------------
 */

/* The length of what must not be shown at s: controls, C1 controls, embeddings, overrides and
 * isolates of direction (they would let a title rewrite the line it stands in); 0: none. */
static size_t unshowable(const char *s)
{
    const unsigned char *u = (const unsigned char *)s;

    if (u[0] < 0x20 || u[0] == 0x7f)
        return 1;
    if (u[0] == 0xc2 && u[1] >= 0x80 && u[1] <= 0x9f)
        return 2;
    if (u[0] == 0xe2 && u[1] == 0x80 && u[2] >= 0xa8 && u[2] <= 0xae)
        return 3;
    if (u[0] == 0xe2 && u[1] == 0x81 && u[2] >= 0xa6 && u[2] <= 0xa9)
        return 3;
    return 0;
}

char *values_clean(struct arena *arena, const char *s)
{
    struct text text;

    if (s == NULL)
        return NULL;
    text_init(&text, arena);
    while (*s != '\0') {
        size_t skip = unshowable(s);

        text_add_char(&text, skip > 0 ? ' ' : *s);
        s += skip > 0 ? skip : 1;
    }
    return text_squeeze(arena, text.s);
}

/* At most n characters, with an ellipsis for the rest; s is clean UTF-8. */
static const char *shorten(struct arena *arena, const char *s, size_t n)
{
    size_t i = 0;

    if (s == NULL)
        return NULL;
    while (s[i] != '\0') {
        if (((unsigned char)s[i] & 0xc0) != 0x80 && n-- == 0)
            return arena_printf(arena, "%s…", text_trim(arena, arena_strndup(arena, s, i)));
        i++;
    }
    return s;
}

const char *values_showable(struct arena *arena, const char *s, size_t n)
{
    return shorten(arena, values_clean(arena, s), n);
}

static const char *flag(bool on)
{
    return on ? "1" : NULL;
}

/* ---- the mail ---------------------------------------------------------------------------------
 */

static void add_part(struct text *text, const struct values *values, const struct mail_part *part)
{
    const struct reply_words *words = reply_words(values->language);
    struct arena *arena = values->arena;
    const char *name = values_showable(arena, part->name, NAME_LENGTH);

    text_add_line(text, arena_printf(arena, "  %s%s: %s, %s, %s, %s", words->part,
                                     values_showable(arena, part->path, NAME_LENGTH),
                                     name == NULL || *name == '\0' ? words->body_part : name,
                                     values_showable(arena, part->type, NAME_LENGTH),
                                     say_size(arena, values->language, part->size),
                                     words->part_text[part->text]));
    text_add_line(text, arena_printf(arena, "  SHA-256 %s",
                                     values_showable(arena, part->sha256, NAME_LENGTH)));
}

const char *values_say_parts(const struct values *values, const struct mail_part *parts,
                             size_t count)
{
    struct text text;

    text_init(&text, values->arena);
    for (size_t i = 0; i < count; i++)
        add_part(&text, values, &parts[i]);
    return text.s;
}

static const char *say_from(const struct values *values, const struct mail_addresses *from)
{
    struct text text;

    text_init(&text, values->arena);
    for (size_t i = 0; i < from->n; i++) {
        if (text.len > 0)
            text_add(&text, ", ");
        if (from->v[i].address != NULL)
            text_add(&text, values_clean(values->arena, from->v[i].address));
    }
    return shorten(values->arena, text.s, TITLE_LENGTH);
}

static const char *fill(struct arena *arena, const char *sentence,
                        const struct template_value *values, size_t n)
{
    struct err err;
    char *filled;

    if (!template_fill(arena, sentence, values, n, &filled, &err))
        panic("reply: %s", err.text);
    return filled;
}

static const char *fill_one(struct arena *arena, const char *sentence, const char *name,
                            const char *text)
{
    const struct template_value value = {.name = name, .text = text};

    return fill(arena, sentence, &value, 1);
}

/* "Not checked" is true only where nobody asked. */
static const char *find_trust_words(const struct reply_words *words, const struct verdict *verdict)
{
    if (verdict->forwarder != NULL && verdict->level > TRUST_UNKNOWN)
        return words->forwarded;
    if (verdict->level == TRUST_LISTED && pretence_has(&verdict->pretences, PRETENCE_FAILED))
        return words->failed;
    if (verdict->level == TRUST_LISTED && verdict->signature != NULL)
        return words->unsealed;
    if (verdict->level == TRUST_LISTED && verdict->evidence != NULL)
        return words->unproven;
    return words->trust[verdict->level];
}

static const char *say_trust(const struct values *values, const struct verdict *verdict,
                             const char *whose)
{
    const struct reply_words *words = reply_words(values->language);
    const struct mail_signature *signature = verdict->signature;
    const struct template_value gaps[] = {
        {.name = "whose", .text = whose},
        {.name = "forwarder", .text = verdict->forwarder},
        {.name = "signer",
         .text = signature == NULL || signature->signer == NULL
                     ? NULL
                     : values_showable(values->arena, signature->signer, NAME_LENGTH)},
        {.name = "why", .text = signature == NULL ? NULL : words->signatures[signature->result]},
    };

    return fill(values->arena, find_trust_words(words, verdict), gaps,
                sizeof gaps / sizeof gaps[0]);
}

const char *values_say_pretence(const struct values *values, const struct pretence *pretence)
{
    struct arena *arena = values->arena;
    const struct pretence clean = {
        .shown = values_showable(arena, pretence->shown, NAME_LENGTH),
        .meant = values_showable(arena, pretence->meant, NAME_LENGTH),
    };

    return pretence_fill(arena, reply_words(values->language)->pretences[pretence->kind], &clean);
}

static void set_pretences(struct values *values, const struct pretences *pretences)
{
    struct text text;

    text_init(&text, values->arena);
    for (size_t i = 0; i < pretences->n; i++)
        text_add_line(&text, arena_printf(values->arena, "  - %s",
                                          values_say_pretence(values, &pretences->v[i])));
    values_set(values, "pretences", text.s);
    values_set(values, "alarm", flag(pretence_alarms(pretences)));
}

static void set_trust(struct values *values, const struct verdict *verdict)
{
    const struct reply_words *words = reply_words(values->language);
    const char *title = verdict->faction == NULL ? "" : verdict->faction->title;

    set_pretences(values, &verdict->pretences);
    values_set(values, "trust", say_trust(values, verdict, words->whose[0]));
    values_set(
        values, "trust_office",
        say_trust(values, verdict, arena_printf(values->arena, "%s%s", words->whose[1], title)));
}

/* The mail that was handed on: when its own sender says it was written, and when it entered the
 * town itself where its Received fields show that. */
static void set_forward(struct values *values, const struct reply_input *input)
{
    const struct mail_forward *forward = input->verdict->forward;
    struct mail inner = {.hops = forward->hops, .hop_count = forward->hop_count};
    struct arrival arrival;

    values_set(values, "forwarder", input->verdict->forwarder);
    values_set(values, "from", values_clean(values->arena, input->verdict->address));
    if (forward->date != NULL)
        values_set(values, "inner_date",
                   say_time(values->arena, values->language,
                            values_showable(values->arena, forward->date, NAME_LENGTH)));
    arrival_find(values->arena, &inner, input->mailbox, MOMENT_NONE, &arrival);
    values_set(values, "inner_arrival", say_moment(values->arena, values->language, arrival.at));
}

static void set_mail(struct values *values, const struct mail *mail)
{
    const char *subject = values_showable(values->arena, mail->subject, TITLE_LENGTH);

    if (mail->date != NULL)
        values_set(values, "mail_date",
                   say_time(values->arena, values->language,
                            values_showable(values->arena, mail->date, NAME_LENGTH)));
    values_set(values, "from", say_from(values, &mail->from));
    values_set(values, "subject", subject);
    values_set(values, "short_subject", shorten(values->arena, subject, SHORT_LENGTH));
    values_set(values, "message_id",
               values_showable(values->arena, mail->message_id, TITLE_LENGTH));
    values_set(values, "parts", values_say_parts(values, mail->parts, mail->part_count));
}

static void set_body(struct values *values, const struct conf_body *body)
{
    values_set(values, "body", values_clean(values->arena, body->name));
    values_set(values, "contact", values_clean(values->arena, body->contact));
    values_set(values, "privacy", values_clean(values->arena, body->privacy_notice));
}

static void set_raw(struct values *values, const struct raw_mail *raw)
{
    values_set(values, "raw_size", say_size(values->arena, values->language, raw->size));
    values_set(values, "raw_sha256", text_hex(values->arena, raw->sha256, sizeof(raw->sha256)));
}

void values_init_names(struct values *values, struct arena *arena, const char *language)
{
    *values = (struct values){.arena = arena, .language = language};
    for (; values->n < COUNT(names); values->n++)
        values->v[values->n].name = names[values->n];
}

void values_init_body(struct values *values, struct arena *arena, const struct conf_body *body)
{
    values_init_names(values, arena, body->language);
    set_body(values, body);
}

/* The mail that was held before, or that brought what was missing. */
static void set_others(struct values *values, const struct reply_input *input)
{
    const struct known *known = input->known;

    if (input->decision->about_held) {
        values_set(values, "held_mail",
                   arena_printf(values->arena, "m%lld", (long long)known->held->message));
        values_set(values, "held_arrival",
                   say_moment(values->arena, values->language, known->held->arrived_at));
        values_set(values, "held_waits",
                   flag(known->held->waits && input->decision->completes == NULL));
    }
    if (known->completed_by != 0) {
        values_set(values, "later_mail",
                   arena_printf(values->arena, "m%lld", (long long)known->completed_by));
        values_set(values, "later_arrival",
                   say_moment(values->arena, values->language, known->completed_at));
    }
}

void values_init(struct values *values, struct arena *arena, const struct reply_input *input)
{
    const struct arrival *arrival = &input->decision->arrival;
    bool by_server = arrival->evidence == NULL && !text_equal(arrival->basis, "INTERNALDATE");

    values_init_body(values, arena, input->body);
    set_raw(values, input->raw);
    values_set(values, "message", arena_printf(arena, "m%lld", (long long)input->known->message));
    values_set(values, "arrival", say_moment(values->arena, values->language, arrival->at));
    values_set(values, "server", by_server ? values_clean(arena, arrival->basis) : NULL);
    values_set(values, "evidence", values_showable(arena, arrival->evidence, TITLE_LENGTH));
    if (conf_is_junk(input->mailbox, input->raw->folder))
        values_set(values, "junk", values_clean(arena, input->raw->folder));
    values_set(values, "registered_at",
               say_moment(values->arena, values->language, input->registered_at));
    values_set(values, "unreadable", flag(input->decision->state == MESSAGE_UNREADABLE));
    values_set(
        values, "unread",
        values_showable(arena, text_join(arena, &input->decision->unread, ", "), TITLE_LENGTH));
    set_others(values, input);
    if (input->reading != NULL)
        set_mail(values, input->reading->mail);
    if (input->verdict != NULL)
        set_trust(values, input->verdict);
    if (input->verdict != NULL && input->verdict->forward != NULL)
        set_forward(values, input);
}

/* ---- a motion ---------------------------------------------------------------------------------
 */

/* "Rat am Donnerstag, 24.09.2015" */
const char *values_say_consultation(const struct values *values,
                                    const struct decided_consultation *one)
{
    const struct reply_words *words = reply_words(values->language);
    const char *organization = values_showable(values->arena, one->organization, NAME_LENGTH);

    if (day_is_none(one->meeting))
        return arena_printf(values->arena, "%s, %s", organization, words->no_date);
    return arena_printf(values->arena, "%s%s%s", organization, words->on,
                        say_weekday(values->arena, values->language, one->meeting));
}

static const char *say_meetings(const struct values *values, const struct decided_motion *motion)
{
    struct text text;

    text_init(&text, values->arena);
    for (size_t i = 0; i < motion->consultation_count; i++)
        text_add_line(&text,
                      arena_printf(values->arena, "  - %s",
                                   values_say_consultation(values, &motion->consultations[i])));
    return text.s;
}

static const char *say_rules(const struct values *values, const struct decided_motion *motion)
{
    const struct reply_words *words = reply_words(values->language);
    struct text text;

    text_init(&text, values->arena);
    for (size_t i = 0; i < motion->consultation_count; i++) {
        const struct decided_consultation *one = &motion->consultations[i];

        text_add_line(&text, arena_printf(values->arena, "    - %s: %s",
                                          values_say_consultation(values, one),
                                          words->deadline[one->deadline.state]));
        if (one->deadline.rule != NULL)
            text_addf(&text, " (%s)", one->deadline.rule);
    }
    return text.s;
}

/* For a subject: "Rat, 24.09.2015"; councils without a day only where none has one. */
static const char *say_short_meetings(const struct values *values,
                                      const struct decided_motion *motion)
{
    struct text dated, undated;

    text_init(&dated, values->arena);
    text_init(&undated, values->arena);
    for (size_t i = 0; i < motion->consultation_count; i++) {
        const struct decided_consultation *one = &motion->consultations[i];
        bool has_day = !day_is_none(one->meeting);
        struct text *text = has_day ? &dated : &undated;

        text_addf(text, "%s%s", text->len > 0 ? "; " : "",
                  values_showable(values->arena, one->organization, NAME_LENGTH));
        if (has_day)
            text_addf(text, ", %s", say_day(values->arena, values->language, one->meeting));
    }
    return shorten(values->arena, dated.len > 0 ? dated.s : undated.s, SHORT_LENGTH);
}

/* The consultation whose deadline is the motion's. */
static const struct decided_consultation *find_strictest(const struct decided_motion *motion)
{
    for (size_t i = 0; i < motion->consultation_count; i++) {
        const struct deadline *deadline = &motion->consultations[i].deadline;

        if (deadline->state == motion->deadline.state && deadline->until == motion->deadline.until)
            return &motion->consultations[i];
    }
    return NULL;
}

static void set_deadline(struct values *values, const struct decided_motion *motion)
{
    static const char *const flags[] = {
        [DEADLINE_IN_TIME] = "in_time",
        [DEADLINE_LATE] = "late",
        [DEADLINE_UNKNOWN] = "unknown",
        [DEADLINE_NONE] = "none",
    };
    const struct deadline *deadline = &motion->deadline;
    const struct decided_consultation *strictest = find_strictest(motion);
    int minute = 1440; /* an end at midnight is 24:00 of the day before */

    values_set(values, flags[deadline->state], flag(true));
    if (strictest != NULL)
        values_set(values, "deadline_meeting", values_say_consultation(values, strictest));
    if (day_is_none(deadline->last_day))
        return;
    if (moment_day(deadline->until).n == deadline->last_day.n)
        minute = moment_minute(deadline->until);
    values_set(values, "last_day",
               arena_printf(values->arena, "%s, %s",
                            say_weekday(values->arena, values->language, deadline->last_day),
                            say_minute(values->arena, values->language, minute)));
}

static void set_title(struct values *values, const struct decided_motion *motion)
{
    const char *title = values_showable(values->arena, motion->motion->title, TITLE_LENGTH);

    values_set(values, "title", title);
    values_set(values, "short_title", shorten(values->arena, title, SHORT_LENGTH));
}

static void set_position(struct values *values, size_t position, size_t count)
{
    const struct reply_words *words = reply_words(values->language);

    if (count > 1)
        values_set(values, "position",
                   arena_printf(values->arena, "%zu%s%zu%s", position, words->one_of[0], count,
                                words->one_of[1]));
}

static const char *say_movers(struct arena *arena, const struct decided_motion *motion)
{
    if (motion->movers.n > 0)
        return values_showable(arena, text_join(arena, &motion->movers, ", "), TITLE_LENGTH);
    return motion->mover == NULL ? NULL : motion->mover->title;
}

void values_set_motion(struct values *values, const struct decided_motion *motion, size_t position,
                       size_t count)
{
    struct arena *arena = values->arena;

    values_set(values, "number", motion->number);
    values_set(values, "kind", reply_words(values->language)->kinds[motion->motion->kind]);
    values_set(values, "label", values_showable(arena, motion->motion->label, NAME_LENGTH));
    values_set(values, "confidential", flag(motion->motion->confidential));
    values_set(values, "ocr", flag(motion->motion->is_ocr));
    values_set(values, "mover", say_movers(values->arena, motion));
    values_set(values, "joint", flag(motion->movers.n > 1));
    values_set(values, "named",
               values_showable(arena, text_join(arena, &motion->named, ", "), TITLE_LENGTH));
    values_set(values, "meetings", say_meetings(values, motion));
    values_set(values, "short_meetings", say_short_meetings(values, motion));
    values_set(values, "rules", say_rules(values, motion));
    set_position(values, position, count);
    set_title(values, motion);
    set_deadline(values, motion);
}

void values_set_follow(struct values *values, const struct decided_motion *motion)
{
    static const char *const flags[FOLLOW_COUNT] = {
        [FOLLOW_WITHDRAWS] = "withdrawn", [FOLLOW_LEAVES] = "left", [FOLLOW_REPLACES] = "replaced",
        [FOLLOW_CORRECTS] = "corrected",  [FOLLOW_ADDS] = "papers", [FOLLOW_JOINS] = "joined",
    };
    const struct known_motion *former = motion->follows;

    if (motion->follow == FOLLOW_NONE)
        return;
    values_set(values, flags[motion->follow], flag(true));
    values_set(values, "speaker", values_showable(values->arena, motion->speaker, NAME_LENGTH));
    values_set(values, "version", arena_printf(values->arena, "%d", former->version + 1));
    values_set(values, "former_arrival",
               say_moment(values->arena, values->language, former->arrived_at));
    values_set(values, "former_deadline",
               reply_words(values->language)->deadline[former->deadline.state]);
}

void values_use_former_arrival(struct values *values)
{
    for (size_t i = 0; i < values->n; i++) {
        if (strcmp(values->v[i].name, "former_arrival") == 0)
            values_set(values, "arrival", values->v[i].text);
    }
}

void values_withhold_title(struct values *values)
{
    values_set(values, "withheld", flag(true));
    values_set(values, "title", NULL);
    values_set(values, "short_title", NULL);
    values_set(values, "label", NULL);
}

void values_set_ruling(struct values *values, const char *reason, const char *actor)
{
    values_set(values, "ruling_reason", values_showable(values->arena, reason, REASON_LENGTH));
    values_set(values, "actor", values_showable(values->arena, actor, NAME_LENGTH));
}

void values_say_trust_to_others(struct values *values)
{
    for (size_t i = 0; i < values->n; i++) {
        if (strcmp(values->v[i].name, "trust_office") == 0)
            values_set(values, "trust", values->v[i].text);
    }
}

/* ---- the decision -----------------------------------------------------------------------------
 */

const char *values_say_reason(const struct values *values, const char *row, const char *detail)
{
    const struct row_words *words = reply_row_words(values->language, row);

    return words == NULL ? NULL
                         : fill_one(values->arena, words->reason, "detail",
                                    values_showable(values->arena, detail, NAME_LENGTH));
}

void values_set_row(struct values *values, const char *row, const char *detail)
{
    const struct row_words *words = reply_row_words(values->language, row);
    const char *clean = values_showable(values->arena, detail, NAME_LENGTH);

    if (words == NULL)
        panic("reply: the row \"%s\" has no words", row);
    values_set(values, "reason", values_say_reason(values, row, detail));
    values_set(values, "advice", fill_one(values->arena, words->advice, "detail", clean));
    values_set(values, "detail_row", row);
}

void values_set_found(struct values *values, const struct decision *decision)
{
    const struct reply_words *words = reply_words(values->language);
    struct text text;

    text_init(&text, values->arena);
    for (size_t i = 0; i < decision->motion_count; i++) {
        const struct motion *motion = decision->motions[i].motion;
        const char *title = values_showable(values->arena, motion->title, TITLE_LENGTH);

        text_add_line(&text, arena_printf(values->arena, "  - %s: %s%s", words->kinds[motion->kind],
                                          title == NULL ? words->untitled : title,
                                          motion->is_ocr ? " (OCR)" : ""));
    }
    values_set(values, "found", text.s);
}
