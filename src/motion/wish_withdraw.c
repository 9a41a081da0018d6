/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Withdrawing.  A clause becomes a string of letters, one for each word or phrase, what fills it
 * only is left out of it, and what is left must be one of the forms that withdraw: a word that is
 * not known is a letter that no form has.  What stands beside it may be anything but a word that
 * takes it back.
 */
#include "motion/wish_inside.h"

#include <string.h>

/* ---- words to letters -------------------------------------------------------------------------
 */

/* The first row that matches says what a word is.  The letters are those of wd_fills and of the
 * forms in wish_withdraw_de.def. */
static const struct {
    enum pattern pattern;
    char letter;
} sorts[] = {
    {PATTERN_wd_whole, '~'},        {PATTERN_wd_dated, '~'},        {PATTERN_wd_number, 'm'},
    {PATTERN_wd_date, '!'},         {PATTERN_wd_other_motion, '!'}, {PATTERN_wd_of_motion, 'o'},
    {PATTERN_wd_own_motion, 'M'},   {PATTERN_wd_their_motion, 't'}, {PATTERN_wd_motion, 'm'},
    {PATTERN_wd_so, 'D'},           {PATTERN_wd_adverb, '~'},       {PATTERN_wd_please, 'B'},
    {PATTERN_wd_limits, '!'},       {PATTERN_wd_we, 's'},           {PATTERN_wd_our_group, 'f'},
    {PATTERN_wd_of_our_group, 'u'}, {PATTERN_wd_group, 'g'},        {PATTERN_wd_of_group, 'G'},
    {PATTERN_wd_take, 'v'},         {PATTERN_wd_takes, 'V'},        {PATTERN_wd_back, 'z'},
    {PATTERN_wd_to_take_back, 'Z'}, {PATTERN_wd_takes_back, 'F'},   {PATTERN_wd_taken_back, 'P'},
    {PATTERN_wd_taking_back, 'R'},  {PATTERN_wd_is, 'b'},           {PATTERN_wd_want, 'W'},
    {PATTERN_wd_would, 'j'},        {PATTERN_wd_be, 'w'},           {PATTERN_wd_declare, 'e'},
    {PATTERN_wd_ask, 'a'},          {PATTERN_wd_as, 'A'},           {PATTERN_wd_regard, 'r'},
    {PATTERN_wd_that, 'd'},         {PATTERN_wd_revoke, 'k'},       {PATTERN_wd_you, 'y'},
    {PATTERN_wd_pronoun, 'i'},      {PATTERN_wd_because_of, 'E'},   {PATTERN_wd_topic, 'T'},
    {PATTERN_wd_preposition, 'p'},  {PATTERN_wd_article, 'q'},      {PATTERN_wd_mister, 'H'},
    {PATTERN_wd_noun, 'n'},         {PATTERN_wd_adjective, 'h'},    {PATTERN_wd_word, 'x'},
};

struct letters {
    struct text text;
    const char *speaker; /* the faction that is named, or NULL */
};

static size_t read_word(struct arena *arena, const char *clause, size_t at, struct letters *letters)
{
    struct match match;

    for (size_t i = 0; i < sizeof sorts / sizeof sorts[0]; i++) {
        char letter = sorts[i].letter;

        if (!pattern_find(sorts[i].pattern, clause, at, &match) || match.end[0] == at)
            continue;
        if (letter == 'g' || letter == 'G')
            letters->speaker = match_text(&match, 1, arena);
        text_add_char(&letters->text, letter);
        return match.end[0];
    }
    return at + 1;
}

/* Takes out what only fills the clause; "-" stands for what so stood at its beginning. */
static void drop_fills(struct text *text)
{
    struct match match;

    while (pattern_find(PATTERN_wd_fills, text->s, 0, &match) && match.end[0] > match.start[0]) {
        size_t from = match.start[0];

        if (from == 0)
            text->s[from++] = '-';
        memmove(text->s + from, text->s + match.end[0], text->len - match.end[0] + 1);
        text->len -= match.end[0] - from;
    }
}

static void read_clause(struct arena *arena, const char *clause, struct letters *letters)
{
    size_t at = 0, n = strlen(clause);

    while ((at += strspn(clause + at, " .!")) < n)
        at = read_word(arena, clause, at, letters);
    drop_fills(&letters->text);
}

/* ---- the clauses of a sentence ----------------------------------------------------------------
 */

struct sentence {
    struct arena *arena;
    const char *before; /* the words that a pronoun may mean */
    struct texts clauses;
    bool supported;      /* another sentence wants it off the agenda */
    const char *speaker; /* of the clause that withdraws */
};

