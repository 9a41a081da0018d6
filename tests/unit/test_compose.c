/* SPDX-License-Identifier: EUPL-1.2 */
/* What compose_mail() writes, mail_read() gives back; and the lines are as the RFCs want them. */
#include "test.h"

#include "mail/compose.h"
#include "mail/mail.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static struct compose ordinary(void)
{
    return (struct compose){
        .from_name = "Stadt Lindhövel",
        .from_address = "antraege@lindhoevel.example",
        .to_name = "Hövelmann, Andrea",
        .to_address = "andrea@spd.example",
        .subject = "Eingangsbestätigung A/2026/0019",
        .message_id = "a-2026-0019@lindhoevel.example",
        .date = 1770000000,
        .text = "Guten Tag,\n\nIhr Antrag ist eingegangen.\n\nGrüße\n",
    };
}

static struct mail *read_back(struct arena *arena, const char *bytes, size_t n)
{
    struct mail *mail;
    struct err err;
    if (!mail_read(arena, bytes, n, MAIL_HEAD, &mail, &err))
        fail_msg("%s", err.text);
    return mail;
}

/* Header lines at most 78, where they have a place to fold; CRLF everywhere; ASCII; nothing over
 * 998. */
static void check_lines(const char *bytes, size_t n)
{
    bool header = true;
    assert_true(n >= 2 && memcmp(bytes + n - 2, "\r\n", 2) == 0);
    for (size_t at = 0; at < n;) {
        const char *end = memchr(bytes + at, '\n', n - at);
        assert_non_null(end);
        size_t length = (size_t)(end - (bytes + at)) - 1;
        assert_int_equal(end[-1], '\r');
        assert_true(length <= 998);
        if (header && length > 78 && strcspn(bytes + at + 1, " ") < length - 1)
            fail_msg("a header line of %zu: %.*s", length, (int)length, bytes + at);
        if (!header)
            assert_true(length <= 78);
        for (size_t i = 0; i < length; i++) {
            unsigned char c = (unsigned char)bytes[at + i];
            if ((c < 0x20 && c != '\t') || c >= 0x7f)
                fail_msg("byte %02x in %.*s", c, (int)length, bytes + at);
        }
        header = header && length > 0;
        at += length + 2;
    }
}

static void ordinary_mail_comes_back(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    static const struct compose_header extra[] = {
        {"Auto-Submitted", "auto-replied"},
        {"In-Reply-To", "<abc@spd.example>"},
        {"References", "<one@spd.example> <two@spd.example> <three@spd.example> "
                       "<abc@spd.example>"},
        {"X-None", NULL},
    };
    struct compose compose = ordinary();
    compose.extra = extra;
    compose.extra_count = sizeof extra / sizeof *extra;
    compose.language = "de";
    size_t n;
    char *bytes = compose_mail(arena, &compose, &n);
    check_lines(bytes, n);
    assert_null(strstr(bytes, "X-None"));
    assert_non_null(strstr(bytes, "\r\nContent-Language: de\r\n"));
    assert_non_null(strstr(bytes, "\r\nMIME-Version: 1.0\r\n"));
    struct mail *mail = read_back(arena, bytes, n);
    assert_string_equal(mail->from.v[0].name, compose.from_name);
    assert_string_equal(mail->from.v[0].address, compose.from_address);
    assert_string_equal(mail->to.v[0].name, compose.to_name);
    assert_string_equal(mail->to.v[0].address, compose.to_address);
    assert_string_equal(mail->subject, compose.subject);
    assert_string_equal(mail->message_id, compose.message_id);
    assert_string_equal(mail->text, compose.text);
    assert_true(mail->date_at == compose.date);
    assert_int_equal(mail->in_reply_to.n, 1);
    assert_int_equal(mail->references.n, 4);
    assert_string_equal(mail->references.v[3], "abc@spd.example");
    assert_int_equal(mail->class, MAIL_AUTO_REPLY);
    assert_int_equal(mail->defects.n, 0);
    arena_free(arena);
}

static void ascii_mail_stays_readable(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct compose compose = ordinary();
    compose.from_name = NULL;
    compose.to_name = "Andrea H.";
    compose.subject = "Your motion A/2026/0019";
    compose.text = "Received.";
    size_t n;
    char *bytes = compose_mail(arena, &compose, &n);
    check_lines(bytes, n);
    assert_non_null(strstr(bytes, "\r\nFrom: antraege@lindhoevel.example\r\n"));
    assert_non_null(strstr(bytes, "\r\nTo: \"Andrea H.\" <andrea@spd.example>\r\n"));
    assert_non_null(strstr(bytes, "\r\nSubject: Your motion A/2026/0019\r\n"));
    assert_non_null(strstr(bytes, "\r\nContent-Transfer-Encoding: 7bit\r\n\r\nReceived.\r\n"));
    arena_free(arena);
}

static size_t count_lines(const char *bytes, const char *start)
{
    size_t n = 0;
    for (const char *p = bytes; p; p = strchr(p, '\n') ? strchr(p, '\n') + 1 : NULL)
        n += strncmp(p, start, strlen(start)) == 0;
    return n;
}

