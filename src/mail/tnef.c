/* SPDX-License-Identifier: EUPL-1.2 */
#include "mail/tnef.h"

#include "mail/inside.h"
#include "mail/mapi.h"
#include "mail/rtf.h"

#include <string.h>

#define MAX_RTF ((size_t)16 * 1024 * 1024) /* unpacked */
#define CLASS_SIZE 16                      /* of the class before an object's bytes */

/* Attributes, [MS-OXTNEF] section 2.1.3.3; the upper half is a type that says nothing more. */
enum {
    ATTRIBUTE_CODEPAGE = 0x00069007,
    ATTRIBUTE_BODY = 0x0002800c,
    ATTRIBUTE_PROPERTIES = 0x00069003,
    ATTRIBUTE_ATTACHMENT_BEGINS = 0x00069002,
    ATTRIBUTE_ATTACHMENT_TITLE = 0x00018010,
    ATTRIBUTE_ATTACHMENT_DATA = 0x0006800f,
    ATTRIBUTE_ATTACHMENT_NAME = 0x00069001,
    ATTRIBUTE_ATTACHMENT_PROPERTIES = 0x00069005,
};

/* The properties that are looked at, [MS-OXPROPS]. */
enum slot {
    SLOT_BODY,
    SLOT_HTML,
    SLOT_RTF,
    SLOT_CODEPAGE,      /* of the strings */
    SLOT_HTML_CODEPAGE, /* of the HTML, and of the strings where the other is missing */
    SLOT_LONG_NAME,
    SLOT_NAME,
    SLOT_DISPLAY_NAME,
    SLOT_TYPE,
    SLOT_DATA,
    SLOT_COUNT,
};

static const unsigned slot_ids[SLOT_COUNT] = {
    [SLOT_BODY] = 0x1000,     [SLOT_HTML] = 0x1013,          [SLOT_RTF] = 0x1009,
    [SLOT_CODEPAGE] = 0x3ffd, [SLOT_HTML_CODEPAGE] = 0x3fde, [SLOT_LONG_NAME] = 0x3707,
    [SLOT_NAME] = 0x3704,     [SLOT_DISPLAY_NAME] = 0x3001,  [SLOT_TYPE] = 0x370e,
    [SLOT_DATA] = 0x3701,
};

/* The message, or one attachment. */
struct entity {
    struct mapi_value properties[SLOT_COUNT];
    struct mapi_value text;  /* as attributes, not as properties */
    struct mapi_value title; /* the type is that of a string, or of bytes */
    struct mapi_value data;
};

struct tnef {
    struct documents *documents;
    uint32_t codepage;
    struct entity message;
    struct entity attachment;
    bool attached; /* there is an attachment that is not finished */
    bool told;     /* the message's text is among the documents */
    bool unpacked; /* its RTF has been, which is dear: once for all attachments */
};

static void damaged(struct tnef *tnef)
{
    documents_defect(tnef->documents, "bad-tnef");
}

/* ---- what came ------------------------------------------------------------------------------- */

static uint32_t codepage_of(const struct tnef *tnef, const struct entity *entity)
{
    static const enum slot slots[] = {SLOT_CODEPAGE, SLOT_HTML_CODEPAGE};
    for (size_t i = 0; i < sizeof slots / sizeof *slots; i++)
        if (entity->properties[slots[i]].type == MAPI_INT32 &&
            entity->properties[slots[i]].number != 0)
            return entity->properties[slots[i]].number;
    return tnef->codepage;
}

/* An attachment's strings are written as those of its message. */
static char *string_of(const struct tnef *tnef, const struct mapi_value *value)
{
    return mapi_string(tnef->documents->arena, value, codepage_of(tnef, &tnef->message));
}

static bool is_blank(const char *s)
{
    return s[strspn(s, " \t\r\n")] == '\0';
}

/* ---- attachments ----------------------------------------------------------------------------- */

static const char *name_of(const struct tnef *tnef, const struct entity *attachment)
{
    const struct mapi_value *const names[] = {
        &attachment->properties[SLOT_LONG_NAME],
        &attachment->title,
        &attachment->properties[SLOT_NAME],
        &attachment->properties[SLOT_DISPLAY_NAME],
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *name = string_of(tnef, names[i]);
        if (name && !is_blank(name))
            return name;
    }
    return NULL;
}

