/* SPDX-License-Identifier: EUPL-1.2 */
/* One value of each type: from text, to text. */
#include "conf/conf_tree.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Enums are stored through this; gcc and clang both take it for an enum without negative values. */
_Static_assert(sizeof(enum conf_tls) == sizeof(unsigned), "enums are as big as unsigned");

static void *at(void *object, size_t offset)
{
    return (char *)object + offset;
}

static const void *at_const(const void *object, size_t offset)
{
    return (const char *)object + offset;
}

/* ---- from text ---- */

/* Decimal digits only; false if there is anything else or it is out of range. */
static bool parse_number(const char *s, int min, int max, int *number_r)
{
    char *end;
    long number;

    if (*s < '0' || *s > '9')
        return false;
    errno = 0;
    number = strtol(s, &end, 10);
    if (errno != 0 || *end != '\0' || number < min || number > max)
        return false;
    *number_r = (int)number;
    return true;
}

static bool parse_two_digits(const char *s, int max, int *number_r)
{
    char digits[3] = {s[0], s[0] == '\0' ? '\0' : s[1], '\0'};

    return strlen(digits) == 2 && parse_number(digits, 0, max, number_r);
}

/* "18:00"; "24:00" is the end of the day */
static bool parse_time(const char *s, int *minute_r)
{
    int hour;
    int minute;

    if (strlen(s) != 5 || s[2] != ':' || !parse_two_digits(s, 24, &hour) ||
        !parse_two_digits(s + 3, 59, &minute) || (hour == 24 && minute != 0))
        return false;
    *minute_r = hour * 60 + minute;
    return true;
}

static const char *set_time(const struct conf_key *key, const char *s, int *minute_r)
{
    if (key->min < 0 && *s == '\0') {
        *minute_r = -1;
        return NULL;
    }
    return parse_time(s, minute_r) ? NULL : "is not a time of day; write it like 18:00";
}

static bool parse_bool(const char *s, bool *bool_r)
{
    static const char *const words[] = {"no", "yes", "false", "true", "off", "on"};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcasecmp(s, words[i]) == 0) {
            *bool_r = i % 2 == 1;
            return true;
        }
    return false;
}

/* "2015-09-24T18:00", or the day alone where its hour is not known */
static bool parse_meeting(const char *s, struct conf_meeting *meeting_r)
{
    char day[sizeof "2015-09-24"];
    size_t n = strcspn(s, "T");

    if (n >= sizeof day)
        return false;
    memcpy(day, s, n);
    day[n] = '\0';
    meeting_r->minute = -1;
    if (s[n] == 'T' && (!parse_time(s + n + 1, &meeting_r->minute) || meeting_r->minute == 1440))
        return false;
    return day_parse(day, &meeting_r->day);
}

/* The index of the word, or -1. */
static int find_word(const struct conf_key *key, const char *s)
{
    for (int i = key->type == CONF_TYPE_WORD ? key->min : 0; key->words[i] != NULL; i++)
        if (strcmp(key->words[i], s) == 0)
            return i;
    return -1;
}

static const char *say_words(struct conf_reader *reader, const struct conf_key *key)
{
    struct text text;

    text_init(&text, reader->scratch);
    text_add(&text, "is none of its words; write ");
    for (int i = key->type == CONF_TYPE_WORD ? key->min : 0; key->words[i] != NULL; i++)
        text_addf(&text, "%s%s", key->words[i],
                  key->words[i + 1] == NULL ? "" : (key->words[i + 2] == NULL ? " or " : ", "));
    return text.s;
}

/* NULL, or what is wrong with a text of the key. */
static const char *text_problem(struct conf_reader *reader, const struct conf_key *key,
                                const char *s)
{
    if (text_has_control(s))
        return "has a control character; write it in one line of printable text";
    if (key->words != NULL && find_word(key, s) < 0)
        return say_words(reader, key);
    return key->check != NULL ? key->check(s) : NULL;
}

static const char *set_number(struct conf_reader *reader, const struct conf_key *key, const char *s,
                              int *number_r)
{
    if (parse_number(s, key->min, key->max, number_r))
        return NULL;
    return arena_printf(reader->scratch, "is not a number from %d to %d", key->min, key->max);
}

static const char *set_size(struct conf_reader *reader, const struct conf_key *key, const char *s,
                            size_t *size_r)
{
    int mb = 0;
    const char *problem = set_number(reader, key, s, &mb);

    if (problem == NULL)
        *size_r = (size_t)mb * 1024 * 1024;
    return problem;
}

static const char *set_word(struct conf_reader *reader, const struct conf_key *key, const char *s,
                            unsigned *word_r)
{
    int word = find_word(key, s);

    if (word < 0)
        return say_words(reader, key);
    *word_r = (unsigned)word;
    return NULL;
}

static const char *set_text(struct conf_reader *reader, const struct conf_key *key, const char *s,
                            const char **text_r)
{
    const char *problem = text_problem(reader, key, s);

    if (problem == NULL)
        *text_r = arena_strdup(reader->arena, s);
    return problem;
}

