/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Automatic mail of which no header says so: absence notices, receipts, tickets, answers to
 * invitations, what services write.  Its words are known, but people use them too, and a motion may
 * be about them.  So the marks of a mail are gathered, and a table says which of them together make
 * a notice, and which must not be there, above all a question or a wish.  What is worded like a
 * motion stays a person's.
 */
#include "mail/inside.h"

#include <string.h>
#include <strings.h>

/* Bytes: as far as a notice says what it is, as far as it goes at all, and where a person's name
 * stands. */
#define OPENING_MAX 400
#define NOTICE_MAX 4000
#define SIGNATURE_MAX 120
#define NAME_MAX_BYTES 40

#define QUESTION_WORDS 2 /* no more than so many ask nothing */

enum mark {
    /* by words: notice_words.def, person_words.def */
    MARK_SURE,    /* says that it is automatic */
    MARK_CLEAR,   /* what hardly anybody but a program writes */
    MARK_SERVICE, /* what a program tells of, if nobody speaks of himself */
    MARK_OPENING, /* somebody is away, or a mail has come in: among the first words */
    MARK_SIGN,    /* what goes with it: a substitute, a return, a number */
    MARK_AWAY,    /* the same two in words that other matters have, too */
    MARK_HINT,
    MARK_TITLE,    /* a subject that begins so */
    MARK_SUBJECT,  /* anywhere in the subject */
    MARK_YOURS,    /* the reader's mail, "ihre nachricht" */
    MARK_GOT,      /* has come, in the same sentence: MARK_RECEIVED */
    MARK_READ,     /* was read, delivered, deleted */
    MARK_FAILED,   /* was not delivered */
    MARK_INVITED,  /* a subject that begins so answers an invitation */
    MARK_LETTER,   /* worded like a letter to a council */
    MARK_WISH,     /* asks the reader for something */
    MARK_PATIENCE, /* for patience only */
    MARK_SELF,     /* speaks of himself */
    MARK_READER,   /* speaks to the reader, or of mail */
    MARK_CLOSING,  /* takes leave as people do */
    MARK_TEAM,     /* and as companies do */
    MARK_COUNCIL,  /* speaks of what councils do */
    /* absence_words.def */
    MARK_STATE,  /* what keeps one away */
    MARK_UNTIL,  /* for how long */
    MARK_MAILS,  /* what becomes of mail */
    MARK_LABEL,  /* in brackets at an end of the subject: MARK_AUTO_SUBJECT */
    MARK_LATE,   /* has read what he answers: MARK_ASKS */
    MARK_MATTER, /* goes on with the matter */
    MARK_WORDS,
    /* by other signs */
    MARK_RECEIVED = MARK_WORDS,
    MARK_AUTO_SUBJECT,
    MARK_READ_SUBJECT,
    MARK_FAILED_SUBJECT,
    MARK_REPORT,   /* a report (RFC 3464) that is handed on in the text */
    MARK_CALENDAR, /* a calendar's answer */
    MARK_ASKS,
    MARK_ATTACHED,
    MARK_REPLIES,
    MARK_EMPTY,
    MARK_SIGNED, /* with the sender's name below */
    MARKS,
};

enum place {
    PLACE_TEXT,
    PLACE_STATED,
    PLACE_OPENING,
    PLACE_END,
    PLACE_SUBJECT,
    PLACE_SUBJECT_START,
    PLACE_LABEL
};

static const enum place places[MARK_WORDS] = {
    [MARK_SURE] = PLACE_STATED,
    [MARK_CLEAR] = PLACE_STATED,
    [MARK_STATE] = PLACE_STATED,
    [MARK_LABEL] = PLACE_LABEL,
    [MARK_OPENING] = PLACE_OPENING,
    [MARK_AWAY] = PLACE_OPENING,
    [MARK_TITLE] = PLACE_SUBJECT_START,
    [MARK_SUBJECT] = PLACE_SUBJECT,
    [MARK_INVITED] = PLACE_SUBJECT_START,
    [MARK_CLOSING] = PLACE_END,
    [MARK_TEAM] = PLACE_END,
};

static const struct {
    enum mark mark;
    const char *words;
} words[] = {
#define NOTICE(mark, words) {MARK_##mark, words},
#include "mail/notice_words.def"
#define NOTICE(mark, words) {MARK_##mark, words},
#include "mail/person_words.def"
#define NOTICE(mark, words) {MARK_##mark, words},
#include "mail/absence_words.def"
};

#define WORDS (sizeof words / sizeof *words)

typedef uint64_t marks;