static bool is_tnef(const char *bytes, size_t n)
{
    return n >= 4 && memcmp(bytes, TNEF_MAGIC, 4) == 0;
}

/* The bytes of the file; an object is one only where it is a message. */
static bool data_of(const struct entity *attachment, struct document_file *file)
{
    const struct mapi_value *property = &attachment->properties[SLOT_DATA];
    if (property->type == MAPI_OBJECT && property->n > CLASS_SIZE &&
        is_tnef(property->bytes + CLASS_SIZE, property->n - CLASS_SIZE)) {
        file->bytes = property->bytes + CLASS_SIZE;
        file->n = property->n - CLASS_SIZE;
        file->type = "application/ms-tnef";
        return true;
    }
    const struct mapi_value *data = property->type == MAPI_BINARY ? property : &attachment->data;
    file->bytes = data->bytes;
    file->n = data->n;
    return data->type == MAPI_BINARY;
}

static void finish_attachment(struct tnef *tnef)
{
    if (!tnef->attached)
        return;
    struct entity *attachment = &tnef->attachment;
    struct document_file file = {
        .type = text_lower(string_of(tnef, &attachment->properties[SLOT_TYPE])),
        .name = name_of(tnef, attachment)};
    tnef->attached = false;
    tnef->documents->holds_file = true;
    if (data_of(attachment, &file))
        documents_read(tnef->documents, &file);
}

/* ---- the text -------------------------------------------------------------------------------- */

static bool add_plain(struct tnef *tnef, const struct mapi_value *value)
{
    const char *text = string_of(tnef, value);
    if (!text || is_blank(text))
        return false;
    documents_add_body(tnef->documents, text, strlen(text));
    return true;
}

static bool add_html_bytes(struct tnef *tnef, const char *bytes, size_t n, uint32_t codepage)
{
    struct arena *arena = tnef->documents->arena;
    const char *text;
    bool bad;
    enum part_text state = html_read(arena, mapi_charset(arena, codepage), bytes, n, &text, &bad);
    if (bad)
        documents_defect(tnef->documents, "bad-charset");
    if (state != PART_EXTRACTED || is_blank(text))
        return false;
    documents_add_body(tnef->documents, text, strlen(text));
    return true;
}

static bool add_html(struct tnef *tnef, const struct entity *message)
{
    const struct mapi_value *html = &message->properties[SLOT_HTML];
    const struct mapi_value *codepage = &message->properties[SLOT_HTML_CODEPAGE];
    if (html->type == MAPI_UNICODE) {
        const char *utf8 = string_of(tnef, html);
        return add_html_bytes(tnef, utf8, strlen(utf8), 65001);
    }
    return (html->type == MAPI_BINARY || html->type == MAPI_STRING8) &&
           add_html_bytes(tnef, html->bytes, html->n,
                          codepage->type == MAPI_INT32 ? codepage->number : 0);
}

/* HTML that Outlook hides in RTF ([MS-OXRTFEX]) is RTF to whoever does not know of it, and says the
 * same. */
static bool add_rtf(struct tnef *tnef, const struct entity *message)
{
    const struct mapi_value *packed = &message->properties[SLOT_RTF];
    struct documents *documents = tnef->documents;
    char *rtf;
    const char *text, *defect = NULL;
    size_t n;
    bool cut;
    if (packed->type != MAPI_BINARY || tnef->unpacked)
        return false;
    tnef->unpacked = true;
    if (!mapi_unpack_rtf(documents->arena, packed->bytes, packed->n, MAX_RTF, &rtf, &n, &cut)) {
        damaged(tnef);
        return false;
    }
    if (cut)
        damaged(tnef);
    if (!documents_claim(documents, n) ||
        rtf_to_text(documents->arena, rtf, n, &text, &defect) != PART_EXTRACTED || is_blank(text))
        return false;
    if (defect)
        documents_defect(documents, defect);
    documents_add_body(documents, text, strlen(text));
    return true;
}

static void add_text(struct tnef *tnef)
{
    const struct entity *message = &tnef->message;
    tnef->told = tnef->told || add_plain(tnef, &message->properties[SLOT_BODY]) ||
                 add_plain(tnef, &message->text) || add_html(tnef, message) ||
                 add_rtf(tnef, message);
}

