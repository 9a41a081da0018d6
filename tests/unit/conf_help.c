/* SPDX-License-Identifier: EUPL-1.2 */
#include "test.h"

#include "conf_help.h"

#include "base/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char directory[] = "/tmp/antragd-conf-XXXXXX";
static struct texts written;
static struct arena *names;

/* clang-format off */
const char conf_help_good[] =
    /*  1 */ "submission {\n"
    /*  2 */ "  directory = \"@DIR@\"\n"
    /*  3 */ "}\n"
    /*  4 */ "body \"town\" {\n"
    /*  5 */ "  name = \"Gemeinde\"\n"
    /*  6 */ "  from = \"Rat <in@town.example>\"\n"
    /*  7 */ "  mailbox \"m\" {\n"
    /*  8 */ "    host = \"imap.town.example\"\n"
    /*  9 */ "    ca-file = \"@DIR@/ca.pem\"\n"
    /* 10 */ "    user = \"u\"\n"
    /* 11 */ "    password-file = \"@DIR@/secret\"\n"
    /* 12 */ "    addresses = {\"in@town.example\"}\n"
    /* 13 */ "  }\n"
    /* 14 */ "  council \"Rat\" {\n"
    /* 15 */ "    deadline {\n"
    /* 16 */ "      days = 14\n"
    /* 17 */ "    }\n"
    /* 18 */ "  }\n"
    /* 19 */ "  faction \"SPD\" {\n"
    /* 20 */ "    member \"a@spd.example\" {\n"
    /* 21 */ "      name = \"A\"\n"
    /* 22 */ "    }\n"
    /* 23 */ "    member \"b@spd.example\" { name = \"B\" }\n"
    /* 24 */ "  }\n"
    /* 25 */ "  faction \"CDU\" {\n"
    /* 26 */ "    member \"c@cdu.example\" { name = \"C\" }\n"
    /* 27 */ "  }\n"
    /* 28 */ "}\n";
/* clang-format on */

/* An authority of its own, made anew. */
static bool make_authority(const char *name)
{
    const char *path = conf_help_path(names, name);

    conf_help_write(name, "");
    return system(arena_printf(names,
                               "openssl req -x509 -newkey ec -pkeyopt "
                               "ec_paramgen_curve:prime256v1 -nodes -keyout /dev/null -out '%s' "
                               "-subj /CN=Authority 2>/dev/null",
                               path)) == 0;
}

int conf_help_setup(void **state)
{
    (void)state;
    if (mkdtemp(directory) == NULL)
        return -1;
    names = arena_new();
    if (mkdir(conf_help_path(names, "bodies.d"), 0700) != 0)
        return -1;
    conf_help_write("secret", "geheim\n");
    conf_help_write("open-secret", "geheim\n");
    conf_help_chmod("open-secret", 0640);
    if (!make_authority("ca.pem"))
        return -1;
    conf_help_write("roster.csv", "faction,address\n");
    conf_help_write("meetings.csv", "council,date\n");
    return 0;
}

int conf_help_teardown(void **state)
{
    (void)state;
    for (size_t i = 0; i < written.n; i++)
        unlink(written.v[i]);
    if (rmdir(conf_help_path(names, "bodies.d")) != 0)
        return -1;
    arena_free(names);
    return rmdir(directory);
}

const char *conf_help_directory(void)
{
    return directory;
}

char *conf_help_path(struct arena *arena, const char *name)
{
    return arena_printf(arena, "%s/%s", directory, name);
}

void conf_help_write(const char *name, const char *text)
{
    char *path = conf_help_path(names, name);
    FILE *file = fopen(path, "we");

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, 0600), 0);
    if (!texts_has(&written, path))
        texts_add(&written, names, path);
}

void conf_help_chmod(const char *name, unsigned mode)
{
    assert_int_equal(chmod(conf_help_path(names, name), (mode_t)mode), 0);
}

char *conf_help_read_source(struct arena *arena, const char *path)
{
    const char *srcdir = getenv("srcdir");
    struct err err;
    char *bytes;
    size_t n;

    path = arena_printf(arena, "%s/%s", srcdir != NULL ? srcdir : ".", path);
    if (!file_read(arena, path, 1 << 20, &bytes, &n, &err))
        fail_msg("%s", err.text);
    return bytes;
}

char *conf_help_replace(struct arena *arena, const char *s, const char *old, const char *new_one)
{
    struct text text;
    const char *found = strstr(s, old);

    if (found == NULL)
        fail_msg("there is no \"%s\" to replace", old);
    text_init(&text, arena);
    for (; found != NULL; found = strstr(s, old)) {
        text_add_bytes(&text, s, (size_t)(found - s));
        text_add(&text, new_one);
        s = found + strlen(old);
    }
    text_add(&text, s);
    return text.s;
}

static const struct conf *load(struct arena *arena, const char *text, struct texts *mistakes_r,
                               struct err *err_r)
{
    const struct conf *conf;

    if (strstr(text, "@DIR@") != NULL)
        text = conf_help_replace(arena, text, "@DIR@", directory);
    conf_help_write("test.conf", text);
    return conf_load(conf_help_path(arena, "test.conf"), arena, &conf, mistakes_r, err_r) ? conf
                                                                                          : NULL;
}

char *conf_help_mistakes(struct arena *arena, const char *text)
{
    struct texts mistakes = {0};
    struct err err;
    const struct conf *conf = load(arena, text, &mistakes, &err);
    struct text all;

    text_init(&all, arena);
    if (conf != NULL) {
        assert_int_equal(mistakes.n, 0);
        return all.s;
    }
    assert_int_equal(err.kind, ERR_CONFIG);
    for (size_t i = 0; i < mistakes.n; i++)
        text_addf(&all, "%s\n", mistakes.v[i]);
    if (all.len == 0)
        fail_msg("refused without a mistake: %s", err.text);
    return conf_help_replace(arena, all.s, arena_printf(arena, "%s/", directory), "");
}

const struct conf *conf_help_load(struct arena *arena, const char *text)
{
    struct texts mistakes = {0};
    struct err err;
    const struct conf *conf = load(arena, text, &mistakes, &err);

    for (size_t i = 0; i < mistakes.n; i++)
        print_error("%s\n", mistakes.v[i]);
    if (conf == NULL)
        fail_msg("%s", err.text);
    return conf;
}
