/* SPDX-License-Identifier: EUPL-1.2 */
#include "mail/doc.h"

#include "mail/doc_inside.h"

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

struct ole_bytes doc_table(const struct doc *doc, size_t number)
{
    size_t at = FIRST_TABLE + number * 8;
    return ole_slice(doc->table, ole_u32(doc->main, at), ole_u32(doc->main, at + 4));
}

static struct ole_bytes read_stream(struct documents *documents, struct ole *ole, const char *name)
{
    size_t size;
    if (!ole_find(ole, name, &size) || !documents_claim(documents, size))
        return (struct ole_bytes){NULL, 0};
    return ole_read(ole, name);
}

/* ---- pieces ---- */

/* The list of pieces is the last of several; those before it are changes of look. */
static struct ole_bytes find_pieces(const struct doc *doc)
{
    struct ole_bytes all = doc_table(doc, TABLE_PIECES);
    size_t at = 0;
    while (ole_u8(all, at) == 1)
        at += 3 + (size_t)ole_u16(all, at + 1);
    return ole_u8(all, at) == 2 ? ole_slice(all, at + 5, ole_u32(all, at + 1))
                                : (struct ole_bytes){NULL, 0};
}

static bool read_pieces(struct doc *doc)
{
    static const uint32_t narrow = 0x40000000;
    struct ole_bytes list = find_pieces(doc);
    size_t n = list.n >= 4 ? (list.n - 4) / 12 : 0;
    if (n == 0 || n > MAX_PIECES)
        return false;
    doc->pieces = arena_array(doc->arena, n, sizeof *doc->pieces);
    for (size_t i = 0; i < n; i++) {
        uint32_t fc = ole_u32(list, (n + 1) * 4 + i * 8 + 2);
        struct doc_piece *piece = &doc->pieces[i];
        *piece = (struct doc_piece){.cp = ole_u32(list, i * 4),
                                    .end = ole_u32(list, i * 4 + 4),
                                    .narrow = fc & narrow,
                                    .fc = fc & narrow ? (fc & ~narrow) / 2 : fc};
        size_t bytes = (size_t)(piece->end - piece->cp) * (piece->narrow ? 1 : 2);
        if (piece->end < piece->cp || (i > 0 && piece->cp != doc->pieces[i - 1].end) ||
            !ole_slice(doc->main, piece->fc, bytes).n != !bytes)
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
        begin += ole_u32(doc->main, AT_LENGTHS + i * 4);
    return (struct span){begin, begin + ole_u32(doc->main, AT_LENGTHS + kind * 4)};
}

/* Whether the first page has a header of its own. */
static bool has_title_page(const struct doc *doc)
{
    static const uint16_t title_page = 0x300a;
    struct ole_bytes sections = doc_table(doc, TABLE_SECTIONS);
    size_t n = sections.n >= 4 ? (sections.n - 4) / 16 : 0;
    uint32_t value;
    if (n == 0)
        return false;
    uint32_t at = ole_u32(sections, (n + 1) * 4 + 2);
    struct ole_bytes list = ole_slice(doc->main, (size_t)at + 2, ole_u16(doc->main, at));
    return doc_find_property(list, title_page, &value) && (value & 0xff);
}

/* Six of each section, behind six that part notes from the text; the number counts from 0. */
static struct span header_span(const struct doc *doc, size_t number)
{
    struct ole_bytes list = doc_table(doc, TABLE_HEADERS);
    struct span all = kind_span(doc, KIND_HEADERS);
    size_t at = (6 + number) * 4;
    if (list.n < at + 8)
        return (struct span){0, 0};
    struct span span = {all.begin + ole_u32(list, at), all.begin + ole_u32(list, at + 4)};
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

static void read_word(struct documents *documents, struct ole *ole)
{
    struct doc *doc = ARENA_NEW(documents->arena, struct doc);
    doc->arena = documents->arena;
    doc->main = read_stream(documents, ole, "WordDocument");
    unsigned flags = ole_u16(doc->main, AT_FLAGS);
    if (doc->main.n >= FIB_SIZE && flags & FLAG_ENCRYPTED) {
        documents_fail(documents, PART_ENCRYPTED);
        return;
    }
    doc->table = read_stream(documents, ole, flags & FLAG_SECOND_TABLE ? "1Table" : "0Table");
    if (doc->main.n < FIB_SIZE || ole_u16(doc->main, AT_VERSION) < WORD_97 || !read_pieces(doc)) {
        documents_fail(documents, PART_UNREADABLE);
        return;
    }
    doc_read_looks(doc);
    doc_read_lists(doc);
    add_document(documents, doc);
}

void doc_convert(struct documents *documents, const struct document_file *file)
{
    struct ole *ole = ole_open(documents->arena, file->bytes, file->n);
    size_t size;
    if (!ole)
        documents_fail(documents, PART_UNREADABLE);
    else if (ole_find(ole, "EncryptedPackage", &size))
        documents_fail(documents, PART_ENCRYPTED);
    else if (ole_find(ole, "WordDocument", &size))
        read_word(documents, ole);
}