/* ---- attributes ------------------------------------------------------------------------------ */

/* What belongs to the message comes before its attachments. */
static void begin_attachment(struct tnef *tnef)
{
    add_text(tnef);
    finish_attachment(tnef);
    tnef->attachment = (struct entity){0};
    tnef->attached = true;
}

static void take_property(void *context, const struct mapi_value *value)
{
    struct entity *entity = context;
    for (size_t i = 0; i < SLOT_COUNT; i++)
        if (slot_ids[i] == value->id)
            entity->properties[i] = *value;
}

static void take_attribute(struct tnef *tnef, uint32_t attribute, const char *bytes, size_t n)
{
    struct mapi_cursor cursor = {(const unsigned char *)bytes, n, false};
    struct mapi_value string = {.type = MAPI_STRING8, .bytes = bytes, .n = n};
    switch (attribute) {
    case ATTRIBUTE_CODEPAGE:
        tnef->codepage = mapi_u32(&cursor);
        break;
    case ATTRIBUTE_BODY:
        tnef->message.text = string;
        break;
    case ATTRIBUTE_PROPERTIES:
        if (!mapi_each(bytes, n, take_property, &tnef->message))
            damaged(tnef);
        break;
    case ATTRIBUTE_ATTACHMENT_BEGINS:
        begin_attachment(tnef);
        break;
    case ATTRIBUTE_ATTACHMENT_TITLE:
        tnef->attachment.title = string;
        break;
    case ATTRIBUTE_ATTACHMENT_NAME:
        if (tnef->attachment.title.type == 0)
            tnef->attachment.title = string;
        break;
    case ATTRIBUTE_ATTACHMENT_DATA:
        tnef->attachment.data = string;
        tnef->attachment.data.type = MAPI_BINARY;
        break;
    case ATTRIBUTE_ATTACHMENT_PROPERTIES:
        if (!mapi_each(bytes, n, take_property, &tnef->attachment))
            damaged(tnef);
        break;
    }
}

static uint16_t sum_of(const char *bytes, size_t n)
{
    uint16_t sum = 0;
    for (size_t i = 0; i < n; i++)
        sum = (uint16_t)(sum + (unsigned char)bytes[i]);
    return sum;
}

/* Level, attribute, length, the bytes and their sum.  Writers are known that sum up wrongly, so a
 * wrong sum costs nothing but the defect. */
static void read_attribute(struct tnef *tnef, struct mapi_cursor *cursor)
{
    enum { LEVEL_MESSAGE = 1, LEVEL_ATTACHMENT = 2 };
    size_t n;
    unsigned level = *(const unsigned char *)mapi_take(cursor, 1, &n);
    uint32_t attribute = mapi_u32(cursor);
    uint32_t length = mapi_u32(cursor);
    if (cursor->damaged || (level != LEVEL_MESSAGE && level != LEVEL_ATTACHMENT)) {
        cursor->damaged = true;
        return;
    }
    const char *bytes = mapi_take(cursor, length, &n);
    uint16_t sum = mapi_u16(cursor);
    if (sum_of(bytes, n) != sum)
        damaged(tnef);
    take_attribute(tnef, attribute, bytes, n);
}

/* Line ends and NULs that a gateway put behind the last attribute. */
static bool is_filling(const struct mapi_cursor *cursor)
{
    for (size_t i = 0; i < cursor->n; i++)
        if (cursor->p[i] != '\0' && cursor->p[i] != '\r' && cursor->p[i] != '\n')
            return false;
    return true;
}

void tnef_read(struct documents *documents, const struct document_file *file)
{
    struct mapi_cursor cursor = {(const unsigned char *)file->bytes, file->n, false};
    struct tnef *tnef = ARENA_NEW(documents->arena, struct tnef);
    tnef->documents = documents;
    if (!is_tnef(file->bytes, file->n)) {
        documents_fail(documents, PART_UNREADABLE);
        damaged(tnef);
        return;
    }
    mapi_u32(&cursor);
    mapi_u16(&cursor); /* a key that numbers attachments, for nobody */
    while (!cursor.damaged && !is_filling(&cursor))
        read_attribute(tnef, &cursor);
    if (cursor.damaged)
        damaged(tnef);
    documents->is_envelope = true;
    add_text(tnef);
    finish_attachment(tnef);
}
