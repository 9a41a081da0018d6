/* SPDX-License-Identifier: EUPL-1.2 */
#include "decision/council.h"

#include "trust/label.h"

#include <string.h>

static bool is_called(struct arena *arena, const struct conf_council *council, const char *key)
{
    if (text_equal(label_fold(arena, council->name), key))
        return true;
    for (size_t i = 0; i < council->aliases.n; i++) {
        if (text_equal(label_fold(arena, council->aliases.v[i]), key))
            return true;
    }
    return false;
}

static const struct conf_council *find_key(struct arena *arena, const struct conf_body *body,
                                           const char *key)
{
    for (size_t i = 0; i < body->council_count; i++) {
        if (is_called(arena, &body->councils[i], key))
            return &body->councils[i];
    }
    return NULL;
}

/* "rat der gemeinde bedburg hau" without "der gemeinde bedburg hau"; NULL where it does not end so.
 * The word between (der, des, von) goes with it. */
static const char *without_body(struct arena *arena, const struct conf_body *body, const char *key)
{
    const char *tail = label_fold(arena, body->name);
    size_t n = strlen(key), m = strlen(tail);
    char *head;
    char *blank;

    if (m == 0 || n <= m + 1 || strcmp(key + n - m, tail) != 0 || key[n - m - 1] != ' ')
        return NULL;
    head = arena_strndup(arena, key, n - m - 1);
    blank = strrchr(head, ' ');
    if (blank == NULL)
        return NULL;
    *blank = '\0';
    return head;
}

const struct conf_council *council_find(const struct conf_body *body, const char *organization)
{
    struct arena *arena = arena_new();
    const char *key = label_fold(arena, organization);
    const struct conf_council *found = find_key(arena, body, key);

    if (found == NULL) {
        key = without_body(arena, body, key);
        found = key == NULL ? NULL : find_key(arena, body, key);
    }
    arena_free(arena);
    return found;
}

int council_meeting_minute(const struct conf_council *council, struct day meeting)
{
    for (size_t i = 0; i < council->meeting_count; i++) {
        if (council->meetings[i].day.n == meeting.n)
            return council->meetings[i].minute;
    }
    return -1;
}