static const char *set_day(const char *s, bool may_be_empty, struct day *day_r)
{
    if (may_be_empty && *s == '\0') {
        *day_r = DAY_NONE;
        return NULL;
    }
    return day_parse(s, day_r) ? NULL : "is not a day; write it like 2015-09-24";
}

/* "2015-09-24", "2015-09-24T18:00", "2015-09-24T18:00:59" */
static const char *set_start(const char *s, struct conf_start *start_r)
{
    char day[sizeof "2015-09-24"] = "", time[sizeof "18:00"] = "";
    size_t n = strlen(s);
    int minute = 0, second = 0;

    *start_r = (struct conf_start){.day = DAY_NONE};
    if (n == 0)
        return NULL;
    snprintf(day, sizeof day, "%s", s);
    if (n > 11)
        snprintf(time, sizeof time, "%s", s + 11);
    if (!day_parse(day, &start_r->day) ||
        (n > 10 && (s[10] != 'T' || !parse_time(time, &minute) || minute == 1440)) ||
        (n > 16 && (s[16] != ':' || !parse_two_digits(s + 17, 59, &second))) || n > 19)
        return "is neither a day nor a time; write it like 2015-09-24 or 2015-09-24T18:00:00";
    start_r->second = minute * 60 + second;
    return NULL;
}

/* The value number i of a list, or the only one of another type. */
static const char *set_one(struct conf_reader *reader, const struct conf_key *key, const char *s,
                           size_t i, void *place)
{
    switch (key->type) {
    case CONF_TYPE_TEXT:
        return set_text(reader, key, s, place);
    case CONF_TYPE_TEXTS:
        return set_text(reader, key, s, &((struct texts *)place)->v[i]);
    case CONF_TYPE_NUMBER:
        return set_number(reader, key, s, place);
    case CONF_TYPE_BOOL:
        return parse_bool(s, place) ? NULL : "is neither yes nor no";
    case CONF_TYPE_WORD:
        return set_word(reader, key, s, place);
    case CONF_TYPE_DAY:
        return set_day(s, true, place);
    case CONF_TYPE_START:
        return set_start(s, place);
    case CONF_TYPE_DAYS:
        return set_day(s, false, &(*(struct day **)place)[i]);
    case CONF_TYPE_MEETINGS:
        return parse_meeting(s, &(*(struct conf_meeting **)place)[i])
                   ? NULL
                   : "is not a meeting; write it like 2015-09-24T18:00";
    case CONF_TYPE_TIME:
        return set_time(key, s, place);
    case CONF_TYPE_SIZE:
        return set_size(reader, key, s, place);
    }
    panic("set_one: %s has type %d", key->name, (int)key->type);
}

static bool is_list(enum conf_type type)
{
    return type == CONF_TYPE_TEXTS || type == CONF_TYPE_DAYS || type == CONF_TYPE_MEETINGS;
}

/* The pointer of a list is followed by the number of its elements. */
static size_t *list_count(const struct conf_key *key, void *object)
{
    return at(object, key->offset + sizeof(void *));
}

_Static_assert(offsetof(struct texts, n) == sizeof(void *), "a list is a pointer and a count");
_Static_assert(offsetof(struct conf_body, holiday_count) ==
                   offsetof(struct conf_body, holidays) + sizeof(void *),
               "a list is a pointer and a count");
_Static_assert(offsetof(struct conf_council, meeting_count) ==
                   offsetof(struct conf_council, meetings) + sizeof(void *),
               "a list is a pointer and a count");

static void make_list(struct conf_reader *reader, const struct conf_key *key, size_t n,
                      void *object)
{
    size_t room = n > 0 ? n : 1; /* never NULL */
    void *list = NULL;

    if (key->type == CONF_TYPE_TEXTS)
        list = arena_array(reader->arena, room, sizeof(const char *));
    else if (key->type == CONF_TYPE_DAYS)
        list = arena_array(reader->arena, room, sizeof(struct day));
    else
        list = arena_array(reader->arena, room, sizeof(struct conf_meeting));
    memcpy(at(object, key->offset), &list, sizeof list);
    *list_count(key, object) = n;
}

void conf_value_set(struct conf_reader *reader, const struct conf_node *node,
                    const struct conf_entry *entry, void *object)
{
    const struct conf_key *key = entry->key;
    size_t n = 0;

    for (const struct conf_value *value = entry->values; value != NULL; value = value->next)
        n++;
    if (is_list(key->type))
        make_list(reader, key, n, object);
    else if (entry->is_list) {
        conf_mistake_add(reader, entry->place, "%s of %s takes one value; write it without { }",
                         key->name, conf_node_name(reader, node));
        return;
    }
    n = 0;
    for (const struct conf_value *value = entry->values; value != NULL; value = value->next) {
        const char *problem = set_one(reader, key, value->text, n, at(object, key->offset));

        if (problem == NULL)
            n++;
        else
            conf_mistake_add(reader, value->place, "%s: \"%s\" %s", key->name, value->text,
                             problem);
    }
    if (is_list(key->type))
        *list_count(key, object) = n;
}

