/* SPDX-License-Identifier: EUPL-1.2 */
/* winmail.dat made byte by byte ([MS-OXTNEF]), whole and damaged. */
#include "test.h"

#include "mail/mail.h"
#include "mail/mapi.h"

#include <string.h>

#include <openssl/evp.h>

#define HEAD "From: a@b.example\nDate: Mon, 09 Feb 2026 09:15:04 +0100\nMessage-ID: <1@b.example>\n"

enum {
    MESSAGE = 1,
    ATTACHMENT = 2,
    CODEPAGE = 0x00069007,
    BODY = 0x0002800c,
    PROPERTIES = 0x00069003,
    BEGINS = 0x00069002,
    TITLE = 0x00018010,
    DATA = 0x0006800f,
    ATTACHMENT_PROPERTIES = 0x00069005,
};

enum { STRING8 = 0x1e, UNICODE = 0x1f, BINARY = 0x102, OBJECT = 0x0d, INT32 = 3, BOOLEAN = 0x0b };

static void put(struct text *text, uint32_t number, size_t n)
{
    for (size_t i = 0; i < n; i++)
        text_add_char(text, (char)(number >> 8 * i & 0xff));
}

static struct text *start(struct arena *arena)
{
    struct text *text = ARENA_NEW(arena, struct text);
    text_init(text, arena);
    return text;
}

static void attribute(struct text *tnef, unsigned level, uint32_t id, const char *bytes, size_t n)
{
    uint32_t sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (unsigned char)bytes[i];
    put(tnef, level, 1);
    put(tnef, id, 4);
    put(tnef, (uint32_t)n, 4);
    text_add_bytes(tnef, bytes, n);
    put(tnef, sum, 2);
}

static void string_attribute(struct text *tnef, unsigned level, uint32_t id, const char *s)
{
    attribute(tnef, level, id, s, strlen(s) + 1);
}

static struct text *tnef_start(struct arena *arena, uint32_t codepage)
{
    struct text *tnef = start(arena), *pages = start(arena);
    put(tnef, 0x223e9f78, 4);
    put(tnef, 1, 2);
    attribute(tnef, MESSAGE, 0x00089006, "\0\0\1\0", 4);
    put(pages, codepage, 4);
    put(pages, 0, 4);
    attribute(tnef, MESSAGE, CODEPAGE, pages->s, pages->len);
    return tnef;
}

static void property(struct text *list, unsigned type, unsigned id, const char *bytes, size_t n)
{
    put(list, type, 2);
    put(list, id, 2);
    put(list, 1, 4);
    put(list, (uint32_t)n, 4);
    text_add_bytes(list, bytes, n);
    put(list, 0, (4 - n % 4) % 4);
}

static void number_property(struct text *list, unsigned type, unsigned id, uint32_t number)
{
    put(list, type, 2);
    put(list, id, 2);
    put(list, number, 4);
}

/* A property with a name, and one of several values: both are passed over. */
static void odd_properties(struct text *list)
{
    put(list, BOOLEAN, 2);
    put(list, 0x8001, 2);
    text_add_bytes(list, "0123456789abcdef", 16);
    put(list, 1, 4);
    put(list, 6, 4);
    text_add_bytes(list, "n\0a\0\0\0\0\0", 8);
    put(list, 1, 4);
    put(list, 0x1000 | STRING8, 2);
    put(list, 0x6001, 2);
    put(list, 2, 4);
    for (int i = 0; i < 2; i++) {
        put(list, 5, 4);
        text_add_bytes(list, "abcde\0\0\0", 8);
    }
}

/* UTF-16LE of a text in Latin-1, with its NUL. */
static void unicode_property(struct text *list, unsigned id, const char *latin1)
{
    struct text *wide = start(list->arena);
    for (const char *p = latin1; *p; p++)
        put(wide, (unsigned char)*p, 2);
    put(wide, 0, 2);
    property(list, UNICODE, id, wide->s, wide->len);
}