static bool is_reason(const struct sentence *sentence, size_t i)
{
    const char *const *clauses = sentence->clauses.v;

    return pattern_matches(PATTERN_wd_reason, clauses[i]) ||
           (i > 0 && pattern_matches(PATTERN_wd_relative, clauses[i])) ||
           (i + 1 < sentence->clauses.n && pattern_matches(PATTERN_wd_therefore, clauses[i + 1]));
}

static bool is_declared(const struct sentence *sentence, size_t i, struct letters *letters)
{
    struct match match;

    if (i == 0 || !pattern_matches(PATTERN_wd_form_declared, letters->text.s))
        return false;
    if (pattern_matches(PATTERN_wd_declares, sentence->clauses.v[i - 1]))
        return true;
    if (!pattern_find(PATTERN_wd_group_decides, sentence->clauses.v[i - 1], 0, &match))
        return false;
    letters->speaker = match_text(&match, 1, sentence->arena);
    return pattern_matches(PATTERN_wd_is_group, letters->speaker);
}

/* A party that "zieht zurück", or whose motion "wird zurückgezogen", may be told of. */
static bool is_told_of(const struct sentence *sentence, size_t i, const struct letters *letters)
{
    bool party = strchr(letters->text.s, 'g') != NULL &&
                 !pattern_matches(PATTERN_wd_is_group, letters->speaker);

    return (party || pattern_matches(PATTERN_wd_form_told, letters->text.s)) &&
           !pattern_matches(PATTERN_wd_hereby, sentence->clauses.v[i]);
}

static bool has_form(const struct sentence *sentence, size_t i, struct letters *letters)
{
    if (is_told_of(sentence, i, letters))
        return false;
    return pattern_matches(PATTERN_wd_form, letters->text.s) ||
           (sentence->supported && pattern_matches(PATTERN_wd_form_of_wish, letters->text.s)) ||
           is_declared(sentence, i, letters);
}

/* What has no name is the motion unless another thing was spoken of behind it. */
static bool means_motion(const struct sentence *sentence, size_t i)
{
    struct text text;
    struct match rival;

    text_init(&text, sentence->arena);
    text_add(&text, sentence->before);
    for (size_t k = 0; k < i; k++)
        text_addf(&text, "%s ", sentence->clauses.v[k]);
    return !pattern_find(PATTERN_wd_rival, text.s, 0, &rival) ||
           pattern_find(PATTERN_wd_motion_named, text.s, rival.end[0], NULL);
}

/* Of the motion, then; the faction that is named withdraws it. */
static bool take_speaker(struct sentence *sentence, size_t i, const struct letters *letters)
{
    if (strpbrk(letters->text.s, "mMt") == NULL && !means_motion(sentence, i))
        return false;
    sentence->speaker = letters->speaker;
    return true;
}

/* "Da ..., ziehen wir" goes on; "Stimmt der Rat zu, ziehen wir" depends on it. */
static bool follows_reason(const struct sentence *sentence, size_t i)
{
    return pattern_matches(PATTERN_wd_before_verb, sentence->clauses.v[i - 1]) ||
           pattern_matches(PATTERN_wd_before_verb, sentence->clauses.v[0]);
}

static void begin_reading(struct arena *arena, struct letters *letters_r)
{
    *letters_r = (struct letters){.speaker = NULL};
    text_init(&letters_r->text, arena);
}

static bool begins_with_verb(const struct sentence *sentence, size_t i)
{
    struct letters letters;

    if (i == 0)
        return false;
    begin_reading(sentence->arena, &letters);
    read_clause(sentence->arena, sentence->clauses.v[i], &letters);
    return pattern_matches(PATTERN_wd_form_verb_first, letters.text.s);
}

static bool clause_withdraws(struct sentence *sentence, size_t i)
{
    struct letters letters;

    begin_reading(sentence->arena, &letters);
    if (begins_with_verb(sentence, i)) {
        if (!follows_reason(sentence, i))
            return false;
        text_add_char(&letters.text, '-');
    }
    read_clause(sentence->arena, sentence->clauses.v[i], &letters);
    return has_form(sentence, i, &letters) && take_speaker(sentence, i, &letters);
}

/* "Unser Antrag, den wir am 3.9. eingereicht haben, wird zurückgezogen" */
static bool clauses_withdraw(struct sentence *sentence)
{
    struct letters letters;
    size_t last = 0;

    begin_reading(sentence->arena, &letters);
    for (size_t i = 0; i < sentence->clauses.n; i++) {
        if (is_reason(sentence, i))
            continue;
        if (begins_with_verb(sentence, i) && !is_reason(sentence, i - 1))
            return false;
        read_clause(sentence->arena, sentence->clauses.v[i], &letters);
        last = i;
    }
    return last > 0 && has_form(sentence, last, &letters) && take_speaker(sentence, last, &letters);
}

/* Beside the clause that withdraws: whether this one leaves something.  A reason may well have its
 * "nicht", unless it is about withdrawing. */
