/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Which texts of a mail are letters, and which motions a letter holds.  Read this first; the fields
 * have a file each (fields.h).
 */
#include "motion/motion.h"

#include "motion/body.h"
#include "motion/fields.h"
#include "motion/trace.h"
#include "motion/words.h"

#include <string.h>

static const char *const kind_words[MOTION_KIND_COUNT] = {
    [MOTION_MOTION] = "motion",
    [MOTION_URGENT] = "urgent-motion",
    [MOTION_AMENDMENT] = "amendment",
    [MOTION_SUPPLEMENT] = "supplement",
    [MOTION_INQUIRY] = "inquiry",
    [MOTION_REVIEW_REQUEST] = "review-request",
    [MOTION_RESOLUTION] = "resolution",
    [MOTION_BUDGET] = "budget-motion",
    [MOTION_CONVENING_DEMAND] = "convening-demand",
    [MOTION_WITHDRAWAL] = "withdrawal",
    [MOTION_REPLACEMENT] = "replacement",
    [MOTION_CITIZEN_SUGGESTION] = "citizen-suggestion",
};

const char *motion_kind_to_text(enum motion_kind kind)
{
    return kind_words[kind];
}

bool motion_kind_from_text(const char *s, enum motion_kind *kind_r)
{
    size_t i;
    if (!text_find_word(kind_words, MOTION_KIND_COUNT, s, &i))
        return false;
    *kind_r = (enum motion_kind)i;
    return true;
}

void motion_preload(void)
{
    pattern_preload();
}

static void add_motion(struct arena *arena, struct motions *motions, const struct motion *motion)
{
    motions->v = arena_grow(arena, motions->v, motions->n, motions->n + 1, sizeof *motions->v);
    motions->v[motions->n++] = *motion;
}

/* ---- a letter's motions ---- */

static bool needs_reference(enum motion_kind kind)
{
    return kind == MOTION_AMENDMENT || kind == MOTION_SUPPLEMENT || kind == MOTION_WITHDRAWAL ||
           kind == MOTION_REPLACEMENT;
}

static bool has_no_resolution(enum motion_kind kind)
{
    return kind == MOTION_INQUIRY || kind == MOTION_WITHDRAWAL || kind == MOTION_CONVENING_DEMAND;
}

/* A title that speaks of meetings behind closed doors makes the letter no secret. */
static bool says_confidential(const struct heading *heading, const char *s, struct match *match_r)
{
    size_t n;
    if (!pattern_find(PATTERN_confidential, s, 0, match_r))
        return false;
    n = match_r->end[0] - match_r->start[0];
    return heading->title == NULL ||
           memmem(heading->title, strlen(heading->title), s + match_r->start[0], n) == NULL;
}

static bool find_confidential(const struct letter *letter, const struct heading *heading,
                              struct match *match_r)
{
    for (size_t i = letter->head.begin; i < letter->head.end; i++)
        if (strlen(letter->lines[i].text) < LETTER_MAX_HEADING &&
            says_confidential(heading, letter->lines[i].text, match_r))
            return true;
    return says_confidential(heading, heading->phrase, match_r) ||
           says_confidential(heading, opening_text(letter), match_r);
}

static void read_confidential(const struct letter *letter, const struct heading *heading,
                              struct motion *motion)
{
    struct match match;
    motion->confidential = find_confidential(letter, heading, &match);
    if (motion->confidential)
        trace_note(letter->trace, motion, VALUE_CONFIDENTIAL, 0, spot_of_match(&match));
}

static void read_shared(const struct letter *letter, const struct heading *heading,
                        struct motion *motion)
{
    date_find_letter(letter, motion);
    motion->addressee = addressee_find(letter);
    faction_find(letter, heading, motion->place, &motion->factions);
    signatory_find(letter, motion);
    read_confidential(letter, heading, motion);
}

/* "Re: [A/2026/0001] ..." says what is withdrawn or replaced. */
static bool takes_answered(enum motion_kind kind)
{
    return kind == MOTION_REPLACEMENT || kind == MOTION_WITHDRAWAL;
}

