/* SPDX-License-Identifier: EUPL-1.2 */
#include "mail/documents.h"

#include "mail/inside.h"
#include "mail/rtf.h"

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

static const struct format formats[] = {
    {"{\\rtf", 5, "application/rtf", "rtf", rtf_convert}, {NULL, 0, NULL, NULL, NULL}, /* the end */
};

void documents_preload(void)
{
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
static const struct format *find_format(const struct document_file *file)
{
    const struct format *found = NULL;
    for (const struct format *format = formats; format->convert; format++) {
        bool magic = has_magic(format, file), name = has_name(format, file);
        if (name && (magic || !format->magic))
            return format;
        if (magic || (name && !found))
            found = format;
    }
    return found;
}

bool documents_knows(const struct document_file *file)
{
    return find_format(file) != NULL;
}

void documents_init(struct documents *documents, struct arena *arena, struct texts *defects,
                    size_t *unpacked)
{
    *documents = (struct documents){
        .arena = arena, .defects = defects, .unpacked = unpacked, .state = PART_NONE};
    text_init(&documents->content, arena);
}

void documents_read(struct documents *documents, const struct document_file *file)
{
    const struct format *format = find_format(file);
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

void documents_finish(const struct documents *documents, struct mail_part *part)
{
    part->text = documents->state;
    if (documents->state != PART_EXTRACTED)
        return;
    part->content = documents->content.s;
    part->documents = documents->v;
    part->document_count = documents->n;
}

void documents_add(struct documents *documents, const char *text, size_t n)
{
    struct arena *arena = documents->arena;
    if (n > MAIL_MAX_TEXT) {
        documents_fail(documents, PART_TOO_LARGE);
        return;
    }
    if (documents->n > 0)
        text_add_char(&documents->content, '\n');
    struct mail_document document = {.name = documents->name,
                                     .text = text_normalize(arena, text, n),
                                     .offset = documents->content.len};
    text_add(&documents->content, document.text);
    documents->v =
        arena_grow(arena, documents->v, documents->n, documents->n + 1, sizeof *documents->v);
    documents->v[documents->n++] = document;
    documents->state = PART_EXTRACTED;
}

void documents_fail(struct documents *documents, enum part_text state)
{
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
