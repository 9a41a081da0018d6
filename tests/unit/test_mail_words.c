/* SPDX-License-Identifier: EUPL-1.2 */
/* Charsets, encoded words, parameters and file names, with what programs make of them. */
#include "test.h"

#include "mail/mail.h"

#include <errno.h>
#include <iconv.h>
#include <stdio.h>
#include <string.h>

static struct mail *read_text(struct arena *arena, const char *s)
{
    struct mail *mail;
    struct err err;
    if (!mail_read(arena, s, strlen(s), MAIL_HEAD, &mail, &err))
        fail_msg("%s", err.text);
    return mail;
}

#define HEAD "From: a@b.example\nDate: Mon, 09 Feb 2026 09:15:04 +0100\nMessage-ID: <1@b.example>\n"

/* ---- charsets ---- */

static void labels_are_known_by_their_letters(void **state)
{
    static const struct {
        const char *label, *bytes, *text;
    } cases[] = {
        {"latin-1", "f\xfcr", "für"},
        {"Latin1", "f\xfcr", "für"},
        {"ISO_8859-1:1987", "f\xfcr", "für"},
        {"iso-8859-1-windows", "f\xfcr", "für"},
        {"iso-8859-1-windows-3.1-latin-1", "f\xfcr", "für"},
        {"8859-1", "f\xfcr", "für"},
        {"csISOLatin1", "f\xfcr", "für"},
        {"x-cp1252", "f\xfcr", "für"},
        {"Windows_1252", "f\xfcr", "für"},
        {"ANSI", "f\xfcr", "für"},
        {"utf8mb4", "für", "für"},
        {"UTF_8", "für", "für"},
        {"unicode-1-1-utf-8", "für", "für"},
        {"unicode-1-1-utf-7", "f+APw-r", "für"},
        {"cp-850", "f\x81r", "für"},
        {"IBM850", "f\x81r", "für"},
        {"cp858", "\xd5", "€"},
        {"dos-437", "f\x81r", "für"},
        {"x-mac-roman", "f\x9fr", "für"},
        {"macintosh", "f\x9fr", "für"},
        {"x-mac-ce", "f\x9fr", "für"},
        {"iso-8859-3", "\xfe", "ŝ"},
        {"iso-8859-4", "\xfe", "ū"},
        {"iso-8859-6", "\xc7", "ا"},
        {"iso-8859-8-i", "\xe0", "א"},
        {"iso-8859-10", "\xfe", "þ"},
        {"iso-8859-13", "\xe0", "ą"},
        {"iso-8859-14", "\xfe", "ŷ"},
        {"windows-1255", "\xe0", "א"},
        {"windows-1256", "\xc7", "ا"},
        {"windows-1258", "\xd5", "Ơ"},
        {"windows-874", "\xa1\x80", "ก€"},
        {"tis-620", "\xa1", "ก"},
        {"koi8-ru", "\xc1", "а"},
        {"ibm866", "\xa0", "а"},
        {"cp852", "\x84", "ä"},
        {"x-mac-cyrillic", "\xe0", "а"},
        {"DIN_66003", "f}r", "für"},
        {"hp-roman8", "\xcf", "ü"},
        {"viscii", "\xd5", "ạ"},
        {"big5", "\xa4\xa4", "中"},
        {"ks_c_5601-1987", "\xb0\xa1\x81\x41", "가갂"},
        {"windows-31j", "\x82\xa0\x87\x40", "あ①"},
        {"shift-jis", "\x82\xa0", "あ"},
        {"euc-tw", "\xa4\xa1", "０"},
        {"iso-2022-kr", "\x1b$)C\x0e\x30\x21\x0f", "가"},
        {"_iso-2022-jp$ESC", "\x1b$B$\"\x1b(B", "あ"},
        {"gb18030", "\x81\x30\x84\x36", "¥"},
        {"cp1047", "\x86\xdc\x99", "für"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena *arena = arena_new();
        struct mail *mail = read_text(
            arena, arena_printf(arena, HEAD "Content-Type: text/plain; charset=\"%s\"\n\n%s",
                                cases[i].label, cases[i].bytes));
        const char *text = text_trim(arena, mail->text);
        if (strcmp(text, cases[i].text) != 0)
            fail_msg("%s: %s", cases[i].label, text);
        if (texts_has(&mail->defects, "bad-charset"))
            fail_msg("%s is unknown", cases[i].label);
        arena_free(arena);
    }
}

/* What says nothing is told, and the bytes decide. */
static void labels_that_say_nothing_are_none(void **state)
{
    static const char *const labels[] = {
        "unknown-8bit", "default",     "x-user-defined", "8bit",         "x-unknown", "none",
        "binary",       "iso-8859-99", "windows-9999",   "..//latin.so", "",
    };
    (void)state;
    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
        for (int utf8 = 0; utf8 < 2; utf8++) {
            struct arena *arena = arena_new();
            struct mail *mail = read_text(
                arena, arena_printf(arena, HEAD "Content-Type: text/plain; charset=\"%s\"\n\nf%sr",
                                    labels[i], utf8 ? "ü" : "\xfc"));
            assert_string_equal(text_trim(arena, mail->text), "für");
            if (!texts_has(&mail->defects, "bad-charset") && *labels[i])
                fail_msg("%s is known", labels[i]);
            arena_free(arena);
        }
}

/* Every charset of ours is one of this system's, and gives what its iconv gives. */
static void charsets_are_those_of_iconv(void **state)
{
    static const char *const names[] = {
#define CHARSET(iconv, kind, labels) iconv,
#include "mail/charset.def"
    };
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        iconv_t cd = iconv_open("UTF-8", names[i]);
        if (cd == (iconv_t)-1)
            fail_msg("iconv has no %s", names[i]);
        iconv_close(cd);
    }
    assert_true(sizeof names / sizeof *names > 250);
}