static void read_own(const struct letter *letter, const struct heading *heading, struct range range,
                     struct motion *motion)
{
    motion->label = heading->label;
    motion->title = heading->title;
    kind_find(letter, heading, motion);
    section_find(letter, range, heading->asked, &motion->resolution, &motion->reasoning);
    if (has_no_resolution(motion->kind))
        motion->resolution = NULL;
    consultation_find(letter, heading, motion->resolution, motion);
    if (!needs_reference(motion->kind))
        return;
    motion->refers_to = refers_find(letter, heading);
    if (motion->refers_to == NULL && letter->answered != NULL && takes_answered(motion->kind))
        motion->refers_to = refers_in(letter->trace, letter->answered);
}

static const char *join_phrases(struct trace *trace, const char *a, const char *b)
{
    struct splice splice;
    splice_init(&splice, trace);
    splice_add(&splice, a, strlen(a));
    splice_add_char(&splice, '\n');
    splice_add(&splice, b, strlen(b));
    return splice_text(&splice);
}

static void read_items(const struct letter *letter, const struct motion *shared, const char *phrase,
                       const struct item *items, size_t n, struct motions *motions)
{
    for (size_t i = 0; i < n; i++) {
        struct motion motion = *shared;
        struct heading heading = items[i].heading;
        /* meeting, law and budget are named once, above all items */
        heading.phrase = join_phrases(letter->trace, heading.phrase, phrase);
        read_own(letter, &heading, items[i].range, &motion);
        add_motion(letter->arena, motions, &motion);
    }
}

/* What the mail says around a letter. */
struct envelope {
    const char *subject;  /* if its words may count; or NULL */
    const char *answered; /* of an answer; or NULL */
    bool quotes;          /* it answers or forwards */
    struct day mailed;    /* the day of its Date, in its own zone, or DAY_NONE */
};

/* Whether it may be a letter that hands on a motion: false for what is known to be something else.
 */
static bool read_letter(struct trace *trace, const char *text, const struct envelope *envelope,
                        struct motions *motions)
{
    struct heading heading;
    struct item *items;
    struct motion motion = {.letter_date = DAY_NONE};
    size_t mark = trace_mark(trace);
    struct letter *letter = letter_read(trace, text);
    letter->subject = envelope->subject;
    letter->answered = envelope->answered;
    letter->mailed = envelope->mailed;
    title_find(letter, &heading);
    read_shared(letter, &heading, &motion);
    struct motion whole = motion;
    struct range range = {letter->opening.begin, letter->sections.end};
    read_own(letter, &heading, range, &whole);
    if (!kind_is_motion(letter, &whole, &heading)) {
        bool is_else = kind_is_something_else(letter);
        trace_forget(trace, mark);
        return !is_else;
    }
    size_t n = title_find_items(letter, &items);
    if (n > 0)
        read_items(letter, &motion, heading.phrase, items, n, motions);
    else
        add_motion(letter->arena, motions, &whole);
    return true;
}

/* ---- a mail's letters ---- */

/* path: the part's, or FOUND_IN_SUBJECT; offset: of the text in the part's content. */
static const char *limited(struct trace *trace, const char *text, const char *path, size_t offset)
{
    size_t n = strnlen(text, MAIL_MAX_TEXT), same = 0;
    trace_add_source(trace, path, text, offset);
    while (n > 0 && text[n] != '\0' && ((unsigned char)text[n] & 0xC0) == 0x80)
        n--;
    /* patterns need UTF-8, and this is the only place where text enters */
    if (text[n] == '\0' && text_is_utf8(text, n))
        return text;
    const char *sound = text_nfc(trace_arena(trace), text, n);
    while (same < n && sound[same] != '\0' && sound[same] == text[same])
        same++;
    trace_link(trace, sound, same, text, NULL);
    return sound;
}

static bool same_motion(struct arena *arena, const struct motion *a, const struct motion *b)
{
    const char *title_a = a->title != NULL ? words_plain(arena, a->title) : NULL;
    const char *title_b = b->title != NULL ? words_plain(arena, b->title) : NULL;
    return a->kind == b->kind && a->letter_date.n == b->letter_date.n &&
           text_equal(title_a, title_b) && text_equal(a->refers_to, b->refers_to) &&
           (title_a != NULL || text_equal(a->resolution, b->resolution));
}