_Static_assert(MARKS <= 64, "a mark is a bit");

#define M(mark) ((marks)1 << MARK_##mark)

#define NO_MATTER (M(ASKS) | M(ATTACHED) | M(COUNCIL) | M(MATTER))

/* From the top; the first row decides. */
static const struct rule {
    marks all, none;
    enum mail_class class;
    bool doubtful;
} rules[] = {
    {M(REPORT), M(ASKS), MAIL_BOUNCE, false},
    {M(FAILED_SUBJECT) | M(FAILED), M(WISH) | M(SELF), MAIL_BOUNCE, false},
    {M(FAILED_SUBJECT) | M(FAILED), M(ASKS), MAIL_BOUNCE, false},
    {M(FAILED) | M(YOURS), M(ASKS) | M(ATTACHED) | M(SELF), MAIL_BOUNCE, false},
    {M(READ_SUBJECT) | M(READ), 0, MAIL_DISPOSITION, false},
    {M(SURE), 0, MAIL_AUTO_REPLY, false},
    {M(CALENDAR), 0, MAIL_AUTO_REPLY, false},
    {M(INVITED) | M(EMPTY), 0, MAIL_AUTO_REPLY, false},
    {M(AUTO_SUBJECT) | M(OPENING) | M(SIGN), M(WISH), MAIL_AUTO_REPLY, false},
    {M(AUTO_SUBJECT) | M(EMPTY), M(ASKS) | M(ATTACHED), MAIL_AUTO_REPLY, false},
    {M(AUTO_SUBJECT) | M(SELF), M(ASKS) | M(ATTACHED), MAIL_AUTO_REPLY, false},
    {M(AUTO_SUBJECT) | M(READER), M(ASKS) | M(ATTACHED), MAIL_AUTO_REPLY, false},
    {M(AUTO_SUBJECT) | M(AWAY), M(ASKS) | M(ATTACHED), MAIL_AUTO_REPLY, false},
    {M(AUTO_SUBJECT) | M(OPENING), M(ASKS), MAIL_AUTO_REPLY, false},
    {M(AUTO_SUBJECT) | M(SIGN), M(ASKS), MAIL_AUTO_REPLY, false},
    {M(AUTO_SUBJECT) | M(STATE), M(ASKS) | M(ATTACHED), MAIL_AUTO_REPLY, false},
    {M(AUTO_SUBJECT) | M(UNTIL), M(ASKS) | M(ATTACHED) | M(MATTER), MAIL_AUTO_REPLY, false},
    {M(AUTO_SUBJECT) | M(HINT), M(ASKS) | M(ATTACHED) | M(COUNCIL), MAIL_AUTO_REPLY, false},
    {M(TITLE) | M(EMPTY), M(ASKS), MAIL_AUTO_REPLY, false},
    {M(TITLE) | M(OPENING), M(ASKS), MAIL_AUTO_REPLY, false},
    {M(TITLE) | M(SIGN), M(ASKS), MAIL_AUTO_REPLY, false},
    {M(TITLE) | M(RECEIVED), M(ASKS), MAIL_AUTO_REPLY, false},
    {M(TITLE) | M(YOURS), M(ASKS) | M(COUNCIL), MAIL_AUTO_REPLY, false},
    {M(CLEAR), M(ASKS), MAIL_AUTO_REPLY, false},
    {M(OPENING) | M(SIGN), M(ASKS), MAIL_AUTO_REPLY, false},
    {M(OPENING) | M(REPLIES), M(ASKS) | M(MATTER) | M(COUNCIL), MAIL_AUTO_REPLY, false},
    {M(OPENING) | M(SUBJECT), M(ASKS), MAIL_AUTO_REPLY, false},
    {M(RECEIVED) | M(SIGN), M(ASKS) | M(ATTACHED), MAIL_AUTO_REPLY, false},
    {M(RECEIVED) | M(SUBJECT), M(ASKS) | M(ATTACHED), MAIL_AUTO_REPLY, false},
    {M(SUBJECT) | M(HINT) | M(YOURS), M(ASKS) | M(ATTACHED), MAIL_AUTO_REPLY, false},
    {M(TITLE) | M(AWAY), M(ASKS), MAIL_AUTO_REPLY, false},
    {M(AWAY) | M(HINT) | M(SUBJECT), M(ASKS), MAIL_AUTO_REPLY, false},
    {M(AWAY) | M(HINT) | M(REPLIES), M(ASKS) | M(MATTER), MAIL_AUTO_REPLY, false},
    {M(STATE) | M(UNTIL) | M(REPLIES), NO_MATTER, MAIL_AUTO_REPLY, false},
    {M(STATE) | M(MAILS) | M(REPLIES), NO_MATTER, MAIL_AUTO_REPLY, false},
    {M(STATE) | M(HINT) | M(REPLIES), NO_MATTER, MAIL_AUTO_REPLY, false},
    {M(STATE) | M(UNTIL) | M(SUBJECT), NO_MATTER, MAIL_AUTO_REPLY, false},
    {M(STATE) | M(REPLIES) | M(SUBJECT), NO_MATTER, MAIL_AUTO_REPLY, false},
    {M(AWAY) | M(HINT), M(ASKS) | M(ATTACHED) | M(COUNCIL), MAIL_AUTO_REPLY, true},
    {M(RECEIVED), M(ASKS) | M(ATTACHED) | M(COUNCIL), MAIL_AUTO_REPLY, true},
    {M(YOURS) | M(SIGN), M(ASKS) | M(ATTACHED) | M(COUNCIL), MAIL_AUTO_REPLY, true},
    {M(YOURS) | M(HINT), M(ASKS) | M(ATTACHED) | M(COUNCIL), MAIL_AUTO_REPLY, true},
    {M(SERVICE), M(ASKS) | M(ATTACHED) | M(SELF), MAIL_AUTO_REPLY, false},
    {M(READER) | M(TEAM), M(ASKS) | M(ATTACHED) | M(COUNCIL) | M(SELF), MAIL_AUTO_REPLY, true},
    {M(READER), M(ASKS) | M(ATTACHED) | M(COUNCIL) | M(SELF) | M(SIGNED) | M(CLOSING),
     MAIL_AUTO_REPLY, true},
};

