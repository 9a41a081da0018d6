/* SPDX-License-Identifier: EUPL-1.2 */
#include "mail/odt.h"

#include "mail/odt_inside.h"

#include <string.h>

/* A document while its files are read. */
struct odt {
    struct documents *documents;
    struct arena *arena;
    struct odt_styles styles;
    struct odt_text text;
    enum part_text state;
};

static void refuse(struct odt *odt, enum part_text state, const char *defect)
{
    if (odt->state == PART_EXTRACTED)
        odt->state = state;
    if (defect)
        documents_defect(odt->documents, defect);
}

static void init(struct odt *odt, struct documents *documents)
{
    *odt = (struct odt){.documents = documents, .arena = documents->arena, .state = PART_EXTRACTED};
    odt->styles.arena = odt->arena;
    odt->text.arena = odt->arena;
    odt->text.styles = &odt->styles;
    odt->text.body = page_new(odt->arena);
    odt->text.notes = page_new(odt->arena);
}

static void read_xml(struct odt *odt, const char *xml, size_t n, enum odt_scope scope)
{
    const char *defect;
    odt_read_styles(&odt->styles, xml, n, scope);
    if (!odt_read_text(&odt->text, xml, n, scope, &defect))
        refuse(odt, PART_UNREADABLE, defect);
}

static const char *finish_page(struct odt *odt, struct page *page)
{
    if (!page)
        return "";
    const char *text = page_finish(page);
    if (page_full(page))
        refuse(odt, PART_TOO_LARGE, page_full(page));
    return text;
}

/* unzip: NULL for a flat one. */
static void finish(struct odt *odt, const struct unzip *unzip)
{
    struct odt_text *text = &odt->text;
    struct odt_master none = {.name = ""}, *master = &none;
    for (size_t i = 0; i < text->master_count; i++)
        if (text->master && strcmp(text->masters[i].name, text->master) == 0)
            master = &text->masters[i];
    const char *texts[] = {
        finish_page(odt, master->first_header ? master->first_header : master->header),
        finish_page(odt, text->body),
        finish_page(odt, text->notes),
        finish_page(odt, master->first_footer ? master->first_footer : master->footer),
    };
    const char *all = page_join(odt->arena, texts, sizeof texts / sizeof *texts);
    if (*all == '\0' && unzip && unzip_has_folder(unzip, "Pictures/"))
        refuse(odt, PART_IMAGE, NULL); /* a scanned letter */
    if (odt->state == PART_EXTRACTED)
        documents_add(odt->documents, all, strlen(all));
    else
        documents_fail(odt->documents, odt->state);
}

void odt_convert_flat(struct documents *documents, const struct document_file *file)
{
    struct odt odt;
    init(&odt, documents);
    read_xml(&odt, file->bytes, file->n, ODT_OF_CONTENT);
    finish(&odt, NULL);
}

/* ---- packed ---- */

static bool is_encrypted(struct unzip *unzip)
{
    static const char word[] = "encryption-data";
    const char *manifest;
    size_t i, n;
    return unzip_find(unzip, "META-INF/manifest.xml", &i) &&
           unzip_read(unzip, i, &manifest, &n) == PART_EXTRACTED &&
           memmem(manifest, n, word, sizeof word - 1);
}

/* The one file that must be there is the content. */
static void read_member(struct odt *odt, struct unzip *unzip, const char *name,
                        enum odt_scope scope)
{
    const char *xml;
    size_t i, n;
    if (!unzip_find(unzip, name, &i)) {
        if (scope == ODT_OF_CONTENT)
            refuse(odt, PART_UNREADABLE, NULL);
        return;
    }
    enum part_text state = unzip_read(unzip, i, &xml, &n);
    if (state == PART_EXTRACTED)
        read_xml(odt, xml, n, scope);
    else
        refuse(odt, state, NULL);
}

void odt_read(struct documents *documents, struct unzip *unzip)
{
    struct odt odt;
    if (is_encrypted(unzip)) {
        documents_fail(documents, PART_ENCRYPTED);
        return;
    }
    init(&odt, documents);
    read_member(&odt, unzip, "styles.xml", ODT_OF_STYLES);
    read_member(&odt, unzip, "content.xml", ODT_OF_CONTENT);
    finish(&odt, unzip);
}
