/* SPDX-License-Identifier: EUPL-1.2 */
/* S/MIME that is one part: made byte by byte where only the wrapping matters. */
#include "test.h"

#include "mail/mail.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#define HEAD "From: a@b.example\nDate: Mon, 09 Feb 2026 09:15:04 +0100\nMessage-ID: <1@b.example>\n"
#define OID_DATA "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01"
#define OID_SIGNED "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02"
#define OID_ENVELOPED "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03"
#define OID_AUTH_ENVELOPED "\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x17"

static struct text *start(struct arena *arena)
{
    struct text *text = ARENA_NEW(arena, struct text);
    text_init(text, arena);
    return text;
}

static void bytes(struct text *to, const char *s, size_t n)
{
    text_add_bytes(to, s, n);
}

/* An element with a length of four bytes. */
static void element(struct text *to, unsigned tag, const char *s, size_t n)
{
    text_add_char(to, (char)tag);
    text_add_char(to, (char)0x84);
    for (int shift = 24; shift >= 0; shift -= 8)
        text_add_char(to, (char)(n >> shift & 0xff));
    bytes(to, s, n);
}

static struct text *within(unsigned tag, const struct text *inner)
{
    struct text *outer = start(inner->arena);
    element(outer, tag, inner->s, inner->len);
    return outer;
}

static struct text *content_info(struct arena *arena, const char *oid, size_t oid_n,
                                 const struct text *content)
{
    struct text *info = start(arena);
    bytes(info, oid, oid_n);
    if (content) {
        const struct text *tagged = within(0xa0, content);
        bytes(info, tagged->s, tagged->len);
    }
    return within(0x30, info);
}

/* SignedData without signers (RFC 5652 section 5.1); content NULL: none. */
static struct text *signed_data(struct arena *arena, const char *content, size_t n,
                                size_t certificates)
{
    struct text *octets = start(arena), *body = start(arena);
    element(octets, 0x04, content ? content : "", content ? n : 0);
    bytes(body, "\x02\x01\x01\x31\x00", 5);
    const struct text *inner =
        content_info(arena, OID_DATA, sizeof OID_DATA - 1, content ? octets : NULL);
    bytes(body, inner->s, inner->len);
    struct text *set = start(arena);
    for (size_t i = 0; i < certificates; i++)
        bytes(set, "\x30\x00", 2);
    if (certificates > 0)
        element(body, 0xa0, set->s, set->len);
    bytes(body, "\x31\x00", 2);
    return content_info(arena, OID_SIGNED, sizeof OID_SIGNED - 1, within(0x30, body));
}

static struct text *sign(struct arena *arena, const char *content)
{
    return signed_data(arena, content, strlen(content), 0);
}

/* In one line, which no mail program writes and every one reads. */
static void add_base64(struct text *mail, const struct text *file)
{
    unsigned char *encoded = arena_alloc(mail->arena, file->len / 3 * 4 + 8);
    EVP_EncodeBlock(encoded, (const unsigned char *)file->s, (int)file->len);
    text_add(mail, (const char *)encoded);
}

static void add_part(struct text *mail, const char *type, const struct text *file)
{
    text_addf(mail, "Content-Type: %s\nContent-Transfer-Encoding: base64\n\n", type);
    add_base64(mail, file);
}

static struct mail *read_as(struct arena *arena, const struct text *mail_text,
                            enum mail_depth depth)
{
    struct mail *mail;
    struct err err;
    if (!mail_read(arena, mail_text->s, mail_text->len, depth, &mail, &err))
        fail_msg("%s", err.text);
    return mail;
}

static struct mail *read_part(struct arena *arena, const char *type, const struct text *file)
{
    struct text *mail = start(arena);
    text_add(mail, HEAD);
    add_part(mail, type, file);
    return read_as(arena, mail, MAIL_CONTENT);
}

#define OPAQUE "application/pkcs7-mime; smime-type=signed-data; name=smime.p7m"
#define INNER                                                                        \
    "Content-Type: multipart/mixed; boundary=i\r\n\r\n--i\r\n"                       \
    "Content-Type: text/plain; charset=iso-8859-1\r\n\r\nAntrag f\xfcr B\xe4ume\r\n" \
    "--i\r\nContent-Type: text/plain; name=\"Anlage.txt\"\r\n\r\nAnlage\r\n--i--\r\n"