/* One letter may come twice, as DOCX and as PDF, as text and as HTML.  path: NULL leaves theirs. */
static void add_new(struct arena *arena, struct motions *all, const struct motions *found,
                    const char *path)
{
    size_t known = all->n;
    for (size_t i = 0; i < found->n; i++) {
        bool is_known = false;
        for (size_t k = 0; k < known && !is_known; k++)
            is_known = same_motion(arena, &all->v[k], &found->v[i]);
        if (is_known)
            continue;
        if (path != NULL)
            found->v[i].found_in = path;
        add_motion(arena, all, &found->v[i]);
    }
}

/* More often a mail is not handed on. */
#define MAX_FORWARDS 12

/* What was handed on, and within it what had been handed on before, until one is a motion.  An
 * answer of the administration in between ends the search: below it stands what it answers. */
static void read_forwarded(struct trace *trace, const char *text, const struct envelope *envelope,
                           bool forwards, struct motions *found)
{
    bool goes_on = true;
    for (int i = 0; i < MAX_FORWARDS && goes_on && found->n == 0; i++) {
        text = body_forwarded_text(trace, text, forwards || i > 0);
        if (text == NULL)
            return;
        goes_on = read_letter(trace, body_own_text(trace, text, true), envelope, found);
    }
    for (size_t i = 0; i < found->n; i++)
        found->v[i].is_forwarded = true;
}

static void read_body(struct trace *trace, const char *text, const struct envelope *envelope,
                      struct motions *found)
{
    const char *subject = envelope->subject;
    struct envelope own = *envelope, forwarding = {.mailed = envelope->mailed};
    if (subject != NULL && body_is_answer(subject)) {
        own.subject = NULL;
        own.answered = subject;
    }
    bool forwards = subject != NULL && body_is_forward(subject);
    read_letter(trace, body_own_text(trace, text, envelope->quotes), &own, found);
    if (found->n == 0)
        read_forwarded(trace, text, &forwarding, forwards, found);
}

/* Texts of the body with nothing but pictures between them: Apple Mail makes these of one text,
 * when a picture stands in it. */
struct run {
    struct splice joined;
    size_t n;
    const char *path;        /* of the first text */
    struct motions found;    /* in each of the texts alone */
    const char *found_first; /* in which of them first; or NULL */
};

/* Text by text they may be several letters, or a covering note and a letter; all in one they count
 * only where that changes neither how many motions there are nor where the first one begins. */
static void end_run(struct trace *trace, const struct envelope *envelope, struct run *run,
                    struct motions *motions)
{
    struct motions found = {0};
    const char *path = run->path;
    if (run->n > 1 && (run->found.n == 0 || text_equal(run->found_first, path)))
        read_body(trace, splice_text(&run->joined), envelope, &found);
    if (run->found.n == 0 || found.n == run->found.n)
        add_new(trace_arena(trace), motions, &found, path);
    else
        add_new(trace_arena(trace), motions, &run->found, NULL);
    *run = (struct run){0};
}

static void add_to_run(struct trace *trace, const struct mail_document *document, const char *path,
                       const struct envelope *envelope, struct run *run)
{
    struct motions found = {0};
    const char *text = limited(trace, document->text, path, document->offset);
    if (run->n++ == 0) {
        run->path = path;
        splice_init(&run->joined, trace);
    } else {
        splice_add_char(&run->joined, '\n');
    }
    splice_add(&run->joined, text, strlen(text));
    read_body(trace, text, envelope, &found);
    for (size_t i = 0; i < found.n && document->is_handed_on; i++)
        found.v[i].is_forwarded = true;
    if (found.n > 0 && run->found_first == NULL)
        run->found_first = path;
    add_new(trace_arena(trace), &run->found, &found, path);
}

static void read_attachment(struct trace *trace, const struct mail_document *document,
                            const char *path, struct day mailed, struct motions *motions)
{
    struct motions found = {0};
    const struct envelope envelope = {.mailed = mailed};
    const char *text = limited(trace, document->text, path, document->offset);
    read_letter(trace, text, &envelope, &found);
    for (size_t i = 0; i < found.n; i++) {
        found.v[i].is_ocr = document->is_ocr;
        found.v[i].is_forwarded = document->is_handed_on;
    }
    add_new(trace_arena(trace), motions, &found, path);
}

