/* SPDX-License-Identifier: EUPL-1.2 */
#include "mail/docx.h"

#include "mail/docx_inside.h"

#include <string.h>
#include <strings.h>

/* A document while its parts are read. */
struct docx {
    struct documents *documents;
    struct arena *arena;
    struct unzip *unzip;
    struct docx_relations relations; /* of the main part */
    struct docx_styles styles;
    struct list_numbers numbering;
    struct docx_section section;
    enum part_text state;
    const char *full; /* why a page is */
};

/* ---- which part ---- */

struct types_reader {
    struct arena *arena;
    const char *part;
};

/* Documents and templates, with macros or without. */
static bool is_document_type(const char *type)
{
    static const char *const types[] = {
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml",
        "application/vnd.ms-word.document.macroEnabled.main+xml",
        "application/vnd.ms-word.template.macroEnabledTemplate.main+xml",
    };
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcasecmp(types[i], type) == 0)
            return true;
    return false;
}

static enum xml_next start_type(void *context, const struct xml_element *element)
{
    struct types_reader *reader = context;
    const char *type = xml_attribute(reader->arena, element, "ContentType");
    const char *part = xml_attribute(reader->arena, element, "PartName");
    if (type && part && is_document_type(type))
        reader->part = part + (*part == '/');
    return reader->part ? XML_STOP : XML_GO_ON;
}

static void ignore_end(void *context)
{
    (void)context;
}

static void ignore_text(void *context, const char *s, size_t n)
{
    (void)context, (void)s, (void)n;
}

/* The list of types may leave the document to a rule for all XML. */
static const char *usual_part(struct unzip *unzip)
{
    static const char name[] = "word/document.xml";
    size_t i;
    return unzip_find(unzip, name, &i) ? name : NULL;
}

const char *docx_find_document(struct unzip *unzip, struct documents *documents)
{
    static const struct xml_handler handler = {start_type, ignore_end, ignore_text};
    struct types_reader reader = {.arena = documents->arena};
    const char *xml, *defect;
    size_t i, n;
    if (!unzip_find(unzip, "[Content_Types].xml", &i) ||
        unzip_read(unzip, i, &xml, &n) != PART_EXTRACTED)
        return usual_part(unzip);
    if (!xml_read(xml, n, &handler, &reader, &defect) || !reader.part)
        return usual_part(unzip);
    return reader.part;
}

/* ---- the parts ---- */

static bool read_part(struct docx *docx, const char *name, const char **xml_r, size_t *n_r)
{
    size_t i;
    if (!name || !unzip_find(docx->unzip, name, &i))
        return false;
    return unzip_read(docx->unzip, i, xml_r, n_r) == PART_EXTRACTED;
}

/* "word/document.xml" has its relations in "word/_rels/document.xml.rels". */
static void read_relations(struct docx *docx, const char *document)
{
    const char *slash = strrchr(document, '/');
    const char *base = slash ? slash + 1 : document;
    const char *folder = arena_strndup(docx->arena, document, (size_t)(base - document));
    const char *xml, *name = arena_printf(docx->arena, "%s_rels/%s.rels", folder, base);
    size_t n;
    if (read_part(docx, name, &xml, &n))
        docx_read_relations(docx->arena, xml, n, folder, &docx->relations);
}

static const char *part_of_type(const struct docx *docx, const char *type)
{
    for (size_t i = 0; i < docx->relations.n; i++)
        if (strcmp(docx->relations.v[i].type, type) == 0)
            return docx->relations.v[i].part;
    return NULL;
}

static const char *part_of_id(const struct docx *docx, const char *id)
{
    for (size_t i = 0; id && i < docx->relations.n; i++)
        if (strcmp(docx->relations.v[i].id, id) == 0)
            return docx->relations.v[i].part;
    return NULL;
}

/* A letter is read without them, too, if they are damaged. */
static void read_looks(struct docx *docx)
{
    const char *xml;
    size_t n;
    docx->styles.defaults = docx_no_look;
    if (read_part(docx, part_of_type(docx, "styles"), &xml, &n))
        docx_read_styles(docx->arena, xml, n, &docx->styles);
    if (read_part(docx, part_of_type(docx, "numbering"), &xml, &n))
        docx_read_numbering(docx->arena, xml, n, &docx->numbering);
}

static void refuse(struct docx *docx, enum part_text state, const char *defect)
{
    docx->state = state;
    if (defect)
        documents_defect(docx->documents, defect);
}

/* A part that is named and cannot be read: half a letter is none. */
static const char *read_text(struct docx *docx, const char *name, bool is_body, bool is_aside)
{
    struct docx_source source = {.arena = docx->arena,
                                 .styles = &docx->styles,
                                 .numbering = &docx->numbering,
                                 .section = is_body ? &docx->section : NULL,
                                 .is_aside = is_aside};
    const char *xml, *defect;
    size_t i, n;
    if (docx->state != PART_EXTRACTED || !name || !unzip_find(docx->unzip, name, &i))
        return "";
    enum part_text state = unzip_read(docx->unzip, i, &xml, &n);
    if (state != PART_EXTRACTED) {
        refuse(docx, state, NULL);
        return "";
    }
    struct page *page = page_new(docx->arena);
    if (!docx_read_text(&source, xml, n, page, &defect))
        refuse(docx, PART_UNREADABLE, defect);
    const char *text = page_finish(page);
    if (page_full(page))
        refuse(docx, PART_TOO_LARGE, page_full(page));
    return text;
}

static const char *read_all(struct docx *docx, const char *document)
{
    const struct docx_section *section = &docx->section;
    const char *body = read_text(docx, document, true, false);
    const char *header = section->title_page ? section->first_header : section->header;
    const char *footer = section->title_page ? section->first_footer : section->footer;
    const char *texts[] = {
        read_text(docx, part_of_id(docx, header), false, true),
        body,
        read_text(docx, part_of_type(docx, "footnotes"), false, false),
        read_text(docx, part_of_type(docx, "endnotes"), false, false),
        read_text(docx, part_of_id(docx, footer), false, true),
    };
    return page_join(docx->arena, texts, sizeof texts / sizeof *texts);
}

void docx_read(struct documents *documents, struct unzip *unzip, const char *document)
{
    struct docx docx = {
        .documents = documents, .arena = documents->arena, .unzip = unzip, .state = PART_EXTRACTED};
    size_t i;
    if (!unzip_find(unzip, document, &i))
        docx.state = PART_UNREADABLE;
    read_relations(&docx, document);
    read_looks(&docx);
    const char *text = read_all(&docx, document);
    if (*text == '\0' && unzip_has_folder(unzip, "word/media/"))
        refuse(&docx, PART_IMAGE, NULL); /* a scanned letter */
    if (docx.state == PART_EXTRACTED)
        documents_add(documents, text, strlen(text));
    else
        documents_fail(documents, docx.state);
}

enum part_text docx_xml_to_text(struct arena *arena, const char *xml, size_t n, const char **text_r,
                                const char **defect_r)
{
    struct docx_source source = {.arena = arena};
    struct page *page = page_new(arena);
    if (!docx_read_text(&source, xml, n, page, defect_r))
        return PART_UNREADABLE;
    *text_r = page_finish(page);
    *defect_r = page_full(page);
    return page_full(page) ? PART_TOO_LARGE : PART_EXTRACTED;
}
