/* SPDX-License-Identifier: EUPL-1.2 */
#include "mail/zip.h"

#include "mail/docx.h"
#include "mail/odt.h"
#include "mail/unzip.h"

#include <string.h>
#include <strings.h>

/* Enough of a file to tell its format. */
#define HEAD_SIZE 1024

/* What the systems that make archives leave there beside the files. */
static bool is_litter(const char *path)
{
    static const char *const names[] = {".DS_Store", "Thumbs.db", "desktop.ini"};
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    if (text_starts(path, "__MACOSX/") || text_starts(name, "._") || text_starts(name, "~$"))
        return true;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcasecmp(names[i], name) == 0)
            return true;
    return *name == '\0';
}

static void read_entry(struct documents *documents, struct unzip *unzip, size_t i)
{
    char head[HEAD_SIZE];
    struct document_file file = {.name = unzip_name(unzip, i), .bytes = head};
    if (is_litter(file.name))
        return;
    file.n = unzip_peek(unzip, i, head, sizeof head);
    if (!documents_knows_within(&file) && file.n > 0)
        return;
    enum part_text state = unzip_read(unzip, i, &file.bytes, &file.n);
    if (state == PART_EXTRACTED)
        documents_read(documents, &file);
    else
        documents_fail(documents, state);
}

static void read_folder(struct documents *documents, struct unzip *unzip)
{
    for (size_t i = 0; i < unzip_count(unzip); i++)
        read_entry(documents, unzip, i);
}

/* Of another office program, or a web archive of one. */
static bool is_other_office(struct unzip *unzip)
{
    size_t i;
    return unzip_find(unzip, "[Content_Types].xml", &i) || unzip_find(unzip, "mimetype", &i);
}

/* OpenDocument says what it is in a member of its own; without it the content tells. */
static bool is_open_document_text(struct unzip *unzip)
{
    char type[sizeof ODT_TYPE + 16] = "";
    size_t i;
    if (unzip_find(unzip, "mimetype", &i)) {
        unzip_peek(unzip, i, type, sizeof type - 1);
        return text_starts(type, ODT_TYPE);
    }
    return unzip_find(unzip, "content.xml", &i) && unzip_find(unzip, "META-INF/manifest.xml", &i);
}

void zip_convert(struct documents *documents, const struct document_file *file)
{
    struct unzip *unzip = unzip_open(documents, file);
    if (!unzip)
        return;
    bool is_odt = is_open_document_text(unzip);
    const char *document = is_odt ? NULL : docx_find_document(unzip, documents);
    if (is_odt)
        odt_read(documents, unzip);
    else if (document)
        docx_read(documents, unzip, document);
    else if (!is_other_office(unzip))
        read_folder(documents, unzip);
    unzip_close(unzip);
}
