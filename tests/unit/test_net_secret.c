/* SPDX-License-Identifier: EUPL-1.2 */
/* Commands that give secrets: what they may print, and what becomes of those that misbehave. */
#include "test.h"

#include "net/secret.h"

#include <string.h>

static const struct test_case {
    const char *name;
    const char *script; /* for sh -c; NULL: a program that is not there */
    const char *secret; /* NULL: an error */
    const char *error;  /* stands in it */
} cases[] = {
    {"one line", "echo geheim", "geheim", NULL},
    {"without line end", "printf 'ge heim'", "ge heim", NULL},
    {"CR LF", "printf 'geheim\\r\\n'", "geheim", NULL},
    {"a long token", "head -c 8000 /dev/zero | tr '\\0' x", "", NULL},
    {"nothing", "true", NULL, "prints nothing"},
    {"an empty line", "echo", NULL, "only line"},
    {"two lines", "echo a; echo b", NULL, "only line"},
    {"a control character", "printf 'a\\033b\\n'", NULL, "only line"},
    {"too much", "head -c 100000 /dev/zero | tr '\\0' x", NULL, "only line"},
    {"failure", "echo geheim; echo 'no network' >&2; exit 3", NULL, "ended with 3: no network"},
    {"a signal", "kill -TERM $$", NULL, "signal 15"},
    {"no such program", NULL, NULL, "cannot be executed"},
    {"an empty environment", "env | grep -v '^PATH=\\|^PWD=\\|^SHLVL=\\|^_='; echo none", "none",
     NULL},
    {"no standard input", "cat; echo none", "none", NULL},
    {"no other descriptors",
     "for i in 3 4 5 6 7 8 9; do [ -e /proc/$$/fd/$i ] && echo $i; done; echo none", "none", NULL},
    {"a child that stays does not hold it up", "sleep 600 & echo geheim", "geheim", NULL},
};

static bool run(const struct test_case *c, struct arena *arena, char **secret_r, struct err *err_r)
{
    const char *argv[] = {"sh", "-c", c->script};
    const char *nothing[] = {"/nonexistent/token"};
    struct conf_server server = {.host = "h", .auth = CONF_AUTH_XOAUTH2};
    bool fresh = false;
    server.token_command = c->script != NULL ? (struct texts){.v = argv, .n = 3}
                                             : (struct texts){.v = nothing, .n = 1};
    bool ok = secret_get(&server, NULL, false, arena, secret_r, &fresh, err_r);
    assert_true(fresh);
    return ok;
}

static void test_commands(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct test_case *c = &cases[i];
        struct arena *arena = arena_new();
        struct err err = {0};
        char *secret = NULL;
        bool ok = run(c, arena, &secret, &err);
        if (ok != (c->secret != NULL))
            fail_msg("%s: %s", c->name, ok ? "was taken" : err.text);
        if (ok && c->secret[0] != '\0' && strcmp(secret, c->secret) != 0)
            fail_msg("%s: %s", c->name, secret);
        if (ok && c->secret[0] == '\0')
            assert_int_equal(strlen(secret), 8000);
        if (!ok && strstr(err.text, c->error) == NULL)
            fail_msg("%s: %s", c->name, err.text);
        arena_free(arena);
    }
}

/* What was kept is used until the server refuses it. */
struct keeper {
    int asked;
    bool anew;
};

static bool give(void *context, bool anew, struct arena *arena, char **secret_r, bool *fresh_r,
                 struct err *err_r)
{
    struct keeper *keeper = context;
    (void)err_r;
    keeper->asked++;
    keeper->anew = anew;
    *fresh_r = anew;
    *secret_r = arena_strdup(arena, "kept");
    return true;
}

static void test_source(void **state)
{
    const char *argv[] = {"false"};
    struct conf_server server = {.auth = CONF_AUTH_PLAIN, .password_command = {.v = argv, .n = 1}};
    struct keeper keeper = {0};
    struct secret_source source = {give, &keeper};
    struct arena *arena = arena_new();
    struct err err;
    char *secret;
    bool fresh;
    (void)state;
    assert_true(secret_get(&server, &source, true, arena, &secret, &fresh, &err));
    assert_string_equal(secret, "kept");
    assert_true(fresh && keeper.anew && keeper.asked == 1);
    /* a file is read right here */
    server = (struct conf_server){.password_file = "/nonexistent"};
    assert_false(secret_get(&server, &source, true, arena, &secret, &fresh, &err));
    assert_int_equal(keeper.asked, 1);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_commands),
        cmocka_unit_test(test_source),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