/* In one line, which no mail program writes and every one reads. */
static void add_base64(struct text *mail, const struct text *file)
{
    unsigned char *encoded = arena_alloc(mail->arena, file->len / 3 * 4 + 8);
    EVP_EncodeBlock(encoded, (const unsigned char *)file->s, (int)file->len);
    text_add(mail, (const char *)encoded);
}

static const char *mail_with(struct arena *arena, const char *body, const char *type,
                             const struct text *file, size_t *n_r)
{
    struct text *mail = start(arena);
    text_addf(mail,
              HEAD "Content-Type: multipart/mixed; boundary=b\n\n--b\n\n%s\n--b\n"
                   "Content-Type: %s; name=winmail.dat\nContent-Transfer-Encoding: base64\n\n",
              body, type);
    add_base64(mail, file);
    text_add(mail, "\n--b--\n");
    *n_r = mail->len;
    return mail->s;
}

static struct mail *read_with(struct arena *arena, const char *body, const struct text *file)
{
    struct mail *mail;
    struct err err;
    size_t n;
    const char *bytes = mail_with(arena, body, "application/ms-tnef", file, &n);
    if (!mail_read(arena, bytes, n, MAIL_CONTENT, &mail, &err))
        fail_msg("%s", err.text);
    assert_int_equal(mail->part_count, 2);
    return mail;
}

static bool is_damaged(const struct mail *mail)
{
    return texts_has(&mail->defects, "bad-tnef");
}

/* ---- the message's text ---------------------------------------------------------------------- */

static void the_body_is_the_mails_where_it_has_none(void **state)
{
    static const struct {
        const char *own, *text;
    } cases[] = {
        {"", "Antrag für mehr Bäume"}, {"  \n", "Antrag für mehr Bäume"}, {"Hallo", "Hallo"}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena *arena = arena_new();
        struct text *tnef = tnef_start(arena, 1252);
        string_attribute(tnef, MESSAGE, BODY, "Antrag f\xfcr mehr B\xe4ume");
        struct mail *mail = read_with(arena, cases[i].own, tnef);
        assert_string_equal(text_trim(arena, mail->text), cases[i].text);
        assert_int_equal(mail->parts[1].text, PART_EXTRACTED);
        assert_string_equal(mail->parts[1].content, "Antrag für mehr Bäume");
        assert_null(mail->parts[1].documents[0].name);
        assert_false(mail->parts[1].is_body);
        assert_false(is_damaged(mail));
        arena_free(arena);
    }
}

