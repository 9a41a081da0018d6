/* SPDX-License-Identifier: EUPL-1.2 */
#include "mail/mail.h"

#include "mail/body_sum.h"
#include "mail/inside.h"

#include <string.h>
#include <strings.h>

#ifdef WITH_SANITIZERS
#include <sanitizer/lsan_interface.h>
#endif

/* What mail_read() needs of GMime, once a process. */
static GMimeParserOptions *options;

/*
 * Attached messages are leaves to GMime: its own class for them parses their address fields at
 * once, and a "To: g:g:g:..." of 80 kB overflows the stack there.
 */
static void register_types(void)
{
    static const char *const subtypes[] = {"rfc822", "rfc2822", "global", "news"};
    for (size_t i = 0; i < sizeof subtypes / sizeof *subtypes; i++)
        g_mime_object_register_type("message", subtypes[i], GMIME_TYPE_PART);
}

/* What is made or opened at first use, GObject's classes, OpenSSL's configuration, the zone, is so
 * used once. */
static void rehearse(void)
{
    static const char mail_text[] =
        "From: A <a@b.example>\n"
        "Date: Tue, 04 Aug 2015 12:03:11 +0200\n"
        "Subject: =?utf-8?Q?=C3=A4?=\n"
        "Content-Type: multipart/mixed; boundary=b\n\n"
        "--b\n\na\n--b\nContent-Type: text/html\n\n<p>b</p>\n"
        "--b\nContent-Type: application/pkcs7-mime\n"
        "Content-Transfer-Encoding: base64\n\n"
        "MCkGCSqGSIb3DQEHAqAcMBoCAQExADARBgkqhkiG9w0BBwGgBAQCCmExAA==\n--b--\n";
    struct arena *arena = arena_new();
    struct mail *mail;
    struct err err;
    if (!mail_read(arena, mail_text, sizeof mail_text - 1, MAIL_CONTENT, &mail, &err))
        panic("%s", err.text);
    arena_free(arena);
}

void mail_preload(void)
{
    static const char *fallback[] = {"utf-8", "windows-1252", NULL};
    if (options)
        return;
#ifdef WITH_SANITIZERS
    __lsan_disable(); /* GMime drops the entries that register_types() replaces */
#endif
    g_mime_init();
    register_types();
#ifdef WITH_SANITIZERS
    __lsan_enable();
#endif
    options = g_mime_parser_options_new();
    g_mime_parser_options_set_fallback_charsets(options, fallback);
    charset_preload();
    html_preload();
    documents_preload();
    rehearse();
}

void reader_defect(struct reader *reader, const char *word)
{
    if (!texts_has(&reader->mail->defects, word))
        texts_add(&reader->mail->defects, reader->arena, word);
}

static void note_warning(gint64 offset, GMimeParserWarning code, const gchar *item, gpointer data)
{
    (void)offset;
    (void)item;
    struct reader *reader = data;
    if (code == GMIME_WARN_MALFORMED_MULTIPART || code == GMIME_WARN_TRUNCATED_MESSAGE)
        reader_defect(reader, "truncated");
    else if (code == GMIME_CRIT_NESTING_OVERFLOW)
        reader_defect(reader, "too-deep");
    else if (code == GMIME_CRIT_MULTIPART_WITHOUT_BOUNDARY)
        reader_defect(reader, "bad-mime");
}

static void add_body(const struct mail_part *part, struct text *text)
{
    for (size_t i = 0; i < part->document_count; i++) {
        if (!part->documents[i].is_body)
            continue;
        if (text->len > 0)
            text_add_char(text, '\n');
        text_add(text, part->documents[i].text);
    }
}

/* The texts that make the body, one below the other. */
static void join_body(struct reader *reader)
{
    struct mail *mail = reader->mail;
    struct text text;
    text_init(&text, reader->arena);
    for (size_t i = 0; i < mail->part_count; i++)
        add_body(&mail->parts[i], &text);
    mail->text = text.s;
    if (!reader->has_attachment && text_speaks_of_attachment(reader->arena, mail->text))
        reader_defect(reader, "attachment-missing");
}