/* What even a key without a default has. */
static void set_nothing(struct conf_reader *reader, const struct conf_key *key, void *object)
{
    if (is_list(key->type))
        make_list(reader, key, 0, object);
    else if (key->type == CONF_TYPE_DAY)
        *(struct day *)at(object, key->offset) = DAY_NONE;
    else if (key->type == CONF_TYPE_START)
        *(struct conf_start *)at(object, key->offset) = (struct conf_start){.day = DAY_NONE};
}

void conf_value_set_fallback(struct conf_reader *reader, const struct conf_key *key, void *object)
{
    const char *problem = NULL;

    set_nothing(reader, key, object);
    if (key->fallback == NULL)
        return;
    if (!is_list(key->type)) {
        problem = set_one(reader, key, key->fallback, 0, at(object, key->offset));
    } else {
        char *save = NULL;
        char *words = arena_strdup(reader->scratch, key->fallback);
        size_t n = 0;

        make_list(reader, key, strlen(words), object);
        for (char *word = strtok_r(words, " ", &save); word != NULL && problem == NULL;
             word = strtok_r(NULL, " ", &save))
            problem = set_one(reader, key, word, n++, at(object, key->offset));
        *list_count(key, object) = n;
    }
    if (problem != NULL)
        panic("the default of %s %s", key->name, problem);
}

/* ---- to text ---- */

void conf_quote(struct text *text, const char *s)
{
    text_add_char(text, '"');
    for (; *s != '\0'; s++) {
        if (*s == '"' || *s == '\\')
            text_add_char(text, '\\');
        if ((unsigned char)*s < 0x20 || *s == 0x7f)
            text_addf(text, "\\%03o", (unsigned)(unsigned char)*s);
        else
            text_add_char(text, *s);
    }
    text_add_char(text, '"');
}

static void quote_day(struct text *text, struct day day)
{
    conf_quote(text, day_is_none(day) ? "" : day_to_text(text->arena, day));
}

static void quote_start(struct text *text, const struct conf_start *start)
{
    int second = start->second;

    if (day_is_none(start->day) || second == 0)
        quote_day(text, start->day);
    else
        text_addf(text, "\"%sT%02d:%02d:%02d\"", day_to_text(text->arena, start->day),
                  second / 3600, second / 60 % 60, second % 60);
}

static void quote_time(struct text *text, int minute)
{
    if (minute < 0)
        text_add(text, "\"\"");
    else
        text_addf(text, "\"%02d:%02d\"", minute / 60, minute % 60);
}

static void quote_meeting(struct text *text, const struct conf_meeting *meeting)
{
    const char *day = day_to_text(text->arena, meeting->day);

    if (meeting->minute < 0)
        text_addf(text, "\"%s\"", day);
    else
        text_addf(text, "\"%sT%02d:%02d\"", day, meeting->minute / 60, meeting->minute % 60);
}

/* The element number i of a list, or the only value. */
static void print_one(struct text *text, const struct conf_key *key, const void *place, size_t i)
{
    switch (key->type) {
    case CONF_TYPE_TEXT:
        conf_quote(text, *(const char *const *)place);
        return;
    case CONF_TYPE_TEXTS:
        conf_quote(text, ((const struct texts *)place)->v[i]);
        return;
    case CONF_TYPE_NUMBER:
        text_addf(text, "%d", *(const int *)place);
        return;
    case CONF_TYPE_BOOL:
        text_add(text, *(const bool *)place ? "yes" : "no");
        return;
    case CONF_TYPE_WORD:
        conf_quote(text, key->words[*(const unsigned *)place]);
        return;
    case CONF_TYPE_DAY:
        quote_day(text, *(const struct day *)place);
        return;
    case CONF_TYPE_START:
        quote_start(text, place);
        return;
    case CONF_TYPE_DAYS:
        quote_day(text, (*(const struct day *const *)place)[i]);
        return;
    case CONF_TYPE_MEETINGS:
        quote_meeting(text, &(*(const struct conf_meeting *const *)place)[i]);
        return;
    case CONF_TYPE_TIME:
        quote_time(text, *(const int *)place);
        return;
    case CONF_TYPE_SIZE:
        text_addf(text, "%zu", *(const size_t *)place / 1024 / 1024);
        return;
    }
    panic("print_one: %s has type %d", key->name, (int)key->type);
}

static bool is_left_out(const struct conf_key *key, const void *place)
{
    return key->type == CONF_TYPE_TEXT && *(const char *const *)place == NULL;
}

void conf_value_print(struct text *text, int depth, const struct conf_key *key, const void *object)
{
    const void *place = at_const(object, key->offset);

    if (is_left_out(key, place))
        return;
    text_addf(text, "%*s%s = ", depth * 2, "", key->name);
    if (!is_list(key->type)) {
        print_one(text, key, place, 0);
    } else {
        size_t n = *(const size_t *)at_const(place, sizeof(void *));

        text_add_char(text, '{');
        for (size_t i = 0; i < n; i++) {
            text_add(text, i > 0 ? ", " : "");
            print_one(text, key, place, i);
        }
        text_add_char(text, '}');
    }
    text_add_char(text, '\n');
}