static bool is_picture(const struct mail_part *part)
{
    return strncmp(part->type, "image/", strlen("image/")) == 0;
}

static void read_attachments(struct trace *trace, const struct mail *mail, struct day mailed,
                             struct motions *motions)
{
    for (size_t i = 0; i < mail->part_count; i++) {
        const struct mail_part *part = &mail->parts[i];
        for (size_t k = 0; k < part->document_count; k++)
            if (!part->documents[k].is_body)
                read_attachment(trace, &part->documents[k], part->path, mailed, motions);
    }
}

/* What the subject says counts for the body only. */
static void read_bodies(struct trace *trace, const struct mail *mail,
                        const struct envelope *envelope, struct motions *motions)
{
    struct run run = {0};
    bool goes_on = false; /* no: a text that follows a text at once is another's, a list's */
    for (size_t i = 0; i < mail->part_count; i++) {
        const struct mail_part *part = &mail->parts[i];
        if (is_picture(part)) {
            goes_on = true;
            continue;
        }
        if (!goes_on || !part->is_body)
            end_run(trace, envelope, &run, motions);
        goes_on = false;
        for (size_t k = 0; k < part->document_count; k++)
            if (part->documents[k].is_body)
                add_to_run(trace, &part->documents[k], part->path, envelope, &run);
    }
    end_run(trace, envelope, &run, motions);
}

static bool ends_in_eml(const char *name)
{
    size_t n = name != NULL ? strlen(name) : 0;
    return n > 4 && text_equal_nocase(name + n - 4, ".eml");
}

/* Of a message that was attached, as such or as a file. */
static bool is_handed_on(const struct mail *mail, const struct mail_part *part)
{
    for (size_t i = 0; i < mail->forward_count; i++) {
        const char *path = mail->forwards[i].path;
        size_t n = path != NULL ? strlen(path) : 0;
        if (n > 0 && text_starts(part->path, path) && strchr(".", part->path[n]) != NULL)
            return true;
    }
    return ends_in_eml(part->name);
}

static void mark_handed_on(const struct mail *mail, const struct motions *motions)
{
    for (size_t i = 0; i < motions->n; i++)
        for (size_t k = 0; k < mail->part_count; k++)
            if (text_equal(mail->parts[k].path, motions->v[i].found_in) &&
                is_handed_on(mail, &mail->parts[k]))
                motions->v[i].is_forwarded = true;
}

static bool withdraws(const struct motions *motions)
{
    return motions->n > 0 && motions->v[0].kind == MOTION_WITHDRAWAL;
}

/* ---- what the mail says about its letter ---- */

/* What a covering note says of the letters that it encloses. */
struct note {
    const char *replaces; /* the words that announce a replacement, or NULL */
    struct motion said;   /* consultations, factions, addressee, confidential; nothing else */
};

static void read_note(struct trace *trace, const char *path, const struct mail_document *document,
                      struct day mailed, struct note *note_r)
{
    struct heading heading;
    const char *text = limited(trace, document->text, path, document->offset);
    struct letter *letter = letter_read(trace, body_own_text(trace, text, true));
    letter->mailed = mailed;
    const char *opening = opening_text(letter);
    *note_r = (struct note){.replaces = letter->replaces, .said = {.letter_date = DAY_NONE}};
    if (note_r->replaces == NULL && pattern_matches(PATTERN_says_replace, opening))
        note_r->replaces = opening;
    title_find(letter, &heading);
    note_r->said.addressee = addressee_find(letter);
    faction_find(letter, &heading, NULL, &note_r->said.factions);
    read_confidential(letter, &heading, &note_r->said);
    consultation_find(letter, &heading, NULL, &note_r->said);
}

/* The first text of the body; false if there is none. */
static bool find_note(struct trace *trace, const struct mail *mail, struct day mailed,
                      struct note *note_r)
{
    for (size_t i = 0; i < mail->part_count; i++) {
        const struct mail_part *part = &mail->parts[i];
        for (size_t k = 0; k < part->document_count; k++) {
            if (!part->documents[k].is_body)
                continue;
            read_note(trace, part->path, &part->documents[k], mailed, note_r);
            return true;
        }
    }
    return false;
}