static void signed_content_is_the_mail(void **state)
{
    static const char *const types[] = {OPAQUE, "application/x-pkcs7-mime; name=smime.p7m",
                                        "application/pkcs7-mime",
                                        "application/octet-stream; name=smime.p7m"};
    (void)state;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        struct arena *arena = arena_new();
        struct mail *mail = read_part(arena, types[i], sign(arena, INNER));
        assert_string_equal(text_trim(arena, mail->text), "Antrag für Bäume");
        assert_int_equal(mail->part_count, 1);
        assert_string_equal(mail->parts[0].path, "1");
        assert_int_equal(mail->parts[0].text, PART_EXTRACTED);
        assert_int_equal(mail->parts[0].document_count, 2);
        assert_true(mail->parts[0].documents[0].is_body);
        assert_false(mail->parts[0].documents[1].is_body);
        assert_string_equal(mail->parts[0].documents[1].name, "Anlage.txt");
        assert_string_equal(text_trim(arena, mail->parts[0].documents[1].text), "Anlage");
        assert_int_equal(mail->defects.n, 0);
        arena_free(arena);
    }
}

static void it_waits_for_the_job_content(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct text *text = start(arena);
    text_add(text, HEAD);
    add_part(text, OPAQUE, sign(arena, INNER));
    struct mail *mail = read_as(arena, text, MAIL_HEAD);
    assert_true(mail->wants_content);
    assert_string_equal(mail->text, "");
    arena_free(arena);
}

static void another_body_comes_first(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct text *text = start(arena);
    text_add(text, HEAD "Content-Type: multipart/mixed; boundary=o\n\n--o\n\nAnschreiben\n--o\n");
    add_part(text, OPAQUE, sign(arena, INNER));
    text_add(text, "\n--o--\n");
    struct mail *mail = read_as(arena, text, MAIL_CONTENT);
    assert_string_equal(mail->text, "Anschreiben");
    assert_int_equal(mail->parts[1].document_count, 2);
    assert_false(mail->parts[1].documents[0].is_body);
    arena_free(arena);
}

static void a_list_puts_its_footer_below(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct text *text = start(arena);
    text_add(text, HEAD "Content-Type: multipart/mixed; boundary=o\n\n--o\n");
    add_part(text, OPAQUE, sign(arena, INNER));
    text_add(text, "\n--o\n\nVerteiler\n--o--\n");
    struct mail *mail = read_as(arena, text, MAIL_CONTENT);
    assert_true(mail->parts[0].documents[0].is_body);
    assert_true(mail->parts[1].documents[0].is_body);
    arena_free(arena);
}

static void what_is_encrypted_is_told_by_its_bytes(void **state)
{
    static const struct {
        const char *oid;
        size_t n;
    } cases[] = {{OID_ENVELOPED, sizeof OID_ENVELOPED - 1},
                 {OID_AUTH_ENVELOPED, sizeof OID_AUTH_ENVELOPED - 1}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena *arena = arena_new();
        struct text *body = start(arena);
        bytes(body, "\x02\x01\x00", 3);
        struct mail *mail =
            read_part(arena, "application/pkcs7-mime; smime-type=signed-data",
                      content_info(arena, cases[i].oid, cases[i].n, within(0x30, body)));
        assert_int_equal(mail->parts[0].text, PART_ENCRYPTED);
        assert_int_equal(mail->defects.n, 0);
        arena_free(arena);
    }
}

static void what_has_no_content_has_no_text(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct mail *mail = read_part(arena, "application/pkcs7-mime; smime-type=certs-only",
                                  signed_data(arena, NULL, 0, 0));
    assert_int_equal(mail->parts[0].text, PART_NONE);
    assert_int_equal(mail->defects.n, 0);
    arena_free(arena);
}

static void a_signed_file_is_read_as_the_file(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct mail *mail = read_part(arena, "application/pkcs7-mime; name=\"../Antrag.eml.p7m\"",
                                  sign(arena, HEAD "\r\nBrief\r\n"));
    assert_int_equal(mail->parts[0].document_count, 1);
    assert_string_equal(mail->parts[0].documents[0].name, "Antrag.eml");
    assert_string_equal(mail->parts[0].documents[0].text, "Brief\n");
    assert_false(mail->parts[0].documents[0].is_body);
    arena_free(arena);
}