static void strings_have_the_code_page_of_the_file(void **state)
{
    static const struct {
        uint32_t codepage;
        const char *bytes, *text;
    } cases[] = {
        {1252, "f\xfcr", "für"},      {850, "f\x81r", "für"},     {1250, "\x9aumava", "šumava"},
        {65001, "f\xc3\xbcr", "für"}, {28605, "10 \xa4", "10 €"}, {0, "f\xfcr", "für"},
        {4711, "f\xc3\xbcr", "für"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena *arena = arena_new();
        struct text *tnef = tnef_start(arena, cases[i].codepage);
        string_attribute(tnef, MESSAGE, BODY, cases[i].bytes);
        assert_string_equal(read_with(arena, "", tnef)->parts[1].content, cases[i].text);
        arena_free(arena);
    }
}

static void properties_win_over_attributes(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct text *tnef = tnef_start(arena, 1252), *list = start(arena);
    put(list, 4, 4);
    odd_properties(list);
    number_property(list, INT32, 0x3fde, 65001);
    unicode_property(list, 0x1000,
                     "Gr\xfc\xdf"
                     "e");
    string_attribute(tnef, MESSAGE, BODY, "Gr??e");
    attribute(tnef, MESSAGE, PROPERTIES, list->s, list->len);
    struct mail *mail = read_with(arena, "", tnef);
    assert_string_equal(mail->parts[1].content, "Grüße");
    assert_false(is_damaged(mail));
    arena_free(arena);
}

static void html_is_read_in_its_own_code_page(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct text *tnef = tnef_start(arena, 1252), *list = start(arena);
    static const char html[] = "<p>Straßenbäume</p><script>nein</script>";
    put(list, 2, 4);
    number_property(list, INT32, 0x3fde, 65001);
    property(list, BINARY, 0x1013, html, sizeof html - 1);
    attribute(tnef, MESSAGE, PROPERTIES, list->s, list->len);
    struct mail *mail = read_with(arena, "", tnef);
    assert_string_equal(text_trim(arena, mail->text), "Straßenbäume");
    arena_free(arena);
}

/* ---- attachments ----------------------------------------------------------------------------- */

static struct text *eml(struct arena *arena, const char *text)
{
    struct text *mail = start(arena);
    text_addf(mail, HEAD "Subject: x\n\n%s\n", text);
    return mail;
}

/* An attachment as Outlook writes it: the short name as attribute, the long one as property. */
static void attach(struct text *tnef, const char *title, const char *long_name,
                   const struct text *file)
{
    attribute(tnef, ATTACHMENT, BEGINS, "\1\0\377\377\377\377\0\0\0\0\0\0\0\0", 14);
    string_attribute(tnef, ATTACHMENT, TITLE, title);
    if (file)
        attribute(tnef, ATTACHMENT, DATA, file->s, file->len);
    struct text *list = start(tnef->arena);
    put(list, long_name ? 2 : 1, 4);
    number_property(list, INT32, 0x3705, 1);
    if (long_name)
        unicode_property(list, 0x3707, long_name);
    attribute(tnef, ATTACHMENT, ATTACHMENT_PROPERTIES, list->s, list->len);
}

static void attachments_are_documents_with_safe_names(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct text *tnef = tnef_start(arena, 1252);
    string_attribute(tnef, MESSAGE, BODY, "siehe Anlagen");
    attach(tnef, "ANTRAG~1.EML", "C:\\Eigene\\Antrag B\xe4ume.eml", eml(arena, "eins"));
    attach(tnef, "../zwei.eml", NULL, eml(arena, "zwei"));
    attach(tnef, "bild.jpg", NULL, eml(arena, "kein Text"));
    struct mail *mail = read_with(arena, "Hallo", tnef);
    const struct mail_part *part = &mail->parts[1];
    assert_int_equal(part->document_count, 3);
    assert_string_equal(part->documents[0].text, "siehe Anlagen");
    assert_string_equal(part->documents[1].name, "Antrag Bäume.eml");
    assert_string_equal(part->documents[1].text, "eins\n");
    assert_string_equal(part->documents[2].name, "zwei.eml");
    assert_string_equal(part->documents[2].text, "zwei\n");
    for (size_t i = 0; i < part->document_count; i++) {
        const struct mail_document *document = &part->documents[i];
        assert_false(document->is_body);
        assert_memory_equal(part->content + document->offset, document->text,
                            strlen(document->text));
    }
    assert_int_equal(mail->defects.n, 0);
    arena_free(arena);
}

/* A name says what a file is only where its bytes do not. */
static void texts_and_pages_are_read_within(void **state)
{
    static const struct {
        const char *name, *bytes, *text;
    } cases[] = {
        {"Antrag.txt",
         "Stra\xdf"
         "e",
         "Straße"},
        {"Antrag.html", "<p>Stra&szlig;e<script>nein</script>", "Straße"},
        {"Antrag.htm", "<p>Wald", "Wald"},
        {"Antrag.txt", "{\\rtf1 Wald}", "Wald"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena *arena = arena_new();
        struct text *tnef = tnef_start(arena, 1252), *file = start(arena);
        text_add(file, cases[i].bytes);
        attach(tnef, cases[i].name, NULL, file);
        struct mail *mail = read_with(arena, "Hallo", tnef);
        assert_int_equal(mail->parts[1].document_count, 1);
        assert_string_equal(mail->parts[1].documents[0].name, cases[i].name);
        assert_string_equal(text_trim(arena, mail->parts[1].documents[0].text), cases[i].text);
        arena_free(arena);
    }
}

static void a_wrapping_without_files_is_no_attachment(void **state)
{
    (void)state;
    for (int files = 0; files < 2; files++) {
        struct arena *arena = arena_new();
        struct text *tnef = tnef_start(arena, 1252);
        string_attribute(tnef, MESSAGE, BODY, "siehe Anlage");
        if (files)
            attach(tnef, "bild.jpg", NULL, eml(arena, "x"));
        struct mail *mail = read_with(arena, "siehe Anlage", tnef);
        assert_int_equal(texts_has(&mail->defects, "attachment-missing"), files == 0);
        arena_free(arena);
    }
}

static void attach_message(struct text *tnef, const struct text *inner)
{
    struct text *list = start(tnef->arena), *object = start(tnef->arena);
    text_add_bytes(object, "0123456789abcdef", 16);
    text_add_bytes(object, inner->s, inner->len);
    put(list, 2, 4);
    property(list, STRING8, 0x3001, "Weitergeleitet", 15);
    property(list, OBJECT, 0x3701, object->s, object->len);
    attribute(tnef, ATTACHMENT, BEGINS, "\2\0", 2);
    attribute(tnef, ATTACHMENT, ATTACHMENT_PROPERTIES, list->s, list->len);
}

static struct text *nested(struct arena *arena, int levels)
{
    struct text *tnef = tnef_start(arena, 1252);
    string_attribute(tnef, MESSAGE, BODY, arena_printf(arena, "Ebene %d", levels));
    if (levels > 1)
        attach_message(tnef, nested(arena, levels - 1));
    return tnef;
}

static void attached_messages_are_opened_three_deep(void **state)
{
    (void)state;
    for (int levels = 1; levels < 6; levels++) {
        struct arena *arena = arena_new();
        struct mail *mail = read_with(arena, "", nested(arena, levels));
        const struct mail_part *part = &mail->parts[1];
        assert_int_equal(part->document_count, levels < 3 ? levels : 3);
        assert_true(part->documents[0].is_body);
        assert_int_equal(texts_has(&mail->defects, "too-many-files"), levels > 3);
        for (size_t i = 1; i < part->document_count; i++) {
            assert_string_equal(part->documents[i].name, "Weitergeleitet");
            assert_false(part->documents[i].is_body);
        }
        arena_free(arena);
    }
}

/* ---- damage ---------------------------------------------------------------------------------- */

static struct text *two_letters(struct arena *arena)
{
    struct text *tnef = tnef_start(arena, 1252);
    string_attribute(tnef, MESSAGE, BODY, "Brief");
    attach(tnef, "a.eml", NULL, eml(arena, "eins"));
    attach(tnef, "b.eml", NULL, eml(arena, "zwei"));
    return tnef;
}

static void a_wrong_sum_costs_nothing_but_the_defect(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct text *tnef = tnef_start(arena, 1252);
    string_attribute(tnef, MESSAGE, BODY, "Brief");
    tnef->s[tnef->len - 1] ^= 1;
    attach(tnef, "a.eml", NULL, eml(arena, "eins"));
    struct mail *mail = read_with(arena, "", tnef);
    assert_string_equal(mail->parts[1].content, "Brief\neins\n");
    assert_true(is_damaged(mail));
    arena_free(arena);
}

/* Wherever it is cut off: told, but where an attribute just ends. */
static void what_stands_before_the_damage_is_read(void **state)
{
    (void)state;
    struct arena *whole = arena_new();
    const struct text *tnef = two_letters(whole);
    size_t silent = 0, text = 0, attachment = 0;
    for (size_t n = 4; n <= tnef->len; n++) {
        struct arena *arena = arena_new();
        struct text *cut = start(arena);
        text_add_bytes(cut, tnef->s, n);
        struct mail *mail = read_with(arena, "", cut);
        const char *content = mail->parts[1].content;
        silent += !is_damaged(mail);
        text += content && text_starts(content, "Brief\n");
        attachment += content && text_starts(content, "Brief\neins\n");
        arena_free(arena);
    }
    assert_true(silent < 20);
    assert_true(text > tnef->len / 2);
    assert_true(attachment > tnef->len / 4 && attachment < text);
    arena_free(whole);
}

static void what_is_none_is_unreadable(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct text *none = start(arena);
    text_add(none, "nothing of the kind");
    struct mail *mail = read_with(arena, "", none);
    assert_int_equal(mail->parts[1].text, PART_UNREADABLE);
    assert_true(is_damaged(mail));
    arena_free(arena);
}

static void counts_that_lie_end_soon(void **state)
{
    static const unsigned types[] = {STRING8, INT32, 0x1000 | INT32, 0x1000 | BINARY, 0x1001, 0x77};
    (void)state;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        struct arena *arena = arena_new();
        struct text *tnef = tnef_start(arena, 1252), *list = start(arena);
        put(list, 0xffffffff, 4);
        put(list, types[i], 2);
        put(list, 0x6001, 2);
        put(list, 0xffffffff, 4);
        put(list, 0xffffffff, 4);
        attribute(tnef, MESSAGE, PROPERTIES, list->s, list->len);
        string_attribute(tnef, MESSAGE, BODY, "Brief");
        struct mail *mail = read_with(arena, "", tnef);
        assert_string_equal(mail->parts[1].content, "Brief");
        assert_true(is_damaged(mail));
        arena_free(arena);
    }
}

/* ---- compressed RTF: the examples of [MS-OXRTFCP] section 4 ---------------------------------- */

static const unsigned char hello[] = {0x2d, 0x00, 0x00, 0x00, 0x2b, 0x00, 0x00, 0x00, 0x4c, 0x5a,
                                      0x46, 0x75, 0xf1, 0xc5, 0xc7, 0xa7, 0x03, 0x00, 0x0a, 0x00,
                                      0x72, 0x63, 0x70, 0x67, 0x31, 0x32, 0x35, 0x42, 0x32, 0x0a,
                                      0xf3, 0x20, 0x68, 0x65, 0x6c, 0x09, 0x00, 0x20, 0x62, 0x77,
                                      0x05, 0xb0, 0x6c, 0x64, 0x7d, 0x0a, 0x80, 0x0f, 0xa0};
static const unsigned char repeated[] = {
    0x1a, 0x00, 0x00, 0x00, 0x1c, 0x00, 0x00, 0x00, 0x4c, 0x5a, 0x46, 0x75, 0xe2, 0xd4, 0x4b,
    0x51, 0x41, 0x00, 0x04, 0x20, 0x57, 0x58, 0x59, 0x5a, 0x0d, 0x6e, 0x7d, 0x01, 0x0e, 0xb0};

static bool unpack(struct arena *arena, const unsigned char *bytes, size_t n, char **rtf_r,
                   bool *damaged_r)
{
    size_t size;
    return mapi_unpack_rtf(arena, (const char *)bytes, n, 1000, rtf_r, &size, damaged_r);
}

static void rtf_is_unpacked(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    char *rtf;
    bool damaged;
    assert_true(unpack(arena, hello, sizeof hello, &rtf, &damaged));
    assert_string_equal(rtf, "{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n");
    assert_false(damaged);
    assert_true(unpack(arena, repeated, sizeof repeated, &rtf, &damaged));
    assert_string_equal(rtf, "{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}");
    assert_false(damaged);
    arena_free(arena);
}

static void rtf_that_is_cut_off_is_unpacked_so_far(void **state)
{
    (void)state;
    for (size_t n = 0; n < sizeof hello; n++) {
        struct arena *arena = arena_new();
        char *rtf;
        bool damaged;
        if (unpack(arena, hello, n, &rtf, &damaged)) {
            assert_true(damaged);
            assert_true(text_starts("{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n", rtf));
        } else {
            assert_true(n < 20);
        }
        arena_free(arena);
    }
}

/* RTF that is not compressed ([MS-OXRTFCP] section 2.1.3.1.5), as the only form of the text. */
/* Not compressed. */
static void add_rtf(struct text *tnef, const char *rtf, uint32_t size)
{
    struct text *packed = start(tnef->arena), *list = start(tnef->arena);
    put(packed, (uint32_t)strlen(rtf) + 12, 4);
    put(packed, size, 4);
    put(packed, 0x414c454d, 4);
    put(packed, 0, 4);
    text_add(packed, rtf);
    put(list, 1, 4);
    property(list, BINARY, 0x1009, packed->s, packed->len);
    attribute(tnef, MESSAGE, PROPERTIES, list->s, list->len);
}

static struct mail *read_rtf(struct arena *arena, const char *rtf, uint32_t size)
{
    struct text *tnef = tnef_start(arena, 1252);
    add_rtf(tnef, rtf, size);
    return read_with(arena, "", tnef);
}

static void rtf_counts_where_there_is_nothing_else(void **state)
{
    static const struct {
        const char *rtf, *text;
    } cases[] = {
        {"{\\rtf1\\ansi\\ansicpg1252 Stra\\'dfe\\par Wald}", "Straße\nWald"},
        {"{\\rtf1\\ansi\\ansicpg1252\\fromhtml1 {\\*\\htmltag19 <html>}"
         "{\\*\\htmltag64 <p>}\\htmlrtf {\\htmlrtf0 Stra\\'dfe\\htmlrtf \\par}\\htmlrtf0 "
         "{\\*\\htmltag72 </p>}Wald}",
         "Straße\nWald"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena *arena = arena_new();
        struct mail *mail = read_rtf(arena, cases[i].rtf, (uint32_t)strlen(cases[i].rtf));
        assert_string_equal(text_trim(arena, mail->text), cases[i].text);
        assert_false(is_damaged(mail));
        arena_free(arena);
    }
}

static void rtf_that_is_shorter_than_it_says_is_told(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct mail *mail = read_rtf(arena, "{\\rtf1 Wald}", 4000000000);
    assert_string_equal(text_trim(arena, mail->text), "Wald");
    assert_true(is_damaged(mail));
    arena_free(arena);
}

/* A blank text is looked for before every attachment; what is unpacked for it counts only once. */
static void rtf_is_unpacked_once(void **state)
{
    (void)state;
    const size_t size = (size_t)1024 * 1024;
    struct arena *arena = arena_new();
    struct text *tnef = tnef_start(arena, 1252);
    char *blank = arena_alloc(arena, size + 1);
    memset(blank, '\n', size);
    memcpy(blank, "{\\rtf1", 6);
    add_rtf(tnef, blank, (uint32_t)size);
    for (int i = 0; i < 80; i++)
        attach(tnef, "bild.jpg", NULL, NULL);
    struct mail *mail = read_with(arena, "siehe Anlagen", tnef);
    assert_false(texts_has(&mail->defects, "too-much-unpacked"));
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_body_is_the_mails_where_it_has_none),
        cmocka_unit_test(strings_have_the_code_page_of_the_file),
        cmocka_unit_test(properties_win_over_attributes),
        cmocka_unit_test(html_is_read_in_its_own_code_page),
        cmocka_unit_test(attachments_are_documents_with_safe_names),
        cmocka_unit_test(texts_and_pages_are_read_within),
        cmocka_unit_test(a_wrapping_without_files_is_no_attachment),
        cmocka_unit_test(attached_messages_are_opened_three_deep),
        cmocka_unit_test(a_wrong_sum_costs_nothing_but_the_defect),
        cmocka_unit_test(what_stands_before_the_damage_is_read),
        cmocka_unit_test(what_is_none_is_unreadable),
        cmocka_unit_test(counts_that_lie_end_soon),
        cmocka_unit_test(rtf_is_unpacked),
        cmocka_unit_test(rtf_that_is_cut_off_is_unpacked_so_far),
        cmocka_unit_test(rtf_counts_where_there_is_nothing_else),
        cmocka_unit_test(rtf_that_is_shorter_than_it_says_is_told),
        cmocka_unit_test(rtf_is_unpacked_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