static bool leaves(const struct sentence *sentence, size_t i)
{
    const char *clause = sentence->clauses.v[i];

    if (pattern_matches(PATTERN_wd_depends, clause))
        return true;
    if (is_reason(sentence, i) && !pattern_matches(PATTERN_wd_core, clause))
        return false;
    return pattern_matches(PATTERN_wd_leaves, wish_drop_support(sentence->arena, clause));
}

static bool sentence_withdraws(struct sentence *sentence)
{
    bool withdraws = false, left = false;

    for (size_t i = 0; i < sentence->clauses.n; i++) {
        if (pattern_matches(PATTERN_wd_core, sentence->clauses.v[i]) &&
            clause_withdraws(sentence, i))
            withdraws = true;
        else if (leaves(sentence, i))
            left = true;
    }
    return (withdraws || clauses_withdraw(sentence)) && !left;
}

/* ---- all that is said -------------------------------------------------------------------------
 */

static bool speaks(const char *sentence)
{
    return pattern_matches(PATTERN_wd_speaks, sentence) &&
           (pattern_matches(PATTERN_wd_about_motion, sentence) ||
            (pattern_matches(PATTERN_wd_about_nothing_else, sentence) &&
             !pattern_matches(PATTERN_wd_rival, sentence))) &&
           !pattern_matches(PATTERN_wd_version_only, sentence);
}

/* What follows a colon may be anybody's words. */
static bool is_of_another(struct arena *arena, const char *sentence)
{
    const char *colon = strchr(sentence, ':');
    struct match match;

    return colon != NULL && pattern_find(PATTERN_wd_core, colon, 0, &match) &&
           !pattern_matches(PATTERN_wd_announces,
                            arena_strndup(arena, sentence, (size_t)(colon - sentence)));
}

/* How many sentences back a pronoun looks. */
#define SENTENCES_BACK 2

static const char *text_before(const struct speech *speech, size_t i)
{
    struct text text;

    text_init(&text, speech->arena);
    for (size_t k = i > SENTENCES_BACK ? i - SENTENCES_BACK : 0; k < i; k++)
        text_addf(&text, "%s ", speech->bare.v[k]);
    return text.s;
}

static void take_title(const struct speech *speech, size_t i, struct wish *wish)
{
    struct match match;

    if (pattern_find(PATTERN_speech_quoted, speech->sentences.v[i], 0, &match))
        wish->title = match_text(&match, 1, speech->arena);
}

static bool says_clearly(const struct speech *speech, size_t i, struct wish *wish)
{
    const char *s = speech->bare.v[i];
    struct sentence sentence = {.arena = speech->arena,
                                .before = text_before(speech, i),
                                .supported = speech_says(speech, PATTERN_wish_order_off)};

    if (strchr(s, '?') != NULL || is_of_another(speech->arena, s))
        return false;
    speech_part_clauses(speech->arena, s, &sentence.clauses);
    if (!sentence_withdraws(&sentence) && !pattern_matches(PATTERN_wd_english, s))
        return false;
    if (sentence.speaker != NULL)
        wish->speaker = sentence.speaker;
    take_title(speech, i, wish);
    return true;
}

/* Whether it says of withdrawing anything but that it is done. */
static bool denies(const struct speech *speech, size_t i)
{
    const char *s = wish_drop_support(speech->arena, speech->bare.v[i]);

    return strchr(s, '?') != NULL || pattern_matches(PATTERN_wd_leaves, s) ||
           pattern_matches(PATTERN_wd_english_doubt, s);
}

/* What need not speak of it: that something of it is kept, or not decided. */
static bool leaves_open(const struct speech *speech, size_t i)
{
    const char *s = wish_drop_support(speech->arena, speech->bare.v[i]);

    return pattern_matches(PATTERN_wd_undecided, s) && !pattern_matches(PATTERN_wd_courtesy, s);
}

/* Whether another one comes instead, or another's is meant. */
static bool is_of_two(const struct speech *speech, const struct wish *wish)
{
    struct wish other = *wish;

    return wish_replaces(speech, &other) || speech_matches(speech, PATTERN_wd_another) ||
           (wish->speaker != NULL && speech_matches(speech, PATTERN_wd_unlike));
}

bool wish_withdraws(const struct speech *speech, struct wish *wish)
{
    bool said = false, clear = false, left = false;

    for (size_t i = 0; i < speech->bare.n; i++) {
        bool speaks_of_it = speaks(speech->bare.v[i]);

        said = said || speaks_of_it;
        if (speaks_of_it && i < speech->said && says_clearly(speech, i, wish))
            clear = true;
        else if ((speaks_of_it && denies(speech, i)) || leaves_open(speech, i))
            left = true;
    }
    wish->clear =
        clear && !left && !speech->cut && !wish_is_taken_back(speech) && !is_of_two(speech, wish);
    return said;
}