static void a_message_in_it_is_handed_on(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct mail *mail = read_part(
        arena, OPAQUE,
        sign(arena, "Content-Type: multipart/mixed; boundary=i\r\n\r\n--i\r\n\r\nanbei\r\n--i\r\n"
                    "Content-Type: message/rfc822\r\n\r\nFrom: c@d.example\r\n\r\nAntrag\r\n"
                    "--i--\r\n"));
    assert_int_equal(mail->forward_count, 1);
    assert_string_equal(mail->forwards[0].path, "1");
    assert_string_equal(mail->forwards[0].from.v[0].address, "c@d.example");
    assert_false(texts_has(&mail->defects, "attachment-missing"));
    arena_free(arena);
}

/* A signature around a signature, and how often. */
static void signatures_in_signatures_are_opened_three_deep(void **state)
{
    (void)state;
    for (int levels = 1; levels < 6; levels++) {
        struct arena *arena = arena_new();
        struct text *file = sign(arena, "\r\nAntrag\r\n");
        for (int i = 1; i < levels; i++) {
            struct text *entity = start(arena);
            add_part(entity, OPAQUE, file);
            file = signed_data(arena, entity->s, entity->len, 0);
        }
        struct mail *mail = read_part(arena, OPAQUE, file);
        assert_string_equal(text_trim(arena, mail->text), levels <= 3 ? "Antrag" : "");
        assert_int_equal(texts_has(&mail->defects, "too-many-files"), levels > 3);
        arena_free(arena);
    }
}

static void damage_is_told(void **state)
{
    (void)state;
    struct arena *whole = arena_new();
    const struct text *file = sign(whole, INNER);
    for (size_t n = 0; n < file->len; n += 7) {
        struct arena *arena = arena_new();
        struct text *cut = start(arena);
        bytes(cut, file->s, n);
        struct mail *mail = read_part(arena, OPAQUE, cut);
        assert_int_equal(mail->parts[0].text, PART_UNREADABLE);
        assert_true(texts_has(&mail->defects, "bad-smime"));
        arena_free(arena);
    }
    arena_free(whole);
}

/* Half a gigabyte of OpenSSL's objects in four megabytes of mail. */
static void more_structure_than_bytes_is_refused(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct mail *mail =
        read_part(arena, OPAQUE, signed_data(arena, "\r\nx", 3, (size_t)2 * 1000 * 1000));
    assert_int_equal(mail->parts[0].text, PART_UNREADABLE);
    assert_true(texts_has(&mail->defects, "bad-smime"));
    arena_free(arena);
}

/* What OpenSSL writes by itself: pieces of indefinite length, a real signature. */
static void what_openssl_signs_is_read(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    const char *directory = getenv("builddir");
    char *command = arena_printf(
        arena,
        "cd '%s' && umask 077 && openssl req -x509 -newkey rsa:2048 -nodes -keyout cms-test.key "
        "-out cms-test.pem -subj /CN=Test -days 2 2>/dev/null && printf '\\r\\nAntrag\\r\\n' | "
        "openssl cms -sign -signer cms-test.pem -inkey cms-test.key -nodetach -binary -stream "
        "-outform DER; rm -f cms-test.key cms-test.pem",
        directory ? directory : ".");
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    char buffer[16384];
    struct text *file = start(arena);
    bytes(file, buffer, fread(buffer, 1, sizeof buffer, pipe));
    assert_int_equal(pclose(pipe), 0);
    struct mail *mail = read_part(arena, OPAQUE, file);
    assert_string_equal(mail->text, "Antrag\n");
    assert_int_equal(mail->defects.n, 0);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signed_content_is_the_mail),
        cmocka_unit_test(it_waits_for_the_job_content),
        cmocka_unit_test(another_body_comes_first),
        cmocka_unit_test(a_list_puts_its_footer_below),
        cmocka_unit_test(what_is_encrypted_is_told_by_its_bytes),
        cmocka_unit_test(what_has_no_content_has_no_text),
        cmocka_unit_test(a_signed_file_is_read_as_the_file),
        cmocka_unit_test(a_message_in_it_is_handed_on),
        cmocka_unit_test(signatures_in_signatures_are_opened_three_deep),
        cmocka_unit_test(damage_is_told),
        cmocka_unit_test(more_structure_than_bytes_is_refused),
        cmocka_unit_test(what_openssl_signs_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
