/* SPDX-License-Identifier: EUPL-1.2 */
#include "reply/book.h"

#include "decision/say.h"
#include "reply/book_words.h"
#include "reply/render.h"
#include "reply/words.h"

#include <string.h>

#define LENGTH 200
#define LINES_MAX 200 /* of one kind: the register has the others */
#define HOUR INT64_C(3600)

/* ---- what it says -----------------------------------------------------------------------------
 */

size_t book_unexplained(const struct book *book)
{
    size_t n = 0;

    for (size_t i = 0; i < book->mailbox_count; i++)
        n += book->mailboxes[i].unexplained;
    return n;
}

/* As antragctl check judges: an hour at least, and three visits left out. */
static bool is_late(const struct book *book, const struct book_mailbox *mailbox)
{
    int64_t patience = 3 * (int64_t)mailbox->interval;

    return mailbox->visited_at != MOMENT_NONE &&
           (moment_is_ahead(mailbox->visited_at, book->until) ||
            book->until - mailbox->visited_at > (patience > HOUR ? patience : HOUR));
}

bool book_mailbox_is_well(const struct book *book, const struct book_mailbox *mailbox)
{
    return mailbox->visited_at != MOMENT_NONE && mailbox->trouble == NULL &&
           mailbox->unexplained == 0 && !is_late(book, mailbox);
}

bool book_is_empty(const struct book *book)
{
    for (size_t i = 0; i < book->mailbox_count; i++) {
        if (!book_mailbox_is_well(book, &book->mailboxes[i]))
            return false;
    }
    return book->motion_count == 0 && book->change_count == 0 && book->count_count == 0 &&
           book->failed_count == 0;
}

/* Nothing is open, and every folder was counted. */
static bool is_closed(const struct book *book)
{
    for (size_t i = 0; i < book->mailbox_count; i++) {
        if (!book->mailboxes[i].counted)
            return false;
    }
    return book_unexplained(book) == 0;
}

/* ---- when -------------------------------------------------------------------------------------
 */

struct day book_day(const struct conf_body *body, int64_t now)
{
    struct day today = moment_day(now);

    if (body->book_at < 0)
        return DAY_NONE;
    return now >= moment_from_local(today, body->book_at) ? today : day_add(today, -1);
}

int64_t book_next(const struct conf_body *body, int64_t now)
{
    struct day last = book_day(body, now);

    return day_is_none(last) ? MOMENT_NONE : moment_from_local(day_add(last, 1), body->book_at);
}

/* ---- words ------------------------------------------------------------------------------------
 */

struct writing {
    struct arena *arena;
    const struct book *book;
    const char *language;
    const struct book_words *words;
    struct values *values;
};

/* The number in the place of "#". */
static const char *say_number(const struct writing *w, const char *words, int64_t n)
{
    const char *gap = strchr(words, '#');

    if (gap == NULL)
        return words;
    return arena_printf(w->arena, "%.*s%lld%s", (int)(gap - words), words, (long long)n, gap + 1);
}

static const char *say_age(const struct writing *w, int64_t since)
{
    int64_t hours = (w->book->until - since) / HOUR;

    if (hours >= 48)
        return say_number(w, w->words->days, hours / 24);
    return say_number(w, w->words->hours[hours < 1 ? 0 : hours == 1 ? 1 : 2], hours);
}

static const char *show(const struct writing *w, const char *s)
{
    return values_showable(w->arena, s, LENGTH);
}

/* A line below the one it belongs to; nothing where there is nothing to say. */
static void add_below(const struct writing *w, struct text *text, const char *label, const char *s)
{
    const char *shown = show(w, s);

    if (shown != NULL && *shown != '\0')
        text_addf(text, "\n    %s%s", label, shown);
}

