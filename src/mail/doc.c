/* SPDX-License-Identifier: EUPL-1.2 */
#include "mail/doc.h"

#include "mail/doc_inside.h"

#include <gsf/gsf.h>
#include <string.h>

#define MAX_PIECES 100000

/* Tables by their number in FibRgFcLcb97, which begins at byte 154. */
enum { TABLE_SECTIONS = 6, TABLE_HEADERS = 11, TABLE_PIECES = 33 };
#define FIRST_TABLE 154
#define FIB_SIZE 898

/* Of the file information block: its version, flags, and lengths of the kinds of text. */
#define AT_VERSION 2
#define AT_FLAGS 10
#define FLAG_ENCRYPTED 0x0100
#define FLAG_SECOND_TABLE 0x0200
#define WORD_97 0x00c1
#define AT_LENGTHS 76

/* The kinds of text follow each other in this order. */
enum kind {
    KIND_BODY,
    KIND_FOOTNOTES,
    KIND_HEADERS,
    KIND_MACROS,
    KIND_COMMENTS,
    KIND_ENDNOTES,
    KIND_BOXES,
    KIND_HEADER_BOXES,
    KINDS,
};

struct span {
    uint32_t begin;
    uint32_t end;
};

/* ---- bytes ---- */

unsigned doc_u8(struct doc_bytes bytes, size_t at)
{
    return at < bytes.n ? bytes.s[at] : 0;
}

uint16_t doc_u16(struct doc_bytes bytes, size_t at)
{
    return (uint16_t)(doc_u8(bytes, at) | doc_u8(bytes, at + 1) << 8);
}

uint32_t doc_u32(struct doc_bytes bytes, size_t at)
{
    return doc_u16(bytes, at) | (uint32_t)doc_u16(bytes, at + 2) << 16;
}

struct doc_bytes doc_slice(struct doc_bytes bytes, size_t at, size_t n)
{
    if (bytes.n == 0 || at > bytes.n || n > bytes.n - at)
        return (struct doc_bytes){NULL, 0};
    return (struct doc_bytes){bytes.s + at, n};
}

struct doc_bytes doc_table(const struct doc *doc, size_t number)
{
    size_t at = FIRST_TABLE + number * 8;
    return doc_slice(doc->table, doc_u32(doc->main, at), doc_u32(doc->main, at + 4));
}

/* ---- the container ---- */

/* A damaged file is said by what the reading says of it. */
static void swallow_message(const gchar *domain, GLogLevelFlags level, const gchar *message,
                            gpointer data)
{
    (void)domain, (void)level, (void)message, (void)data;
}

void doc_preload(void)
{
    static const unsigned char nothing[] = {0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1};
    gsf_init();
    g_log_set_handler("libgsf:msole", G_LOG_LEVEL_MASK, swallow_message, NULL);
    g_log_set_handler("libgsf", G_LOG_LEVEL_MASK, swallow_message, NULL);
    GsfInput *input = gsf_input_memory_new(nothing, sizeof nothing, FALSE);
    GsfInfile *infile = gsf_infile_msole_new(input, NULL); /* makes the classes */
    if (infile)
        g_object_unref(infile);
    g_object_unref(input);
}

static bool has_stream(GsfInfile *infile, const char *name)
{
    GsfInput *stream = gsf_infile_child_by_name(infile, name);
    if (stream)
        g_object_unref(stream);
    return stream != NULL;
}

/* In the arena; empty where it is missing or damaged, and where there is no room for it. */
static struct doc_bytes read_stream(struct documents *documents, GsfInfile *infile,
                                    const char *name)
{
    struct doc_bytes bytes = {NULL, 0};
    GsfInput *stream = gsf_infile_child_by_name(infile, name);
    gsf_off_t size = stream ? gsf_input_size(stream) : 0;
    if (size > 0 && documents_claim(documents, (size_t)size)) {
        unsigned char *copy = arena_alloc(documents->arena, (size_t)size);
        if (gsf_input_read(stream, (size_t)size, copy))
            bytes = (struct doc_bytes){copy, (size_t)size};
    }
    if (stream)
        g_object_unref(stream);
    return bytes;
}

/* ---- pieces ---- */

/* The list of pieces is the last of several; those before it are changes of look. */
static struct doc_bytes find_pieces(const struct doc *doc)
{
    struct doc_bytes all = doc_table(doc, TABLE_PIECES);
    size_t at = 0;
    while (doc_u8(all, at) == 1)
        at += 3 + (size_t)doc_u16(all, at + 1);
    return doc_u8(all, at) == 2 ? doc_slice(all, at + 5, doc_u32(all, at + 1))
                                : (struct doc_bytes){NULL, 0};
}