struct notice {
    struct reader *reader;
    const char *subject; /* both case folded */
    const char *own;     /* the writer's own words on one line */
    const char *stated;  /* the same without what he says of others */
    const char *opening; /* its beginning */
    const char *end;     /* of his own words */
    const char *sender;  /* the last word of his name, or "" */
};

/* ---- marks by words ---- */

static const char *text_at(const struct notice *notice, enum place place)
{
    switch (place) {
    case PLACE_TEXT:
        return notice->own;
    case PLACE_STATED:
        return notice->stated;
    case PLACE_OPENING:
        return notice->opening;
    case PLACE_END:
        return notice->end;
    case PLACE_SUBJECT:
    case PLACE_SUBJECT_START:
    case PLACE_LABEL:
        return notice->subject;
    }
    return "";
}

/* "Re: Eingang (Abwesenheit)", "... - Auto-Antwort", "Abwesend - AW: Eingang" */
static bool is_label(const char *subject, const char *word)
{
    static const char *const around[][2] = {{"(", ")"}, {"[", "]"}, {"- ", ""}, {"– ", ""}};
    size_t n = strlen(subject), k = strlen(word);
    for (size_t i = 0; i < sizeof around / sizeof *around; i++) {
        size_t open = strlen(around[i][0]), close = strlen(around[i][1]);
        if (n > open + k + close && strcmp(subject + n - close, around[i][1]) == 0 &&
            strncmp(subject + n - close - k, word, k) == 0 &&
            strncmp(subject + n - close - k - open, around[i][0], open) == 0)
            return true;
    }
    return text_starts(subject, word) && strncmp(subject + k, " - ", 3) == 0;
}

static bool word_is_at(const char *text, enum place place, const char *word)
{
    if (place == PLACE_LABEL)
        return is_label(text, word);
    return place == PLACE_SUBJECT_START ? text_starts(text, word) : text_has_word(text, word);
}

static marks find_words(const struct notice *notice)
{
    marks found = 0;
    for (size_t i = 0; i < WORDS; i++) {
        enum place place = places[words[i].mark];
        marks mark = (marks)1 << words[i].mark;
        if (!(found & mark) && word_is_at(text_at(notice, place), place, words[i].words))
            found |= mark;
    }
    return found;
}

static bool says(const char *text, enum mark mark)
{
    for (size_t i = 0; i < WORDS; i++)
        if (words[i].mark == mark && text_has_word(text, words[i].words))
            return true;
    return false;
}

/* "Ihre Anfrage" and "eingegangen" in one sentence */
static bool says_received(struct arena *arena, const char *own)
{
    for (const char *sentence; (sentence = sentence_next(arena, &own)) != NULL;)
        if (says(sentence, MARK_YOURS) && says(sentence, MARK_GOT))
            return true;
    return false;
}

