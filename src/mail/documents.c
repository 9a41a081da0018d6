/* SPDX-License-Identifier: EUPL-1.2 */
#include "mail/documents.h"

#include "mail/cms.h"
#include "mail/doc.h"
#include "mail/inside.h"
#include "mail/odt.h"
#include "mail/ole.h"
#include "mail/pdf.h"
#include "mail/rtf.h"
#include "mail/tnef.h"
#include "mail/zip.h"

#include <string.h>
#include <strings.h>

/* A format that is told by its first bytes needs no type; one without them is known by type or
 * ending only. */
struct format {
    const char *magic; /* NULL: none */
    size_t magic_size;
    const char *type;
    const char *ending;
    document_converter *convert;
};

static void read_message(struct documents *documents, const struct document_file *file)
{
    bool outer = documents->hands_on;
    documents->hands_on = true;
    mail_read_inside(documents, file->bytes, file->n);
    documents->hands_on = outer;
}

static void read_plain(struct documents *documents, const struct document_file *file)
{
    size_t n;
    bool bad;
    const char *utf8 = charset_to_utf8(documents->arena, NULL, file->bytes, file->n, &n, &bad);
    documents_add(documents, utf8, n);
}

static void read_html(struct documents *documents, const struct document_file *file)
{
    const char *text;
    bool bad;
    enum part_text state = file->n > MAIL_MAX_TEXT ? PART_TOO_LARGE
                                                   : html_read(documents->arena, NULL, file->bytes,
                                                               file->n, &text, &bad);
    if (state == PART_EXTRACTED)
        documents_add(documents, text, strlen(text));
    else
        documents_fail(documents, state);
}

#define ZIP_MAGIC "PK\3\4", 4
#define WORD_TYPE "application/vnd.openxmlformats-officedocument.wordprocessingml."
#define ODF_TYPE "application/vnd.oasis.opendocument."

static const struct format formats[] = {
    {"%PDF-", 5, "application/pdf", "pdf", pdf_convert},
    {"{\\rtf", 5, "application/rtf", "rtf", rtf_convert},
    {"{\\rtf", 5, "text/rtf", "rtf", rtf_convert},
    {OLE_MAGIC, OLE_MAGIC_SIZE, "application/msword", "doc", doc_convert},
    {OLE_MAGIC, OLE_MAGIC_SIZE, "application/msword", "dot", doc_convert},
    {ZIP_MAGIC, WORD_TYPE "document", "docx", zip_convert},
    {ZIP_MAGIC, WORD_TYPE "template", "dotx", zip_convert},
    {ZIP_MAGIC, "application/vnd.ms-word.document.macroenabled.12", "docm", zip_convert},
    {ZIP_MAGIC, ODF_TYPE "text", "odt", zip_convert},
    {ZIP_MAGIC, ODF_TYPE "text-template", "ott", zip_convert},
    {ZIP_MAGIC, "application/zip", "zip", zip_convert},
    {NULL, 0, ODF_TYPE "text-flat-xml", "fodt", odt_convert_flat},
    {"PK\5\6", 4, NULL, NULL, zip_convert}, /* with nothing in it */
    {TNEF_MAGIC, 4, "application/ms-tnef", NULL, tnef_read},
    {TNEF_MAGIC, 4, "application/vnd.ms-tnef", NULL, tnef_read},
    {NULL, 0, "application/pkcs7-mime", "p7m", cms_read},
    {NULL, 0, "application/x-pkcs7-mime", NULL, cms_read},
    {NULL, 0, NULL, "eml", read_message},
    {NULL, 0, NULL, NULL, NULL}, /* the end */
};

/* Files within others only: as parts of a mail they may be its body, which mail_part.c decides. */
static const struct format formats_within[] = {
    {NULL, 0, "text/plain", "txt", read_plain},
    {NULL, 0, NULL, "md", read_plain},
    {NULL, 0, "text/html", "html", read_html},
    {NULL, 0, NULL, "htm", read_html},
    {NULL, 0, NULL, NULL, NULL}, /* the end */
};

void documents_preload(void)
{
    cms_preload();
    pdf_preload();
}

static bool has_magic(const struct format *format, const struct document_file *file)
{
    return format->magic && file->n >= format->magic_size &&
           memcmp(file->bytes, format->magic, format->magic_size) == 0;
}

static bool has_name(const struct format *format, const struct document_file *file)
{
    const char *dot = file->name ? strrchr(file->name, '.') : NULL;
    return (file->type && format->type && strcmp(file->type, format->type) == 0) ||
           (dot && format->ending && strcasecmp(dot + 1, format->ending) == 0);
}

/* Of several formats with the same first bytes (all of Office's are ZIPs) type or name decide, and
 * the last row is the plain one. */