static bool read_pieces(struct doc *doc)
{
    static const uint32_t narrow = 0x40000000;
    struct doc_bytes list = find_pieces(doc);
    size_t n = list.n >= 4 ? (list.n - 4) / 12 : 0;
    if (n == 0 || n > MAX_PIECES)
        return false;
    doc->pieces = arena_array(doc->arena, n, sizeof *doc->pieces);
    for (size_t i = 0; i < n; i++) {
        uint32_t fc = doc_u32(list, (n + 1) * 4 + i * 8 + 2);
        struct doc_piece *piece = &doc->pieces[i];
        *piece = (struct doc_piece){.cp = doc_u32(list, i * 4),
                                    .end = doc_u32(list, i * 4 + 4),
                                    .narrow = fc & narrow,
                                    .fc = fc & narrow ? (fc & ~narrow) / 2 : fc};
        size_t bytes = (size_t)(piece->end - piece->cp) * (piece->narrow ? 1 : 2);
        if (piece->end < piece->cp || (i > 0 && piece->cp != doc->pieces[i - 1].end) ||
            !doc_slice(doc->main, piece->fc, bytes).n != !bytes)
            return false;
    }
    doc->piece_count = n;
    return true;
}

/* ---- kinds of text ---- */

static struct span kind_span(const struct doc *doc, enum kind kind)
{
    uint32_t begin = 0;
    for (size_t i = 0; i < kind; i++)
        begin += doc_u32(doc->main, AT_LENGTHS + i * 4);
    return (struct span){begin, begin + doc_u32(doc->main, AT_LENGTHS + kind * 4)};
}

/* Whether the first page has a header of its own. */
static bool has_title_page(const struct doc *doc)
{
    static const uint16_t title_page = 0x300a;
    struct doc_bytes sections = doc_table(doc, TABLE_SECTIONS);
    size_t n = sections.n >= 4 ? (sections.n - 4) / 16 : 0;
    uint32_t value;
    if (n == 0)
        return false;
    uint32_t at = doc_u32(sections, (n + 1) * 4 + 2);
    struct doc_bytes list = doc_slice(doc->main, (size_t)at + 2, doc_u16(doc->main, at));
    return doc_find_property(list, title_page, &value) && (value & 0xff);
}

/* Six of each section, behind six that part notes from the text; the number counts from 0. */
static struct span header_span(const struct doc *doc, size_t number)
{
    struct doc_bytes list = doc_table(doc, TABLE_HEADERS);
    struct span all = kind_span(doc, KIND_HEADERS);
    size_t at = (6 + number) * 4;
    if (list.n < at + 8)
        return (struct span){0, 0};
    struct span span = {all.begin + doc_u32(list, at), all.begin + doc_u32(list, at + 4)};
    return span.end > all.end || span.end < span.begin ? (struct span){0, 0} : span;
}

static const char *span_text(struct documents *documents, struct doc *doc, struct span span,
                             bool is_aside)
{
    struct page *page = page_new(doc->arena);
    doc_add_text(doc, page, span.begin, span.end, is_aside);
    const char *text = page_finish(page);
    if (page_full(page)) {
        documents_fail(documents, PART_TOO_LARGE);
        documents_defect(documents, page_full(page));
    }
    return text;
}

static void add_document(struct documents *documents, struct doc *doc)
{
    bool title = has_title_page(doc);
    const struct {
        struct span span;
        bool is_aside;
    } parts[] = {
        {header_span(doc, title ? 4 : 1), true}, {kind_span(doc, KIND_HEADER_BOXES), true},
        {kind_span(doc, KIND_BOXES), false},     {kind_span(doc, KIND_BODY), false},
        {kind_span(doc, KIND_FOOTNOTES), false}, {kind_span(doc, KIND_ENDNOTES), false},
        {header_span(doc, title ? 5 : 3), true},
    };
    const char *texts[sizeof parts / sizeof *parts];
    bool unread = documents->unread;
    documents->unread = false;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        texts[i] = span_text(documents, doc, parts[i].span, parts[i].is_aside);
    const char *all = page_join(doc->arena, texts, sizeof texts / sizeof *texts);
    if (!documents->unread)
        documents_add(documents, all, strlen(all));
    documents->unread = documents->unread || unread;
}

/* ---- the file ---- */

static void read_word(struct documents *documents, GsfInfile *infile)
{
    struct doc *doc = ARENA_NEW(documents->arena, struct doc);
    doc->arena = documents->arena;
    doc->main = read_stream(documents, infile, "WordDocument");
    unsigned flags = doc_u16(doc->main, AT_FLAGS);
    if (doc->main.n >= FIB_SIZE && flags & FLAG_ENCRYPTED) {
        documents_fail(documents, PART_ENCRYPTED);
        return;
    }
    doc->table = read_stream(documents, infile, flags & FLAG_SECOND_TABLE ? "1Table" : "0Table");
    if (doc->main.n < FIB_SIZE || doc_u16(doc->main, AT_VERSION) < WORD_97 || !read_pieces(doc)) {
        documents_fail(documents, PART_UNREADABLE);
        return;
    }
    doc_read_looks(doc);
    doc_read_lists(doc);
    add_document(documents, doc);
}

void doc_convert(struct documents *documents, const struct document_file *file)
{
    GsfInput *input = gsf_input_memory_new((const guint8 *)file->bytes, (gsf_off_t)file->n, FALSE);
    GsfInfile *infile = gsf_infile_msole_new(input, NULL);
    g_object_unref(input);
    if (!infile) {
        documents_fail(documents, PART_UNREADABLE);
        return;
    }
    if (has_stream(infile, "EncryptedPackage"))
        documents_fail(documents, PART_ENCRYPTED);
    else if (has_stream(infile, "WordDocument"))
        read_word(documents, infile);
    g_object_unref(infile);
}