static bool ends_sentence(const char *word)
{
    size_t n = strlen(word);
    return n > 0 && strchr(".!?:", word[n - 1]);
}

/* "Dringend?" or "Noch Fragen?" is no question to the reader, nor is a mark within an address. */
static bool has_question(struct arena *arena, const char *own)
{
    size_t count = 0;
    while (*own) {
        size_t n = strcspn(own, " ");
        const char *word = arena_strndup(arena, own, n);
        bool address = strstr(word, "://") || text_starts(word, "www.");
        count++;
        if (count > QUESTION_WORDS && strchr(word, '?') && !address)
            return true;
        count = ends_sentence(word) ? 0 : count;
        own += n + (own[n] == ' ');
    }
    return false;
}

/* ---- other marks ---- */

void notice_collect(struct reader *reader, const struct param_value *type, const char *bytes,
                    size_t n)
{
    if (strcmp(type->value, "text/calendar") != 0 || reader->calendar_method)
        return;
    reader->calendar_method = param_get(type, "method");
    const char *text = arena_strndup(reader->arena, bytes, n < NOTICE_MAX ? n : NOTICE_MAX);
    const char *line = strstr(text, "\nMETHOD:");
    if (!reader->calendar_method && line)
        reader->calendar_method =
            arena_strndup(reader->arena, line + 8, strcspn(line + 8, " \t\r\n"));
}

/* iTIP (RFC 5546): only a request, or a published event, is a person's to read. */
static bool is_calendar_answer(const struct reader *reader)
{
    static const char *const answers[] = {"REPLY", "COUNTER", "DECLINECOUNTER", "CANCEL",
                                          "REFRESH"};
    const char *method = reader->calendar_method;
    for (size_t i = 0; method && i < sizeof answers / sizeof *answers; i++)
        if (strcasecmp(method, answers[i]) == 0)
            return true;
    return false;
}

/* The fields of a report (RFC 3464) that somebody handed on. */
static bool hands_report_on(const struct mail *mail)
{
    return strstr(mail->text, "\n> Reporting-MTA:") && strstr(mail->text, "\n> Final-Recipient:");
}

/* "van Beek, Wilhelm" and "Wilhelm van Beek" */
static const char *find_sender(struct arena *arena, const struct mail *mail)
{
    const char *name = mail->from.n == 1 ? mail->from.v[0].name : NULL;
    if (!name)
        return "";
    name = arena_strndup(arena, name, strcspn(name, ","));
    const char *last = strrchr(name, ' ');
    return text_fold(arena, last ? last + 1 : name);
}

/* The last word of the sender's name stands below the text. */
static bool is_signed(const struct notice *notice)
{
    size_t n = strlen(notice->end);
    return *notice->sender != '\0' &&
           text_has_word(notice->end + (n < NAME_MAX_BYTES ? 0 : n - NAME_MAX_BYTES),
                         notice->sender);
}

static const char *const reply_prefixes[] = {
    "re:", "aw:", "antw:", "antwort:", "rép:", "rép :", "re :", "sv:", NULL};

static marks find_marks(const struct notice *notice)
{
    const struct reader *reader = notice->reader;
    marks found = find_words(notice);
    const struct {
        marks mark;
        bool there;
    } others[] = {
        {M(RECEIVED), says_received(reader->arena, notice->own) ||
                          says_received(reader->arena, notice->subject)},
        {M(AUTO_SUBJECT), subject_starts(reader, mail_auto_subjects) || (found & M(LABEL)) != 0},
        {M(READ_SUBJECT), subject_starts(reader, mail_receipt_subjects)},
        {M(FAILED_SUBJECT),
         subject_starts(reader, mail_bounce_subjects) || says(notice->subject, MARK_FAILED)},
        {M(REPORT), hands_report_on(reader->mail)},
        {M(CALENDAR), is_calendar_answer(reader)},
        {M(ASKS), (found & (M(WISH) | M(PATIENCE))) == M(WISH) || (found & M(LATE)) ||
                      has_question(reader->arena, notice->own)},
        {M(ATTACHED), reader->has_attachment},
        {M(REPLIES), reader->mail->in_reply_to.n > 0 || subject_starts(reader, reply_prefixes)},
        {M(EMPTY), *notice->own == '\0'},
        {M(SIGNED), is_signed(notice)},
    };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        found |= others[i].there ? others[i].mark : 0;
    return found;
}

/* ---- the class ---- */