/* So many rows as a list, the last line counting those that are left out. */
static void set_list(const struct writing *w, const char *name, size_t count,
                     void (*add)(const struct writing *w, struct text *text, size_t i))
{
    struct text text;

    text_init(&text, w->arena);
    for (size_t i = 0; i < count && i < LINES_MAX; i++)
        add(w, &text, i);
    if (count > LINES_MAX)
        text_add_line(&text,
                      arena_printf(w->arena, "  %s",
                                   say_number(w, w->words->more, (int64_t)(count - LINES_MAX))));
    values_set(w->values, name, text.s);
}

/* ---- the lists --------------------------------------------------------------------------------
 */

static const char *say_title(const struct writing *w, const char *title)
{
    return title == NULL ? reply_words(w->language)->untitled : show(w, title);
}

static const char *say_consultation(const struct writing *w, const struct decided_consultation *one)
{
    const char *where = values_say_consultation(w->values, one);
    const char *deadline = reply_words(w->language)->deadline[one->deadline.state];

    return arena_printf(w->arena, "\n    - %s: %s", where, deadline);
}

static void add_motion(const struct writing *w, struct text *text, size_t i)
{
    const struct book_motion *motion = &w->book->motions[i];
    const struct reply_words *words = reply_words(w->language);
    const char *movers = show(w, text_join(w->arena, &motion->factions, ", "));

    text_add_line(text, arena_printf(w->arena, "  %s  %s%s%s (%s)", motion->number, movers,
                                     *movers != '\0' ? ": " : "", say_title(w, motion->title),
                                     words->kinds[motion->kind]));
    if (motion->confidential)
        text_addf(text, ", %s", w->words->confidential);
    if (w->words->states[motion->state] != NULL)
        text_addf(text, ", %s", w->words->states[motion->state]);
    text_addf(text, "\n    %s: %s", words->arrived,
              say_moment(w->arena, w->language, motion->arrived_at));
    add_below(w, text, w->words->named, text_join(w->arena, &motion->named, ", "));
    for (size_t k = 0; k < motion->consultation_count; k++)
        text_add(text, say_consultation(w, &motion->consultations[k]));
}

static void add_change(const struct writing *w, struct text *text, size_t i)
{
    const struct book_change *change = &w->book->changes[i];

    text_add_line(text, arena_printf(w->arena, "  %s  %s: %s", change->number,
                                     book_event(w->language, change->event),
                                     say_title(w, change->title)));
    text_addf(text, "\n    %s, %s%s", say_moment(w->arena, w->language, change->at), w->words->by,
              show(w, change->actor));
}

static void add_count(const struct writing *w, struct text *text, size_t i)
{
    const struct book_count *count = &w->book->counts[i];

    text_add_line(
        text, arena_printf(w->arena, "  %zu × %s", count->n, book_brief(w->language, count->row)));
}

static void add_answer(const struct writing *w, struct text *text, const struct book_answer *answer)
{
    text_add_line(text, arena_printf(w->arena, "  %s  %s%s%s, %s", answer->id,
                                     answer->number != NULL ? answer->number : "",
                                     answer->number != NULL ? ": " : "",
                                     reply_words(w->language)->answers[answer->kind],
                                     show(w, answer->to)));
}

static void add_failed(const struct writing *w, struct text *text, size_t i)
{
    add_answer(w, text, &w->book->failed[i]);
    add_below(w, text, "", w->book->failed[i].response);
}

static void add_waiting(const struct writing *w, struct text *text, size_t i)
{
    const struct book_answer *answer = &w->book->waiting[i];

    add_answer(w, text, answer);
    text_addf(text, "\n    antragctl release %s", answer->id);
}

static void add_held(const struct writing *w, struct text *text, size_t i)
{
    const struct book_held *held = &w->book->held[i];
    const struct reply_words *words = reply_words(w->language);

    text_add_line(text,
                  arena_printf(w->arena, "  %s  %s: %s", held->id, say_age(w, held->registered_at),
                               book_brief(w->language, held->row)));
    text_addf(text, "\n    %s: %s", words->arrived,
              say_moment(w->arena, w->language, held->arrived_at));
    add_below(w, text, arena_printf(w->arena, "%s: ", words->from), held->from);
    add_below(w, text, arena_printf(w->arena, "%s: ", words->subject), held->subject);
}