static void labels_stand_for_one_charset(void **state)
{
    static const char *const labels[] = {
#define CHARSET(iconv, kind, labels) labels,
#include "mail/charset.def"
    };
    (void)state;
    struct arena *arena = arena_new();
    struct texts seen = {NULL, 0};
    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
        for (const char *s = labels[i]; *s; s += strspn(s, " ")) {
            const char *label = arena_strndup(arena, s, strcspn(s, " "));
            assert_int_equal(strspn(label, "abcdefghijklmnopqrstuvwxyz0123456789"), strlen(label));
            if (texts_has(&seen, label))
                fail_msg("%s stands twice", label);
            texts_add(&seen, arena, label);
            s += strlen(label);
        }
    arena_free(arena);
}

static void labels_that_lie_are_found_out(void **state)
{
    static const struct {
        const char *label, *bytes, *text;
        bool bad;
    } cases[] = {
        {"utf-16", "für", "für", true},
        {"utf-16le", "fuer", "fuer", true},
        {"iso-2022-jp", "f\xfcr", "für", true},
        {"utf-7", "für", "für", true},
        {"gb2312", "Grünfläche für Fußgänger", "Grünfläche für Fußgänger", true},
        {"cp1047", "fuer", "fuer", true},
        {"koi8-r", "für", "für", true},
        /* twice UTF-8 */
        {"utf-8", "fÃ¼r FuÃŸgÃ¤nger", "für Fußgänger", true},
        {"utf-8", "Â§ 24 GO", "§ 24 GO", true},
        {NULL, "â€žAntragâ€œ â‚¬", "„Antrag“ €", true},
        {"utf-8", "für FuÃŸgÃ¤nger", "für FuÃŸgÃ¤nger", false},
        {"utf-8", "São João, ÂNGULO", "São João, ÂNGULO", false},
        {"iso-8859-1", "A\xc3O", "AÃO", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena *arena = arena_new();
        const char *type =
            cases[i].label ? arena_printf(arena, "; charset=%s", cases[i].label) : "";
        struct mail *mail =
            read_text(arena, arena_printf(arena, HEAD "Content-Type: text/plain%s\n\n%s", type,
                                          cases[i].bytes));
        const char *text = text_trim(arena, mail->text);
        if (strcmp(text, cases[i].text) != 0)
            fail_msg("%s: %s", cases[i].label, text);
        if (texts_has(&mail->defects, "bad-charset") != cases[i].bad)
            fail_msg("%s %s", cases[i].label, cases[i].bytes);
        arena_free(arena);
    }
}

static void utf16_is_known_by_its_mark(void **state)
{
    static const struct {
        const char *label, *bytes;
        size_t n;
    } cases[] = {
        {"",
         "\xff\xfe"
         "f\0\xfc\0r\0",
         8},
        {"", "\xfe\xff\0f\0\xfc\0r", 8},
        {"; charset=utf-16", "f\0\xfc\0r\0", 6},
        {"; charset=unicode", "\0f\0\xfc\0r", 6},
        {"; charset=utf-16", "\xfe\xff\0f\0\xfc\0r", 8},
        {"; charset=ucs-2le", "f\0\xfc\0r\0", 6},
        {"; charset=utf-8",
         "\xff\xfe"
         "f\0\xfc\0r\0",
         8},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena *arena = arena_new();
        struct text text;
        struct mail *mail;
        struct err err;
        text_init(&text, arena);
        text_addf(&text, HEAD "Content-Type: text/plain%s\n\n", cases[i].label);
        text_add_bytes(&text, cases[i].bytes, cases[i].n);
        assert_true(mail_read(arena, text.s, text.len, MAIL_HEAD, &mail, &err));
        if (strcmp(text_trim(arena, mail->text), "für") != 0)
            fail_msg("%zu: %s", i, mail->text);
        arena_free(arena);
    }
}

/* ---- encoded words ---- */

static void words_are_decoded(void **state)
{
    static const struct {
        const char *header, *subject;
    } cases[] = {
        {"=?utf-8?q?a_=C3=A4?=", "a ä"},
        {"=?UTF-8?B?w6Q=?= b", "ä b"},
        {"=?utf-8?B?w6Q?=", "ä"},
        {"=?utf-8?B?w6Q=w7w=?=", "äü"},
        {"=?utf-8?B?w6\n Q=?=", "ä"},
        {"=?utf-8?Q?a?= =?utf-8?Q?b?=", "ab"},
        {"=?utf-8?Q?a?=\n\t =?utf-8?Q?b?=\n c", "ab c"},
        {"=?utf-8?Q?=C3?= =?utf-8?Q?=A4?=", "ä"},
        {"=?utf-8?Q?=C3?= =?UTF-8?B?pA==?=", "ä"},
        {"=?utf-8?Q?a=C3=A4?==?utf-8?Q?b?=", "aäb"},
        {"=?iso-8859-1?Q?=E4?= =?utf-8?Q?=C3=BC?=", "äü"},
        {"=?iso-8859-1?Q?=E4?= =?koi8-r?Q?=C1?= =?utf-8?Q?x?=", "äаx"},
        {"=?utf-8*de?Q?f=C3=BCr?=", "für"},
        {"=?utf-8?Q?Antrag f=C3=BCr alle?=", "Antrag für alle"},
        {"=?utf-8?Q?f=C3=BCr alle", "für alle"},
        {"=?utf-8?Q?f=C3=BCr?", "für"},
        {"=?utf-8?Q?=C3=BCber?=", "über"},
        {"=?utf-8?Q?wer?=C3=A4?=", "wer?ä"},
        {"=?utf-8?Q?was?"
         "?=",
         "was?"},
        {"=?utf-8?Q?a=3D=3F?= b", "a=? b"},
        {"=?utf-8?Q?a=ZZ?=", "a=ZZ"},
        {"=?utf-8?B?$$$?=", NULL},
        {"=?utf-8?Q?"
         "?=",
         NULL},
        {"=?utf-8?X?abc?=", "=?utf-8?X?abc?="},
        {"=?utf-8?Q", "=?utf-8?Q"},
        {"=?", "=?"},
        {"=?=?=?", "=?=?=?"},
        {"(=?utf-8?Q?a?=)", "(a)"},
        {"\"=?utf-8?Q?a?=\"", "\"a\""},
        {"=?x-none?Q?f=FCr?=", "für"},
        {"=?us-ascii?Q?f=FCr?=", "für"},
        {"=?utf-8?Q?f=FCr?=", "für"},
        {"=?iso-8859-1?Q?f=C3=BCr?=", "für"},
        {"=?utf-8?Q?f=C3=83=C2=BCr?=", "für"},
        {"=?iso-2022-jp?B?GyRCJCIbKEI=?=", "あ"},
        {"=?utf-8?Q?u=CC=88ber?=", "über"},
        {"=?utf-8?Q?a=0Db=0Ac=00d?=", "a b cd"},
        {"f\xc3\xbcr =?utf-8?Q?=C3=BC?=", "für ü"},
        {"f\xfcr =?iso-8859-1?Q?=FC?=", "für ü"},
        {"a = ? b", "a = ? b"},
        {"1+1=?", "1+1=?"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena *arena = arena_new();
        struct mail *mail =
            read_text(arena, arena_printf(arena, HEAD "Subject: %s\n\nx\n", cases[i].header));
        if (!text_equal(mail->subject, cases[i].subject))
            fail_msg("%s: %s", cases[i].header, mail->subject);
        arena_free(arena);
    }
}

static void words_in_addresses_are_decoded(void **state)
{
    static const struct {
        const char *header;
        size_t n;
        const char *name, *address; /* of the first one */
    } cases[] = {
        {"=?utf-8?Q?M=C3=BCller=2C_Karl?= <a@b.example>, c@d.example", 2, "Müller, Karl",
         "a@b.example"},
        {"=?utf-8?Q?M=C3=BC?= =?utf-8?Q?ller?= <a@b.example>", 1, "Müller", "a@b.example"},
        {"=?utf-8?Q?M=C3?= =?utf-8?Q?=BCller?= <a@b.example>", 1, "Müller", "a@b.example"},
        {"\"=?utf-8?Q?M=C3=BCller=2C_Karl?=\" <a@b.example>", 1, "Müller, Karl", "a@b.example"},
        {"\"Karl =?utf-8?Q?M=C3=BCller?=\" <a@b.example>", 1, "Karl Müller", "a@b.example"},
        {"Karl =?utf-8?Q?M=C3=BCller?= <a@b.example>", 1, "Karl Müller", "a@b.example"},
        {"=?utf-8?Q?M=C3=BCller?= Karl <a@b.example>", 1, "Müller Karl", "a@b.example"},
        {"=?utf-8?Q?M=C3=BCller?=<a@b.example>", 1, "Müller", "a@b.example"},
        {"=?utf-8?Q?Karl M=C3=BCller?= <a@b.example>", 1, "Karl Müller", "a@b.example"},
        {"=?utf-8?Q?=22Karl=22_M=5C?= <a@b.example>", 1, "\"Karl\" M\\", "a@b.example"},
        {"=?utf-8?Q?a=3Cx=40y.example=3E=2C?= <a@b.example>", 1, "a<x@y.example>,", "a@b.example"},
        {"=?utf-8?B?TcO8bGxlcg?= <a@b.example>", 1, "Müller", "a@b.example"},
        {"=?utf-8?Q?M=C3=BCller <a@b.example>", 1, "Müller", "a@b.example"},
        {"=?iso-8859-1?Q?M=FCller?= (=?utf-8?Q?B=C3=BCro?=) <a@b.example>", 1, "Müller",
         "a@b.example"},
        {"a@b.example (=?utf-8?Q?M=C3=BCller?=)", 1, "Müller", "a@b.example"},
        {"M\xfcller <a@b.example>", 1, "Müller", "a@b.example"},
        {"\"M\xc3\xbcller, Karl\" <a@b.example>", 1, "Müller, Karl", "a@b.example"},
        {"=? <a@b.example>", 1, "=?", "a@b.example"},
        {"\"=?utf-8?Q?=3D=3Futf-8=3FQ=3Fa=3F=3D?=\" <a@b.example>", 1,
         "=?utf-8?Q?a?=", "a@b.example"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena *arena = arena_new();
        struct mail *mail =
            read_text(arena, arena_printf(arena, HEAD "To: %s\n\nx\n", cases[i].header));
        if (mail->to.n != cases[i].n)
            fail_msg("%s: %zu addresses", cases[i].header, mail->to.n);
        if (!text_equal(mail->to.v[0].name, cases[i].name) ||
            !text_equal(mail->to.v[0].address, cases[i].address))
            fail_msg("%s: %s, %s", cases[i].header, mail->to.v[0].name, mail->to.v[0].address);
        arena_free(arena);
    }
}

/* ---- parameters ---- */

static void file_names_are_decoded(void **state)
{
    static const struct {
        const char *parameters, *name;
    } cases[] = {
        {"filename=Antrag.pdf", "Antrag.pdf"},
        {"filename = Antrag.pdf ; x=y", "Antrag.pdf"},
        {"filename=Antrag Radweg.pdf", "Antrag Radweg.pdf"},
        {"filename=\"Antrag; Radweg.pdf\"", "Antrag; Radweg.pdf"},
        {"filename=\"Antrag \\\"Radweg\\\".pdf\"", "Antrag \"Radweg\".pdf"},
        {"filename=\"Antrag Radweg.pdf", "Antrag Radweg.pdf"},
        {"filename='Antrag.pdf'", "'Antrag.pdf'"},
        {"filename*=utf-8''Antrag%20f%C3%BCr.pdf", "Antrag für.pdf"},
        {"filename*=UTF-8'de'f%C3%BCr.pdf", "für.pdf"},
        {"filename*=iso-8859-1'de'f%FCr.pdf", "für.pdf"},
        {"filename*=\"utf-8''f%C3%BCr.pdf\"", "für.pdf"},
        {"filename*=f%C3%BCr.pdf", "für.pdf"},
        {"filename*=''f%C3%BCr.pdf", "für.pdf"},
        {"filename*=utf-8''50%.pdf", "50%.pdf"},
        {"filename*0=An; filename*1=trag.pdf", "Antrag.pdf"},
        {"filename*1=trag.pdf; filename*0=An", "Antrag.pdf"},
        {"filename*0*=utf-8''f%C3; filename*1*=%BCr.pdf", "für.pdf"},
        {"filename*0*=utf-8''f%C3%BCr; filename*1=\" 50%.pdf\"", "für 50%.pdf"},
        {"filename*0=\"a\"; filename*1*=%C3%BC.pdf", "aü.pdf"},
        {"filename*00*=utf-8''a; filename*01*=b", "ab"},
        {"filename*0=\"=?utf-8?Q?f=C3=BC?=\"; filename*1=\"=?utf-8?Q?r.pdf?=\"", "für.pdf"},
        {"filename*0=\"=?utf-8?Q?f=C3=\"; filename*1=\"BCr.pdf?=\"", "für.pdf"},
        {"filename=old.pdf; filename*=utf-8''f%C3%BCr.pdf", "für.pdf"},
        {"filename*=utf-8''f%C3%BCr.pdf; filename=old.pdf", "für.pdf"},
        {"filename=a.pdf; filename=b.pdf", "a.pdf"},
        {"filename*0=a.pdf; filename=b.pdf", "a.pdf"},
        {"filename=\"=?utf-8?Q?f=C3=BCr.pdf?=\"", "für.pdf"},
        {"filename=\"=?utf-8?Q?f=C3=BC?= =?utf-8?Q?r.pdf?=\"", "für.pdf"},
        {"filename==?utf-8?Q?f=C3=BCr.pdf?=", "für.pdf"},
        {"filename=\"=?utf-8?B?ZsO8ci5wZGY?=\"", "für.pdf"},
        {"filename=\"f\xc3\xbcr.pdf\"", "für.pdf"},
        {"filename=\"f\xfcr.pdf\"", "für.pdf"},
        {"filename=\"fu\xcc\x88r.pdf\"", "für.pdf"},
        {"FILENAME=\"a.pdf\"", "a.pdf"},
        {"filename=\"f%C3%BCr%20alle.pdf\"", "für alle.pdf"},
        {"filename=\"50%20.pdf\"", "50%20.pdf"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena *arena = arena_new();
        struct mail *mail =
            read_text(arena, arena_printf(arena,
                                          HEAD "Content-Type: application/x-none\n"
                                               "Content-Disposition: attachment; %s\n\nx\n",
                                          cases[i].parameters));
        assert_int_equal(mail->part_count, 1);
        if (!text_equal(mail->parts[0].name, cases[i].name))
            fail_msg("%s: %s", cases[i].parameters, mail->parts[0].name);
        arena_free(arena);
    }
}

static void file_names_are_safe(void **state)
{
    static const struct {
        const char *written, *name;
    } cases[] = {
        {"../../etc/passwd", "passwd"},
        {"C:\\\\Users\\\\Karl\\\\Antrag.pdf", "Antrag.pdf"},
        {"a/..", NULL},
        {"..", NULL},
        {".", NULL},
        {"...", NULL},
        {".htaccess", "htaccess"},
        {"..a.pdf", "a.pdf"},
        {" . a.pdf . ", "a.pdf"},
        {"a.pdf.", "a.pdf"},
        {"a.pdf ..", "a.pdf"},
        {"Antrag\u202efdp.exe", "Antragfdp.exe"},
        {"a\u200bb\u2066c\u2069.pdf", "abc.pdf"},
        {"a\u2028b\u2029c.pdf", "a b c.pdf"},
        {"a\tb\x01\x7f.pdf", "a b .pdf"},
        {"a\xc2\x85.pdf", "a.pdf"},
        {"a  b.pdf", "a b.pdf"},
        {"a\u00a0b.pdf", "a b.pdf"},
        {"CON", "_CON"},
        {"con.pdf", "_con.pdf"},
        {"LPT1.txt", "_LPT1.txt"},
        {"COM\u00b2.txt", "_COM\u00b2.txt"},
        {"console.pdf", "console.pdf"},
        {"a\u2215etc\uff0fx", "x"},
        {"", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena *arena = arena_new();
        struct mail *mail = read_text(
            arena, arena_printf(arena, HEAD "Content-Type: application/x-none; name=\"%s\"\n\nx\n",
                                cases[i].written));
        if (!text_equal(mail->parts[0].name, cases[i].name))
            fail_msg("%s: %s", cases[i].written, mail->parts[0].name);
        arena_free(arena);
    }
}

/* A name keeps its ending when it is cut, and no character is cut in two. */
static void long_file_names_are_cut(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct text name;
    text_init(&name, arena);
    for (int i = 0; i < 300; i++)
        text_add(&name, i % 2 ? "ü" : "a");
    struct mail *mail = read_text(
        arena, arena_printf(arena, HEAD "Content-Type: application/x-none; name=\"%s.pdf\"\n\nx\n",
                            name.s));
    const char *cut = mail->parts[0].name;
    assert_true(strlen(cut) <= 255 && strlen(cut) > 250);
    assert_true(text_is_utf8(cut, strlen(cut)));
    assert_string_equal(cut + strlen(cut) - 4, ".pdf");
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(labels_are_known_by_their_letters),
        cmocka_unit_test(labels_that_say_nothing_are_none),
        cmocka_unit_test(charsets_are_those_of_iconv),
        cmocka_unit_test(labels_stand_for_one_charset),
        cmocka_unit_test(labels_that_lie_are_found_out),
        cmocka_unit_test(utf16_is_known_by_its_mark),
        cmocka_unit_test(words_are_decoded),
        cmocka_unit_test(words_in_addresses_are_decoded),
        cmocka_unit_test(file_names_are_decoded),
        cmocka_unit_test(file_names_are_safe),
        cmocka_unit_test(long_file_names_are_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