/* What programs on the way write below a person's words says nothing about who wrote them. */
static bool is_scanners_line(const char *line)
{
    static const char *const scanners[] = {"viren", "virus", "antivirus", "malware", NULL};
    static const char *const scanned[] = {"geprüft", "gescannt", "überprüft",     "checked",
                                          "scanned", "analysé",  "gecontroleerd", NULL};
    return text_has_any(line, scanners) && text_has_any(line, scanned);
}

static const char *without_scanners(struct arena *arena, const char *s)
{
    struct text out;
    text_init(&out, arena);
    while (*s) {
        size_t n = strcspn(s, "\n");
        const char *line = arena_strndup(arena, s, n);
        if (!is_scanners_line(text_fold(arena, line)))
            text_addf(&out, "%s\n", line);
        s += n + (s[n] == '\n');
    }
    return out.s;
}

/* "Der Zeichner ist noch im Urlaub" is no absence of the writer's; the cheap questions first */
static bool tells_of_others(const char *clause, const char *sender)
{
    if (clause_is_on_yours(clause))
        return says(clause, MARK_YOURS);
    return clause_is_of_others(clause, sender) &&
           (says(clause, MARK_STATE) || says(clause, MARK_OPENING) || says(clause, MARK_AWAY)) &&
           !says(clause, MARK_YOURS);
}

static const char *without_others(struct arena *arena, const struct notice *notice)
{
    struct text out;
    const char *s = notice->own;
    text_init(&out, arena);
    for (const char *clause; (clause = clause_next(arena, &s)) != NULL;)
        if (!tells_of_others(clause, notice->sender))
            text_add(&out, clause);
    return out.s;
}

static struct notice look_at(struct reader *reader)
{
    struct arena *arena = reader->arena;
    const struct mail *mail = reader->mail;
    struct notice notice = {
        .reader = reader,
        .subject = subject_plain(reader),
        .own = text_plain_quotes(text_own_words(arena, without_scanners(arena, mail->text))),
    };
    size_t n = strlen(notice.own);
    notice.end = notice.own + (n < SIGNATURE_MAX ? 0 : n - SIGNATURE_MAX);
    notice.sender = find_sender(arena, mail);
    notice.stated = n > NOTICE_MAX ? notice.own : without_others(arena, &notice);
    n = strlen(notice.stated);
    notice.opening = arena_strndup(arena, notice.stated, n < OPENING_MAX ? n : OPENING_MAX);
    return notice;
}

/* Header fields are beyond doubt, subjects and a null return path are not.  A person's mail that
 * has this field says "no" in it (RFC 3834 section 5). */
static bool is_open(const struct reader *reader)
{
    const struct mail *mail = reader->mail;
    const char *submitted = field_first(&reader->fields, "Auto-Submitted");
    if (mail->class == MAIL_PERSONAL && submitted && value_clean(reader->arena, submitted))
        return false;
    return mail->class == MAIL_PERSONAL || (mail->class == MAIL_BOUNCE && !mail->responds) ||
           reader->class_by_subject;
}

static const struct rule *find_rule(marks found)
{
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if ((found & rules[i].all) == rules[i].all && !(found & rules[i].none))
            return &rules[i];
    return NULL;
}

bool notice_is_letter(struct reader *reader)
{
    return says(look_at(reader).own, MARK_LETTER);
}

/* Whoever words a motion is a person, whatever the subject says. */
static void doubt_subject(struct reader *reader, const struct notice *notice)
{
    struct mail *mail = reader->mail;
    if (mail->class == MAIL_BOUNCE && undelivered_is_on_own_mailbox(reader))
        mail->class = MAIL_AUTO_REPLY;
    if (!says(notice->own, MARK_LETTER))
        return;
    mail->class = MAIL_PERSONAL;
    mail->responds = false;
}

void mail_classify_text(struct reader *reader)
{
    struct mail *mail = reader->mail;
    if (!is_open(reader))
        return;
    struct notice notice = look_at(reader);
    if (reader->class_by_subject) {
        doubt_subject(reader, &notice);
        return;
    }
    if (strlen(notice.own) > NOTICE_MAX)
        return;
    marks found = find_marks(&notice);
    const struct rule *rule = found & M(LETTER) ? NULL : find_rule(found);
    if (!rule)
        return;
    bool pretended = rule->class == MAIL_BOUNCE &&
                     (undelivered_is_pretended(reader) || undelivered_is_on_own_mailbox(reader));
    mail->class = pretended ? MAIL_AUTO_REPLY : rule->class;
    mail->worded = true;
    mail->doubtful = rule->doubtful;
    /* a copier's mail says, too, that nobody is to answer it */
    mail->responds = !reader->has_attachment || mail->in_reply_to.n > 0;
}