static void fill_consultations(struct trace *trace, const struct motion *said,
                               struct motion *motion)
{
    if (motion->consultation_count > 0)
        return;
    motion->consultations = said->consultations;
    motion->consultation_count = said->consultation_count;
    trace_share(trace, said, VALUE_MEETING_DATE, motion);
}

/* The letter wins over the note; the note fills what the letter leaves open. */
static void fill_open(struct trace *trace, const struct motion *said, struct motion *motion)
{
    fill_consultations(trace, said, motion);
    if (motion->factions.n == 0)
        motion->factions = said->factions;
    if (motion->addressee == NULL)
        motion->addressee = said->addressee;
    if (!motion->confidential && said->confidential) {
        motion->confidential = true;
        trace_share(trace, said, VALUE_CONFIDENTIAL, motion);
    }
}

static void apply_announcement(struct trace *trace, const char *words, struct motion *motion)
{
    if (!kind_is_replaced(motion->kind, words))
        return;
    const char *named = refers_in(trace, words);
    if (named != NULL || motion->kind != MOTION_REPLACEMENT)
        motion->refers_to = named;
    motion->kind = MOTION_REPLACEMENT;
    trace_note(trace, motion, VALUE_KIND, 0,
               (struct spot){words, strlen(words), "announced_replacement"});
}

/* "Re: [A/2026/0001] ..." */
static void refer_to_answered(struct trace *trace, const char *subject, struct motion *motion)
{
    if (takes_answered(motion->kind) && motion->refers_to == NULL)
        motion->refers_to = refers_in(trace, subject);
}

/* What the subject and the note announce about the only letter. */
static void read_about(struct trace *trace, const char *subject, const char *announced,
                       struct motion *motion)
{
    if (announced != NULL)
        apply_announcement(trace, announced, motion);
    if (subject == NULL)
        return;
    if (motion->title == NULL && !body_is_answer(subject))
        motion->title = title_of_subject(trace, subject);
    if (strlen(subject) <= LETTER_MAX_HEADING && pattern_matches(PATTERN_subject_replaces, subject))
        apply_announcement(trace, subject, motion);
    refer_to_answered(trace, subject, motion);
}

/* Of a Date in RFC 3339: the day that the sender's own calendar showed. */
static struct day day_of_date(struct arena *arena, const char *date)
{
    struct day day;
    const size_t n = strlen("2015-08-04");
    if (date == NULL || strnlen(date, n) < n || !day_parse(arena_strndup(arena, date, n), &day))
        return DAY_NONE;
    return day;
}

void motion_find(struct arena *arena, const struct mail *mail, struct motions *motions_r)
{
    struct motions body = {0}, attached = {0};
    struct note note = {0};
    struct trace *trace = trace_new(arena);
    const char *subject =
        mail->subject != NULL ? limited(trace, mail->subject, FOUND_IN_SUBJECT, 0) : NULL;
    const struct envelope envelope = {.subject = subject,
                                      .quotes = body_may_begin_quoted(mail),
                                      .mailed = day_of_date(arena, mail->date)};
    read_bodies(trace, mail, &envelope, &body);
    read_attachments(trace, mail, envelope.mailed, &attached);
    /* what a withdrawal encloses is what it withdraws */
    bool enclosed = attached.n > 0 && !withdraws(&body);
    *motions_r = enclosed ? attached : body;
    bool noted = enclosed && body.n == 0 && find_note(trace, mail, envelope.mailed, &note);
    for (size_t i = 0; i < motions_r->n && noted; i++)
        fill_open(trace, &note.said, &motions_r->v[i]);
    /* of several letters nobody knows which one is meant */
    if (motions_r->n == 1)
        read_about(trace, subject, note.replaces, motions_r->v);
    mark_handed_on(mail, motions_r);
    for (size_t i = 0; i < motions_r->n; i++)
        trace_finish(trace, &motions_r->v[i]);
    trace_free(trace);
}
