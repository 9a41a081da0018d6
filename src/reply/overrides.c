/* SPDX-License-Identifier: EUPL-1.2 */
#include "reply/overrides.h"

#include "base/file.h"
#include "reply/template.h"
#include "reply/values.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>

#define TEMPLATE_MAX ((size_t)64 * 1024)

struct template_set {
    struct template_text *v;
    size_t n;
};

/* What is looked at, and where. */
struct looking {
    struct arena *arena;
    const char *directory;
    const char *language;
    struct texts *mistakes;
};

static void add_mistake(struct looking *looking, const char *name, size_t line, const char *what)
{
    texts_add(looking->mistakes, looking->arena,
              arena_printf(looking->arena, "%s/%s:%zu: %s", looking->directory, name, line, what));
}

/* "[{number}]" where the built-in subject begins so: people and programs find answers by it. */
static const char *subject_mark(struct arena *arena, const char *builtin)
{
    const char *end = strchr(builtin, ']');

    return text_starts(builtin, "[{") && end != NULL
               ? arena_strndup(arena, builtin, (size_t)(end - builtin) + 1)
               : "";
}

static bool is_sound(struct looking *looking, const char *name, const char *builtin,
                     const char *text)
{
    const char *mark = subject_mark(looking->arena, builtin);
    struct values values;
    struct err err;
    size_t line;

    values_init_names(&values, looking->arena, looking->language);
    if (*text == '\0' || strspn(text, " \t\r\n") > strcspn(text, "\n")) {
        add_mistake(looking, name, 1, "the subject is missing; write it in the first line");
        return false;
    }
    if (!text_starts(text, mark)) {
        add_mistake(looking, name, 1,
                    arena_printf(looking->arena,
                                 "the subject does not begin with %s; answers are "
                                 "found by it",
                                 mark));
        return false;
    }
    if (template_check(looking->arena, text, values.v, values.n, &line, &err))
        return true;
    add_mistake(looking, name, line,
                arena_printf(looking->arena, "%s; see the built-in one", err.text));
    return false;
}

/* The text with LF alone, and one at its end. */
static const char *with_line_ends(struct arena *arena, const char *s)
{
    struct text text;

    text_init(&text, arena);
    for (; *s != '\0'; s++) {
        if (*s != '\r' || s[1] != '\n')
            text_add_char(&text, *s);
    }
    if (text.len > 0 && text.s[text.len - 1] != '\n')
        text_add_char(&text, '\n');
    return text.s;
}

static void read_one(struct looking *looking, const char *file, struct template_set *set)
{
    const char *name = arena_strndup(looking->arena, file, strlen(file) - strlen(".txt"));
    const char *builtin = template_find(looking->language, name);
    struct err err;
    char *bytes;
    size_t n;

    if (builtin == NULL) {
        add_mistake(looking, file, 1, "there is no answer of that name; see antragd.conf(5)");
        return;
    }
    if (!file_read(looking->arena, arena_printf(looking->arena, "%s/%s", looking->directory, file),
                   TEMPLATE_MAX, &bytes, &n, &err)) {
        add_mistake(looking, file, 1, err.text);
        return;
    }
    if (!text_is_utf8(bytes, n) || strlen(bytes) != n) {
        add_mistake(looking, file, 1, "is no UTF-8 text; save it as such");
        return;
    }
    const char *lines = with_line_ends(looking->arena, bytes);
    bytes = text_nfc(looking->arena, lines, strlen(lines));
    if (is_sound(looking, file, builtin, bytes))
        set->v[set->n++] =
            (struct template_text){.language = looking->language, .name = name, .text = bytes};
}

static bool is_template(const char *file)
{
    size_t n = strlen(file);

    return n > strlen(".txt") && strcmp(file + n - strlen(".txt"), ".txt") == 0 && *file != '.';
}

const struct template_set *template_set_read(struct arena *arena, const char *directory,
                                             const char *language, struct texts *mistakes_r)
{
    struct looking looking = {
        .arena = arena, .directory = directory, .language = language, .mistakes = mistakes_r};
    struct template_set *set = ARENA_NEW(arena, struct template_set);
    DIR *dir = opendir(directory);

    set->v = arena_array(arena, template_count, sizeof *set->v);
    if (dir == NULL) {
        texts_add(mistakes_r, arena,
                  arena_printf(arena, "%s:1: cannot be read: %s", directory, strerror(errno)));
        return set;
    }
    for (struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
        if (is_template(entry->d_name) && set->n < template_count)
            read_one(&looking, entry->d_name, set);
    }
    closedir(dir);
    return set;
}

const char *template_choose(const struct template_set *set, const char *language, const char *name)
{
    const char *text;

    for (size_t i = 0; set != NULL && i < set->n; i++) {
        if (text_equal(set->v[i].name, name))
            return set->v[i].text;
    }
    text = template_find(language, name);
    return text != NULL ? text : template_find("de", name);
}