static const char *say_seen(const struct writing *w, const struct book_mailbox *mailbox)
{
    if (!mailbox->counted)
        return w->words->uncounted;
    return arena_printf(w->arena, "%s, %s", say_number(w, w->words->seen, (int64_t)mailbox->seen),
                        say_number(w, w->words->unexplained, (int64_t)mailbox->unexplained));
}

static void add_mailbox(const struct writing *w, struct text *text, size_t i)
{
    const struct book_mailbox *mailbox = &w->book->mailboxes[i];

    text_add_line(text, arena_printf(w->arena, "  %s (%s): ", show(w, mailbox->name),
                                     show(w, mailbox->folder)));
    if (mailbox->visited_at == MOMENT_NONE)
        text_add(text, w->words->never);
    else
        text_addf(text, "%s%s; %s", w->words->visited,
                  say_moment(w->arena, w->language, mailbox->visited_at), say_seen(w, mailbox));
    if (is_late(w->book, mailbox))
        add_below(w, text, "", w->words->late);
    add_below(w, text, w->words->trouble, mailbox->trouble);
}

/* ---- the mail ---------------------------------------------------------------------------------
 */

static void set_number(const struct writing *w, const char *name, size_t n)
{
    values_set(w->values, name, arena_printf(w->arena, "%zu", n));
}

static void set_book(struct values *values, const struct conf_body *body, const struct book *book)
{
    const struct writing w = {.arena = values->arena,
                              .book = book,
                              .language = body->language,
                              .words = book_words(body->language),
                              .values = values};

    values_set(values, "day", say_day(w.arena, w.language, book->day));
    values_set(values, "since", say_moment(w.arena, w.language, book->since));
    values_set(values, "until", say_moment(w.arena, w.language, book->until));
    values_set(values, "past", book->past ? "1" : NULL);
    values_set(values, "closed", is_closed(book) ? "1" : NULL);
    set_number(&w, "motion_count", book->motion_count);
    set_number(&w, "held_count", book->held_count);
    set_number(&w, "unexplained", book_unexplained(book));
    set_list(&w, "motions", book->motion_count, add_motion);
    set_list(&w, "changes", book->change_count, add_change);
    set_list(&w, "counts", book->count_count, add_count);
    set_list(&w, "failed", book->failed_count, add_failed);
    set_list(&w, "held", book->held_count, add_held);
    set_list(&w, "releases", book->waiting_count, add_waiting);
    set_list(&w, "mailboxes", book->mailbox_count, add_mailbox);
}

static void begin(struct rendering *rendering, struct reply_input *input, struct arena *arena,
                  const struct news *news, const struct book *book)
{
    *input =
        (struct reply_input){.body = news->body, .registered_at = news->now, .token = news->token};
    render_begin(rendering, arena, input);
    values_init_body(&rendering->common, arena, news->body);
    set_book(&rendering->common, news->body, book);
}

void book_write(struct arena *arena, const struct conf_body *body, const struct book *book,
                const char **subject_r, const char **text_r)
{
    const struct news news = {.body = body, .now = book->until};
    struct reply_input input;
    struct rendering rendering;

    begin(&rendering, &input, arena, &news, book);
    render_write(&rendering, "book", &rendering.common, subject_r, text_r);
}

void book_render(struct arena *arena, const struct news *news, const struct book *book,
                 struct replies *replies_r)
{
    const struct texts *office = &news->body->office;
    struct reply_input input;
    struct rendering rendering;

    begin(&rendering, &input, arena, news, book);
    for (size_t i = 0; i < office->n; i++)
        render_add(&rendering,
                   &(struct order){.kind = REPLY_NOTICE,
                                   .template = "book",
                                   .to = office->v[i],
                                   .occasion = news->occasion},
                   &rendering.common);
    *replies_r = rendering.replies;
}