static const struct format *find_in(const struct format *table, const struct document_file *file)
{
    const struct format *found = NULL;
    for (const struct format *format = table; format->convert; format++) {
        bool magic = has_magic(format, file), name = has_name(format, file);
        if (name && (magic || !format->magic))
            return format;
        if (magic || (name && !found))
            found = format;
    }
    return found;
}

static const struct format *find_within(const struct document_file *file)
{
    const struct format *format = find_in(formats, file);
    return format ? format : find_in(formats_within, file);
}

bool documents_knows(const struct document_file *file)
{
    return find_in(formats, file) != NULL;
}

bool documents_knows_within(const struct document_file *file)
{
    return find_within(file) != NULL;
}

void documents_init(struct documents *documents, struct reader *reader, const char *path,
                    bool takes_body)
{
    *documents = (struct documents){.reader = reader,
                                    .path = path,
                                    .arena = reader->arena,
                                    .defects = &reader->mail->defects,
                                    .unpacked = &reader->unpacked,
                                    .state = PART_NONE,
                                    .depth = reader->file_depth,
                                    .body_depth = takes_body ? reader->file_depth + 1 : 0};
    text_init(&documents->content, reader->arena);
}

void documents_read(struct documents *documents, const struct document_file *file)
{
    const struct format *format = find_within(file);
    if (!format)
        return;
    if (documents->depth == DOCUMENTS_MAX_DEPTH || documents->files == DOCUMENTS_MAX_FILES) {
        documents_defect(documents, "too-many-files");
        return;
    }
    const char *outer = documents->name;
    documents->name = documents->depth > 0 ? param_safe_name(documents->arena, file->name) : NULL;
    documents->files++;
    documents->depth++;
    format->convert(documents, file);
    documents->depth--;
    documents->name = outer;
}

void documents_finish(struct documents *documents, struct mail_part *part)
{
    part->text = documents->state;
    if (documents->state != PART_EXTRACTED)
        return;
    if (documents->unread)
        documents_defect(documents, "file-unread");
    part->content = documents->content.s;
    part->documents = documents->v;
    part->document_count = documents->n;
}

/* Page by page: only here a form feed means something. */
static char *normalize_pages(struct arena *arena, const char *s, size_t n)
{
    struct text text;
    text_init(&text, arena);
    for (const char *feed; (feed = memchr(s, '\f', n)); n -= (size_t)(feed + 1 - s), s = feed + 1) {
        text_add(&text, text_normalize(arena, s, (size_t)(feed - s)));
        text_add_char(&text, '\f');
    }
    text_add(&text, text_normalize(arena, s, n));
    return text.s;
}

static void append(struct documents *documents, struct mail_document document)
{
    if (strlen(document.text) > MAIL_MAX_TEXT - documents->content.len) {
        documents_defect(documents, "too-much-text");
        documents_fail(documents, PART_TOO_LARGE);
        return;
    }
    if (documents->n > 0)
        text_add_char(&documents->content, '\n');
    document.offset = documents->content.len;
    document.is_handed_on = document.is_handed_on || documents->hands_on;
    text_add(&documents->content, document.text);
    documents->v = arena_grow(documents->arena, documents->v, documents->n, documents->n + 1,
                              sizeof *documents->v);
    documents->v[documents->n++] = document;
    documents->state = PART_EXTRACTED;
}

static void add_text(struct documents *documents, const char *text, size_t n, bool is_body)
{
    if (n > MAIL_MAX_TEXT) {
        documents_fail(documents, PART_TOO_LARGE);
        return;
    }
    append(documents, (struct mail_document){.name = documents->name,
                                             .text = normalize_pages(documents->arena, text, n),
                                             .is_body = is_body});
}

void documents_add(struct documents *documents, const char *text, size_t n)
{
    add_text(documents, text, n, false);
}

static bool is_mails_body(const struct documents *documents)
{
    return documents->depth == documents->body_depth;
}

void documents_add_body(struct documents *documents, const char *text, size_t n)
{
    add_text(documents, text, n, is_mails_body(documents));
}

void documents_adopt(struct documents *documents, const struct mail_document *document,
                     const char *name, bool handed_on)
{
    struct mail_document adopted = *document;
    adopted.is_handed_on = adopted.is_handed_on || handed_on;
    adopted.is_body = document->is_body && is_mails_body(documents);
    if (!adopted.name)
        adopted.name = name ? name : documents->name;
    append(documents, adopted);
}

void documents_fail(struct documents *documents, enum part_text state)
{
    documents->unread = true;
    if (documents->state == PART_NONE)
        documents->state = state;
}

void documents_defect(struct documents *documents, const char *word)
{
    if (!texts_has(documents->defects, word))
        texts_add(documents->defects, documents->arena, word);
}

bool documents_claim(struct documents *documents, size_t n)
{
    if (n > DOCUMENTS_MAX_UNPACKED - *documents->unpacked) {
        documents_defect(documents, "too-much-unpacked");
        return false;
    }
    *documents->unpacked += n;
    return true;
}
