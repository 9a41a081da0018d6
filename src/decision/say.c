/* SPDX-License-Identifier: EUPL-1.2 */
#include "decision/say.h"

#include <stdio.h>
#include <string.h>

static const struct say_words languages[] = {
    {
#include "decision/say_de.def"
    },
    {
#include "decision/say_en.def"
    },
};

const struct say_words *say_words(const char *language)
{
    for (size_t i = 0; i < sizeof(languages) / sizeof(languages[0]); i++) {
        if (text_equal(languages[i].language, language))
            return &languages[i];
    }
    return &languages[0];
}

char *say_day(struct arena *arena, const char *language, struct day day)
{
    const struct say_words *words = say_words(language);
    int year, month, mday;

    day_to_ymd(day, &year, &month, &mday);
    if (words->months[0] == NULL)
        return arena_printf(arena, "%02d.%02d.%04d", mday, month, year);
    return arena_printf(arena, "%d %s %04d", mday, words->months[month - 1], year);
}

char *say_weekday(struct arena *arena, const char *language, struct day day)
{
    return arena_printf(arena, "%s, %s", say_words(language)->weekdays[day_weekday(day)],
                        say_day(arena, language, day));
}

char *say_minute(struct arena *arena, const char *language, int minute)
{
    return arena_printf(arena, "%02d:%02d%s", minute / 60, minute % 60,
                        say_words(language)->oclock);
}

/* "MESZ, UTC+02:00" */
static const char *say_zone(struct arena *arena, const struct say_words *words, const char *offset)
{
    if (*offset == 'Z')
        return "UTC";
    if (strcmp(offset, "+01:00") == 0)
        return arena_printf(arena, "%s, UTC%s", words->winter, offset);
    if (strcmp(offset, "+02:00") == 0)
        return arena_printf(arena, "%s, UTC%s", words->summer, offset);
    return arena_printf(arena, "UTC%s", offset);
}

char *say_time(struct arena *arena, const char *language, const char *rfc3339)
{
    const struct say_words *words = say_words(language);
    const char *zone;
    int64_t moment;
    struct day day;

    /* "2015-08-04T12:03:11+02:00": the day ends at 10, the time at 19 */
    if (!moment_parse(rfc3339, &moment) || strlen(rfc3339) < 20 ||
        !day_parse(arena_strndup(arena, rfc3339, 10), &day))
        return arena_strdup(arena, rfc3339);
    zone = rfc3339 + 19 + strcspn(rfc3339 + 19, "Z+-"); /* behind a fraction of a second */
    return arena_printf(arena, "%s, %.8s%s (%s)", say_day(arena, language, day), rfc3339 + 11,
                        words->oclock, say_zone(arena, words, zone));
}

char *say_moment(struct arena *arena, const char *language, int64_t moment)
{
    const char *text = moment_to_text(arena, moment);

    return text == NULL ? NULL : say_time(arena, language, text);
}

char *say_size(struct arena *arena, const char *language, size_t size)
{
    const struct say_words *words = say_words(language);
    char digits[24];
    size_t n = (size_t)snprintf(digits, sizeof(digits), "%zu", size);
    struct text text;

    text_init(&text, arena);
    for (size_t i = 0; i < n; i++) {
        if (i > 0 && (n - i) % 3 == 0)
            text_add(&text, words->thousands);
        text_add_char(&text, digits[i]);
    }
    text_add(&text, words->bytes);
    return text.s;
}