static void classify(struct reader *reader)
{
    struct param_value type;
    param_parse(reader->arena, field_first(&reader->fields, "Content-Type"), &type);
    if (reader->report_type)
        mail_classify(reader, "multipart/report", reader->report_type);
    else
        mail_classify(reader, type.value, param_get(&type, "report-type"));
}

bool mail_read(struct arena *arena, const char *bytes, size_t n, enum mail_depth depth,
               struct mail **mail_r, struct err *err_r)
{
    size_t body, odd;
    if (n == 0)
        return err_set(err_r, ERR_DATA, "the mail is empty");
    bool large = !header_check(bytes, n, &body, err_r);
    if (large)
        bytes = header_cut(arena, bytes, n, &n);
    if (large && !header_check(bytes, n, &body, err_r))
        return false;
    mail_preload();
    struct reader reader = {
        .arena = arena, .depth = depth, .budget = n * 4, .text_room = MAIL_MAX_TEXT};
    reader.mail = ARENA_NEW(arena, struct mail);
    reader.options = g_mime_parser_options_clone(options);
    g_mime_parser_options_set_warning_callback(reader.options, note_warning, &reader);
    header_split(arena, bytes, body, &reader.fields, &odd);
    if (large)
        reader_defect(&reader, "header-too-large");
    if (memchr(bytes, '\0', n))
        reader_defect(&reader, "nul-bytes");
    if (odd > 0)
        reader_defect(&reader, "bad-header");
    mail_read_fields(&reader);
    if (sealed_find(&reader, bytes, n, body))
        mail_read_sealed(&reader);
    else
        mail_read_tree(&reader, bytes, n, "", 0);
    if (reader.mail->sealed && depth == MAIL_HEAD)
        reader.mail->wants_content = true;
    if (reader.overflow)
        reader_defect(&reader, "too-many-parts");
    classify(&reader);
    join_body(&reader);
    mail_classify_report(&reader);
    mail_classify_text(&reader);
    mail_read_report(&reader);
    reader.mail->body_digest = body_sum(arena, reader.mail);
    g_mime_parser_options_free(reader.options);
    *mail_r = reader.mail;
    return true;
}

void mail_part_set_text(struct arena *arena, struct mail_part *part, const char *text)
{
    part->text = PART_EXTRACTED;
    part->content = text;
    part->documents = ARENA_NEW(arena, struct mail_document);
    part->documents[0] = (struct mail_document){.text = text, .is_body = part->is_body};
    part->document_count = 1;
}

static const char *const class_words[] = {
    [MAIL_PERSONAL] = "personal", [MAIL_AUTO_REPLY] = "auto-reply",
    [MAIL_BOUNCE] = "bounce",     [MAIL_DISPOSITION] = "disposition",
    [MAIL_LIST] = "list",
};

static const char *const part_words[] = {
    [PART_EXTRACTED] = "extracted",   [PART_NONE] = "none",
    [PART_UNREADABLE] = "unreadable", [PART_ENCRYPTED] = "encrypted",
    [PART_TOO_LARGE] = "too-large",   [PART_IMAGE] = "image",
};

const char *mail_class_to_text(enum mail_class class)
{
    return class_words[class];
}

bool mail_class_from_text(const char *s, enum mail_class *class_r)
{
    size_t i;
    if (!text_find_word(class_words, sizeof class_words / sizeof *class_words, s, &i))
        return false;
    *class_r = (enum mail_class)i;
    return true;
}

const char *part_text_to_text(enum part_text state)
{
    return part_words[state];
}

bool part_text_from_text(const char *s, enum part_text *state_r)
{
    size_t i;
    if (!text_find_word(part_words, sizeof part_words / sizeof *part_words, s, &i))
        return false;
    *state_r = (enum part_text)i;
    return true;
}