/* Whatever stands in a value, it starts no header and ends none. */
static void nothing_foreign_starts_a_header(void **state)
{
    static const char *const evil[] = {
        "x\r\nBcc: all@evil.example",
        "x\nBcc: all@evil.example\n\nbody",
        "\r\n\r\nBcc: all@evil.example",
        "=?utf-8?Q?=0D=0ABcc:_all@evil.example?=",
        "x\r\n =?utf-8?B?DQpCY2M6?=",
        "\"<bcc@evil.example>, \"",
        "x\" <bcc@evil.example>, \"y",
        "Müller\r\nBcc: all@evil.example",
        "x\x01\x02\x7f",
    };
    (void)state;
    for (size_t i = 0; i < sizeof evil / sizeof *evil; i++) {
        struct arena *arena = arena_new();
        struct compose_header extra = {"In-Reply-To", evil[i]};
        struct compose compose = ordinary();
        compose.from_name = compose.to_name = compose.subject = evil[i];
        compose.message_id = evil[i];
        if (!strstr(evil[i], "ü")) /* which may stand in an address (RFC 6531) */
            compose.to_address = evil[i];
        compose.language = evil[i];
        compose.extra = &extra;
        compose.extra_count = 1;
        size_t n;
        char *bytes = compose_mail(arena, &compose, &n);
        check_lines(bytes, n);
        assert_int_equal(count_lines(bytes, "Bcc"), 0);
        assert_int_equal(count_lines(bytes, "From: "), 1);
        assert_int_equal(count_lines(bytes, "To: "), 1);
        struct mail *mail = read_back(arena, bytes, n);
        assert_int_equal(mail->from.n, 1);
        assert_string_equal(mail->from.v[0].address, compose.from_address);
        arena_free(arena);
    }
}

static void odd_bodies_come_back(void **state)
{
    static const char *const bodies[] = {
        "",
        "\n",
        "\n\n\nx\n\n\n",
        ".\n..\n.x\n",
        "From here\n>From there\n",
        "trailing blank \nand tab\t\n",
        "= =3D =\n",
        "-- \nsignature\n",
        "\ttab\tin\tthe\tmiddle\n",
    };
    (void)state;
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        struct arena *arena = arena_new();
        struct compose compose = ordinary();
        compose.text = bodies[i];
        size_t n;
        char *bytes = compose_mail(arena, &compose, &n);
        check_lines(bytes, n);
        assert_int_equal(count_lines(strstr(bytes, "\r\n\r\n") + 4, "."), 0);
        struct mail *mail = read_back(arena, bytes, n);
        assert_string_equal(mail->text, bodies[i]);
        arena_free(arena);
    }
}

/* ---- at random ---- */

static char *random_text(struct arena *arena, size_t max, bool lines)
{
    static const char *const pieces[] = {
        " ",
        "a",
        "Z",
        "0",
        "ä",
        "ß",
        "€",
        "😀",
        "=?",
        "?=",
        "\"",
        "\\",
        "<",
        ">",
        ",",
        ";",
        ":",
        "(",
        ")",
        "@",
        ".",
        "_",
        "=",
        "\t",
        "\r",
        "\x01",
        "Antrag ",
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
        "x",
        "üüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüü",
        "  ",
        " am ",
        "=?utf-8?Q?x?=",
        "From ",
        "\x7f",
    };
    struct text text;
    text_init(&text, arena);
    for (size_t n = (size_t)rand() % (max + 1); n > 0; n--) {
        text_add(&text, pieces[(size_t)rand() % (sizeof pieces / sizeof *pieces)]);
        if (lines && rand() % 5 == 0)
            text_add_char(&text, '\n');
    }
    return text.s;
}

/* As the contract says: control characters are blanks. */
static char *tame(struct arena *arena, const char *s, bool lines)
{
    char *copy = arena_strdup(arena, s);
    for (char *p = copy; *p; p++)
        if (((unsigned char)*p < 0x20 && !(lines && (*p == '\n' || *p == '\t'))) || *p == 0x7f)
            *p = ' ';
    return copy;
}

static void check_random(struct arena *arena)
{
    struct compose compose = ordinary();
    compose.from_name = random_text(arena, 12, false);
    compose.to_name = random_text(arena, 12, false);
    compose.subject = random_text(arena, 30, false);
    compose.text = random_text(arena, 60, true);
    size_t n;
    char *bytes = compose_mail(arena, &compose, &n);
    check_lines(bytes, n);
    struct mail *mail = read_back(arena, bytes, n);
    char *subject = text_trim(arena, tame(arena, compose.subject, false));
    char *name = text_squeeze(arena, tame(arena, compose.to_name, false));
    char *body = tame(arena, compose.text, true);
    if (*body && body[strlen(body) - 1] != '\n')
        body = arena_printf(arena, "%s\n", body);
    assert_string_equal(mail->subject ? mail->subject : "", subject);
    assert_int_equal(mail->to.n, 1);
    assert_string_equal(mail->to.v[0].name ? mail->to.v[0].name : "", name);
    assert_string_equal(mail->to.v[0].address, compose.to_address);
    assert_string_equal(mail->text, body);
}

static void random_mails_come_back(void **state)
{
    const char *given = getenv("TEST_SEED");
    unsigned seed = given ? (unsigned)strtoul(given, NULL, 10) : (unsigned)time(NULL);
    (void)state;
    print_message("TEST_SEED=%u\n", seed);
    srand(seed);
    for (int i = 0; i < 2000; i++) {
        struct arena *arena = arena_new();
        check_random(arena);
        arena_free(arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ordinary_mail_comes_back),
        cmocka_unit_test(ascii_mail_stays_readable),
        cmocka_unit_test(nothing_foreign_starts_a_header),
        cmocka_unit_test(odd_bodies_come_back),
        cmocka_unit_test(random_mails_come_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
