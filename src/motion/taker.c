/* SPDX-License-Identifier: EUPL-1.2 */
#include "motion/taker.h"

#include <string.h>

bool taker_refuse(struct taker *taker, const char *key, const char *what)
{
    return err_set(taker->err, ERR_DATA, "reading: %s %s", key, what);
}

/* UTF-8 has been checked by the parser; C0 but those allowed, DEL and C1 may not be there. */
static bool has_control(const char *s, const char *allowed)
{
    for (; *s; s++) {
        unsigned char c = (unsigned char)*s;
        if ((c < 0x20 && strchr(allowed, c) == NULL) || c == 0x7f)
            return true;
        if (c == 0xc2 && (unsigned char)s[1] < 0xa0)
            return true;
    }
    return false;
}

static bool check_text(struct taker *taker, const char *key, const char *s, size_t max,
                       const char *allowed)
{
    if (strlen(s) > max)
        return taker_refuse(taker, key, "is too long");
    if (has_control(s, allowed))
        return taker_refuse(taker, key, "has control characters");
    return true;
}

bool taker_value(struct taker *taker, const struct json *object, const char *key, size_t max,
                 const char *allowed, const char **s_r)
{
    const char *s = json_text(object, key);
    *s_r = NULL;
    if (!s)
        return true;
    if (!check_text(taker, key, s, max, allowed))
        return false;
    *s_r = arena_strdup(taker->arena, s);
    return true;
}

bool taker_line(struct taker *taker, const struct json *object, const char *key, const char **s_r)
{
    return taker_value(taker, object, key, TAKER_MAX_LINE, TAKER_LINE, s_r);
}

bool taker_lines(struct taker *taker, const struct json *object, const char *key, const char **s_r)
{
    return taker_value(taker, object, key, TAKER_MAX_LINES, TAKER_LINES, s_r);
}

bool taker_count(struct taker *taker, const struct json *object, const char *key, size_t max,
                 const struct json **array_r, size_t *n_r)
{
    *array_r = json_get(object, key);
    *n_r = *array_r ? json_count(*array_r) : 0;
    return *n_r <= max || taker_refuse(taker, key, "has too many entries");
}

bool taker_texts(struct taker *taker, const struct json *object, const char *key, size_t max,
                 size_t max_length, struct texts *texts_r)
{
    const struct json *array;
    size_t n;
    if (!taker_count(taker, object, key, max, &array, &n))
        return false;
    for (size_t i = 0; i < n; i++) {
        const char *s = json_text_at(array, i);
        if (!s)
            return taker_refuse(taker, key, "has an entry that is no text");
        if (!check_text(taker, key, s, max_length, TAKER_LINE))
            return false;
        texts_add(texts_r, taker->arena, arena_strdup(taker->arena, s));
    }
    return true;
}

bool taker_moment(struct taker *taker, const struct json *object, const char *key,
                  const char **text_r, int64_t *moment_r)
{
    *moment_r = MOMENT_NONE;
    if (!taker_value(taker, object, key, TAKER_MAX_WORD, TAKER_LINE, text_r))
        return false;
    return !*text_r || moment_parse(*text_r, moment_r) || taker_refuse(taker, key, "is no date");
}

bool taker_day(struct taker *taker, const struct json *object, const char *key, struct day *day_r)
{
    const char *s = json_text(object, key);
    *day_r = DAY_NONE;
    return !s || day_parse(s, day_r) || taker_refuse(taker, key, "is no day");
}
