/* SPDX-License-Identifier: EUPL-1.2 */
#include "motion/words.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>

static const struct {
    const char *plain;
    enum motion_kind kind;
} labels[] = {
#define LABEL(plain, kind) {plain, kind},
#include "motion/kinds_de.def"
#undef LABEL
};

static const struct {
    const char *plain;
    int number;
} months[] = {
#define MONTH(plain, number) {plain, number},
#include "motion/months_de.def"
#undef MONTH
};

static const struct {
    const char *plain;
    enum weekday weekday;
} weekdays[] = {
#define WEEKDAY(plain, weekday) {plain, weekday},
#include "motion/weekdays_de.def"
#undef WEEKDAY
};

/* case folding has made the sharp s "ss" already */
static const char *const umlauts[][2] = {{"ä", "ae"}, {"ö", "oe"}, {"ü", "ue"}, {"ß", "ss"}};
#define UMLAUT_BYTES 2

static const char *umlaut_at(const char *s)
{
    for (size_t i = 0; i < sizeof umlauts / sizeof umlauts[0]; i++)
        if (text_starts(s, umlauts[i][0]))
            return umlauts[i][1];
    return NULL;
}

char *words_plain(struct arena *arena, const char *s)
{
    struct text out;
    text_init(&out, arena);
    for (const char *p = text_fold(arena, s); *p != '\0';) {
        const char *two = umlaut_at(p);
        if (two != NULL) {
            text_add(&out, two);
            p += UMLAUT_BYTES;
            continue;
        }
        /* letters of other alphabets stay as they are */
        if (isalnum((unsigned char)*p) || (unsigned char)*p >= 0x80)
            text_add_char(&out, *p);
        p++;
    }
    return out.s;
}

static bool is_capital(const char *s)
{
    return isupper((unsigned char)*s) || text_starts(s, "Ä") || text_starts(s, "Ö") ||
           text_starts(s, "Ü");
}

/* Bit p stands for: p letters of the acronym have been met. */
static uint32_t meet(const char *acronym, uint32_t met, char c)
{
    uint32_t next = 0;
    for (size_t p = 0; acronym[p] != '\0'; p++)
        if ((met & (UINT32_C(1) << p)) != 0 && acronym[p] == c)
            next |= UINT32_C(1) << (p + 1);
    return next;
}

bool words_are_short(struct arena *arena, const char *acronym, const char *name)
{
    static const char edges[] = " -/.,&()";
    const char *wanted = words_plain(arena, acronym);
    size_t length = strlen(wanted);
    uint32_t met = 1;
    if (length == 0 || length > 30)
        return false;
    for (name += strspn(name, edges); *name != '\0'; name += strspn(name, edges)) {
        size_t n = strcspn(name, edges);
        const char *word = words_plain(arena, arena_strndup(arena, name, n));
        uint32_t initial = meet(wanted, met, *word);
        met = is_capital(name) ? initial : met | initial;
        for (const char *c = word; *c != '\0' && *++c != '\0';)
            met |= meet(wanted, met, *c);
        name += n;
    }
    return (met & (UINT32_C(1) << length)) != 0;
}

bool words_kind_of(struct arena *arena, const char *label, enum motion_kind *kind_r)
{
    const char *plain = words_plain(arena, label);
    for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++) {
        if (!text_equal(plain, labels[i].plain))
            continue;
        *kind_r = labels[i].kind;
        return true;
    }
    return false;
}

int words_month(struct arena *arena, const char *name)
{
    const char *plain = words_plain(arena, name);
    for (size_t i = 0; i < sizeof months / sizeof months[0]; i++)
        if (text_equal(plain, months[i].plain))
            return months[i].number;
    return 0;
}

bool words_weekday(struct arena *arena, const char *name, enum weekday *weekday_r)
{
    const char *plain = words_plain(arena, name);
    for (size_t i = 0; i < sizeof weekdays / sizeof weekdays[0]; i++) {
        if (!text_equal(plain, weekdays[i].plain))
            continue;
        *weekday_r = weekdays[i].weekday;
        return true;
    }
    return false;
}
