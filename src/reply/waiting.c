/* SPDX-License-Identifier: EUPL-1.2 */
#include "reply/waiting.h"

#include "decision/say.h"
#include "reply/words.h"

#include <string.h>

#define LENGTH 200
#define SHORT_LENGTH 90

/* One list under way. */
struct listing {
    struct values *values;
    const struct reply_words *words;
    struct text text;
    bool decidable;
};

static void add_line(struct listing *listing, const char *label, const char *s)
{
    const char *shown = values_showable(listing->values->arena, s, LENGTH);

    if (shown != NULL && *shown != '\0')
        text_addf(&listing->text, "\n    %s: %s", label, shown);
}

static void add_time(struct listing *listing, const char *label, int64_t moment)
{
    add_line(listing, label, say_moment(listing->values->arena, listing->values->language, moment));
}

/* In words; a row of a table that is older than we are has only its sentence. */
static void add_reason(struct listing *listing, const struct news_mail *mail)
{
    const char *said =
        mail->row == NULL ? NULL : values_say_reason(listing->values, mail->row, mail->detail);

    if (said == NULL)
        add_line(listing, listing->words->reason, mail->reason);
    else
        text_addf(&listing->text, "\n    %s: %s (%s)", listing->words->reason, said, mail->row);
}

/* Both mails that are one matter. */
static void add_answered(struct listing *listing, const struct news_mail *mail)
{
    struct values *values = listing->values;

    add_line(listing, listing->words->brought, mail->brought);
    if (mail->answers == NULL)
        return;
    add_line(listing, listing->words->answers_mail,
             arena_printf(values->arena, "%s, %s %s", mail->answers, listing->words->arrived,
                          say_moment(values->arena, values->language, mail->answers_at)));
}

static void add_pretences(struct listing *listing, const struct news_mail *mail)
{
    for (size_t i = 0; mail->pretences != NULL && i < mail->pretences->n; i++)
        add_line(listing, listing->words->attention,
                 values_say_pretence(listing->values, &mail->pretences->v[i]));
}

static void add_deadline(struct listing *listing, const struct news_mail *mail)
{
    struct arena *arena = listing->values->arena;
    const char *language = listing->values->language;
    const struct deadline *deadline = &mail->deadline;
    const char *said = listing->words->deadline[deadline->state];

    if (mail->kind == NULL)
        return;
    if (!day_is_none(deadline->last_day))
        said = arena_printf(arena, "%s%s%s", said, say_words(language)->last_day,
                            say_weekday(arena, language, deadline->last_day));
    add_line(listing, listing->words->deadline_of, said);
}

static void add_title(struct listing *listing, const struct news_mail *mail)
{
    struct arena *arena = listing->values->arena;

    if (mail->kind == NULL)
        add_line(listing, listing->words->title, mail->title);
    else
        add_line(listing, mail->kind,
                 mail->title == NULL ? listing->words->untitled
                                     : values_showable(arena, mail->title, LENGTH));
}

const char *waiting_kind(struct arena *arena, const char *language, enum motion_kind kind, bool ocr)
{
    const char *word = reply_words(language)->kinds[kind];

    return ocr ? arena_printf(arena, "%s (OCR)", word) : word;
}

/* As a shell takes it for one word. */
static const char *quote(struct arena *arena, const char *s)
{
    struct text text;

    text_init(&text, arena);
    text_add_char(&text, '\'');
    for (; *s != '\0'; s++)
        text_add(&text, *s == '\'' ? "'\\''" : (char[]){*s, '\0'});
    text_add_char(&text, '\'');
    return text.s;
}

/* Whose motion it would be; NULL where the sender says so. */
static const char *whose(const struct listing *listing, const struct news_mail *mail)
{
    return mail->faction == NULL || *mail->faction != '\0' ? mail->faction
                                                           : listing->words->some_faction;
}

/* What a person can do to the motion herself, where accept is not meant or finds the mail's words
 * not clear. */
static void add_change(struct listing *listing, const struct news_mail *mail)
{
    static const char *const verbs[][2] = {
        {"withdrawal", "withdraw"}, {"replacement", "correct"}, {"correction", "correct"}};
    const char *number = mail->detail;

    /* as the letter writes it: a number has no blanks */
    if (number == NULL || strchr(number, ' ') != NULL)
        number = listing->words->some_number;
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        if (text_equal(verbs[i][0], mail->row))
            text_addf(&listing->text, "\n    antragctl %s %s --reason '...'", verbs[i][1],
                      quote(listing->values->arena, number));
    }
}

static void add_commands(struct listing *listing, const struct news_mail *mail)
{
    struct arena *arena = listing->values->arena;
    const char *faction = whose(listing, mail);

    if (text_equal(mail->row, "unreadable") || text_equal(mail->row, "not-recorded"))
        text_addf(&listing->text, "\n    antragctl reread %s", mail->id);
    text_addf(&listing->text, "\n    antragctl accept %s%s%s%s", mail->id,
              faction == NULL ? "" : " --faction ", faction == NULL ? "" : quote(arena, faction),
              mail->kind == NULL ? " --title '...'" : "");
    add_change(listing, mail);
    text_addf(&listing->text, "\n    antragctl ignore %s --reason '...'", mail->id);
}

static void add_mail(struct listing *listing, const struct news_mail *mail)
{
    const struct reply_words *words = listing->words;

    text_addf(&listing->text, "%s  %s", listing->text.len == 0 ? "" : "\n", mail->id);
    add_time(listing, words->arrived, mail->arrived_at);
    add_time(listing, words->mail_date, mail->mail_date);
    add_time(listing, words->registered, mail->registered_at);
    add_line(listing, words->from, mail->from);
    add_line(listing, words->subject, mail->subject);
    add_title(listing, mail);
    add_reason(listing, mail);
    add_answered(listing, mail);
    add_pretences(listing, mail);
    add_deadline(listing, mail);
    if (mail->part_count > 0)
        text_addf(&listing->text, "\n%s",
                  values_say_parts(listing->values, mail->parts, mail->part_count));
    if (listing->decidable)
        add_commands(listing, mail);
}

static void set_mails(struct listing *listing, const struct news_mail *mails, size_t count)
{
    struct values *values = listing->values;

    listing->words = reply_words(values->language);
    text_init(&listing->text, values->arena);
    for (size_t i = 0; i < count && i < WAITING_MAX; i++)
        add_mail(listing, &mails[i]);
    values_set(values, "list", listing->text.s);
    values_set(values, "message", mails[0].id);
    values_set(values, "several", count > 1 ? arena_printf(values->arena, "%zu", count) : NULL);
}

void waiting_set_mails(struct values *values, const struct news_mail *mails, size_t count)
{
    struct listing listing = {.values = values};

    set_mails(&listing, mails, count);
}

void waiting_set_decidable(struct values *values, const struct news_mail *mails, size_t count)
{
    struct listing listing = {.values = values, .decidable = true};

    set_mails(&listing, mails, count);
    values_set(values, "faction", whose(&listing, &mails[0]));
    values_set(values, "short_subject",
               values_showable(values->arena, count == 1 ? mails[0].subject : NULL, SHORT_LENGTH));
}
