/* SPDX-License-Identifier: EUPL-1.2 */
/* Files of word processors: as they are, and as one XML of those that are packed in a ZIP, which a
 * mutation would seldom reach through the packing. */
#include "fuzz.h"

#include "mail/docx.h"
#include "mail/docx_inside.h"
#include "mail/inside.h"
#include "mail/odt.h"

static void read_file(struct arena *arena, const struct document_file *file)
{
    struct mail mail = {.date_at = MOMENT_NONE};
    struct reader reader = {.arena = arena, .mail = &mail, .depth = MAIL_CONTENT};
    struct documents documents;
    struct mail_part part = {.path = "1"};
    documents_init(&documents, &reader, "1", false);
    documents_read(&documents, file);
    documents_finish(&documents, &part);
}

static void read_docx_xml(struct arena *arena, const char *xml, size_t n)
{
    struct docx_styles styles;
    struct list_numbers numbering;
    struct docx_relations relations;
    const char *text, *defect;
    docx_xml_to_text(arena, xml, n, &text, &defect);
    docx_read_relations(arena, xml, n, "word/", &relations);
    if (docx_read_styles(arena, xml, n, &styles))
        docx_style_look(&styles, "a");
    if (docx_read_numbering(arena, xml, n, &numbering))
        for (long level = 0; level < LIST_LEVELS; level++)
            list_next_mark(&numbering, arena, 1, level);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct document_file file = {.bytes = (const char *)data, .n = size};
    struct arena *arena = arena_new();
    mail_preload();
    read_file(arena, &file);
    if (size > 0 && (data[0] == '<' || data[0] == 0xef)) {
        file.name = "a.fodt";
        read_file(arena, &file);
        read_docx_xml(arena, file.bytes, file.n);
    }
    arena_free(arena);
    return 0;
}
