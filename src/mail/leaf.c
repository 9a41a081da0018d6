/* SPDX-License-Identifier: EUPL-1.2 */
#include "mail/leaf.h"

#include "base/digest.h"
#include "mail/body_sum.h"
#include "mail/ocr.h"

#include <string.h>
#include <strings.h>

enum opener { OPEN_NOTHING, OPEN_PLAIN, OPEN_HTML, OPEN_IMAGE, OPEN_PGP };

/* Which types we open; a type that ends in "/" is all of that kind. */
static const struct {
    const char *type;
    enum opener opener;
} openers[] = {
    {"text/plain", OPEN_PLAIN},           {"text/markdown", OPEN_PLAIN}, {"text/html", OPEN_HTML},
    {"application/xhtml+xml", OPEN_HTML}, {"image/", OPEN_IMAGE},
};

/* What is none of these may be a file of a format in documents.c. */

/* Programs that know no better send all files as one type; then the name's ending tells. */
static const struct {
    const char *ending;
    enum opener opener;
} endings[] = {
    {"txt", OPEN_PLAIN},  {"md", OPEN_PLAIN},   {"htm", OPEN_HTML},  {"html", OPEN_HTML},
    {"jpg", OPEN_IMAGE},  {"jpeg", OPEN_IMAGE}, {"png", OPEN_IMAGE}, {"gif", OPEN_IMAGE},
    {"tif", OPEN_IMAGE},  {"tiff", OPEN_IMAGE}, {"bmp", OPEN_IMAGE}, {"heic", OPEN_IMAGE},
    {"webp", OPEN_IMAGE},
};

static enum opener find_opener(const char *type)
{
    for (size_t i = 0; i < sizeof openers / sizeof *openers; i++) {
        size_t n = strlen(openers[i].type);
        bool kind = openers[i].type[n - 1] == '/';
        if (kind ? strncmp(type, openers[i].type, n) == 0 : strcmp(type, openers[i].type) == 0)
            return openers[i].opener;
    }
    return OPEN_NOTHING;
}

static enum opener find_ending(const char *name)
{
    const char *dot = name ? strrchr(name, '.') : NULL;
    for (size_t i = 0; dot && i < sizeof endings / sizeof *endings; i++)
        if (strcasecmp(dot + 1, endings[i].ending) == 0)
            return endings[i].opener;
    return OPEN_NOTHING;
}

bool leaf_is_message(const char *type)
{
    return strcmp(type, "message/rfc822") == 0 || strcmp(type, "message/rfc2822") == 0 ||
           strcmp(type, "message/global") == 0 || strcmp(type, "message/news") == 0;
}

const char *leaf_plain_text(struct reader *reader, const struct leaf *leaf)
{
    size_t n;
    bool bad;
    const char *charset = param_get(&leaf->type, "charset");
    char *utf8 = charset_to_utf8(reader->arena, charset, leaf->bytes, leaf->n, &n, &bad);
    if (bad)
        reader_defect(reader, "bad-charset");
    char *text = text_normalize(reader->arena, utf8, n);
    const char *format = param_get(&leaf->type, "format");
    if (format && strcasecmp(format, "flowed") == 0) {
        const char *delsp = param_get(&leaf->type, "delsp");
        text = text_unflow(reader->arena, text, delsp && strcasecmp(delsp, "yes") == 0);
    }
    return text;
}

static void open_html(struct reader *reader, const struct leaf *leaf, struct mail_part *part)
{
    if (reader->depth == MAIL_HEAD) {
        reader->mail->wants_content = true;
        return;
    }
    const char *text;
    bool bad;
    part->text = html_read(reader->arena, param_get(&leaf->type, "charset"), leaf->bytes, leaf->n,
                           &text, &bad);
    if (bad)
        reader_defect(reader, "bad-charset");
    if (part->text == PART_EXTRACTED)
        mail_part_set_text(reader->arena, part, text);
}

static struct document_file file_of(const struct leaf *leaf, const struct mail_part *part)
{
    return (struct document_file){
        .name = leaf->name, .type = part->type, .bytes = leaf->bytes, .n = leaf->n};
}

/* A picture in the HTML is an ornament. */
static void open_image(struct reader *reader, const struct leaf *leaf, struct mail_part *part)
{
    char *text;
    double seconds = OCR_MAX_SECONDS - reader->ocr_seconds;
    part->text = PART_IMAGE;
    if (!ocr_is_on() || leaf->place.role == ROLE_RELATED || leaf->place.role == ROLE_UNCHOSEN)
        return;
    if (reader->depth == MAIL_HEAD) {
        reader->mail->wants_content = true;
        return;
    }
    enum ocr_result result = ocr_read_file(reader->arena, leaf->bytes, leaf->n, &seconds, &text);
    reader->ocr_seconds = OCR_MAX_SECONDS - seconds;
    ocr_note(reader, result);
    if (result != OCR_TEXT)
        return;
    mail_part_set_text(reader->arena, part, text_normalize(reader->arena, text, strlen(text)));
    part->documents[0].is_ocr = true;
}

static bool is_signature(const char *type)
{
    static const char *const types[] = {"application/pkcs7-signature",
                                        "application/x-pkcs7-signature",
                                        "application/pgp-signature"};
    return text_find_word(types, sizeof types / sizeof *types, type, NULL);
}

/* Of a signature nothing but what it proves is signed: its bytes may be a document besides, by an
 * attribute or a certificate that anybody can put in, and have a document's name.  Of a message
 * read_message() has refused to read it. */
static void open_document(struct reader *reader, struct leaf *leaf, struct mail_part *part)
{
    struct document_file file = file_of(leaf, part);
    if (leaf_is_message(part->type) || is_signature(part->type) || !documents_knows(&file))
        return;
    if (reader->depth == MAIL_HEAD) {
        reader->mail->wants_content = true;
        return;
    }
    struct documents documents;
    documents_init(&documents, reader, part->path,
                   leaf->place.role == ROLE_BODY && !reader->has_body);
    documents_read(&documents, &file);
    documents_finish(&documents, part);
    leaf->is_envelope = documents.is_envelope;
    reader->has_attachment = reader->has_attachment || documents.holds_file;
}

bool mail_type_is_unspecific(const char *type)
{
    static const char *const types[] = {"application/octet-stream", "application/x-unknown",
                                        "application/unknown", "application/binary",
                                        "application/force-download"};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcmp(type, types[i]) == 0)
            return true;
    return false;
}

/* A file that is called a text may be a document all the same, and the other way round. */
static enum opener choose_opener(const struct leaf *leaf, const struct mail_part *part)
{
    enum opener opener = find_opener(part->type);
    if (leaf->place.encrypted)
        return OPEN_PGP;
    struct document_file file = file_of(leaf, part);
    if (opener == OPEN_PLAIN && leaf->name && documents_knows(&file))
        return OPEN_NOTHING;
    if (mail_type_is_unspecific(part->type) && !documents_knows(&file))
        return find_ending(leaf->name);
    return opener;
}

static void open_leaf(struct reader *reader, struct leaf *leaf, struct mail_part *part)
{
    enum opener opener = choose_opener(leaf, part);
    bool text = opener == OPEN_PLAIN || opener == OPEN_HTML;
    part->text = PART_NONE;
    if (text && leaf->place.role == ROLE_UNCHOSEN && opener == OPEN_HTML)
        return;
    if (text && leaf->n > MAIL_MAX_TEXT) {
        part->text = PART_TOO_LARGE;
        return;
    }
    switch (opener) {
    case OPEN_PLAIN:
        mail_part_set_text(reader->arena, part, leaf_plain_text(reader, leaf));
        break;
    case OPEN_HTML:
        open_html(reader, leaf, part);
        break;
    case OPEN_IMAGE:
        open_image(reader, leaf, part);
        break;
    case OPEN_PGP:
        part->text = strcmp(part->type, "application/pgp-encrypted") ? PART_ENCRYPTED : PART_NONE;
        break;
    case OPEN_NOTHING:
        open_document(reader, leaf, part);
        break;
    }
}

/* A name alone makes no attachment of the first text of a mail: some programs name its body. */
static bool is_attached(const struct reader *reader, const struct leaf *leaf)
{
    if (strcmp(leaf->disposition.value, "attachment") == 0)
        return true;
    return leaf->name && (reader->has_body || leaf->place.role != ROLE_BODY);
}

/* What a sender would call an attachment: no body, no signature, no picture in the HTML. */
static bool is_attachment(const struct reader *reader, const struct leaf *leaf,
                          const struct mail_part *part)
{
    if (part->is_body || leaf->is_envelope || is_signature(part->type))
        return false;
    switch (leaf->place.role) {
    case ROLE_RELATED:
        return find_opener(part->type) != OPEN_IMAGE;
    case ROLE_UNCHOSEN:
        if (find_opener(part->type) == OPEN_IMAGE)
            return strcmp(leaf->disposition.value, "attachment") == 0;
        return !text_starts(part->type, "text/") || is_attached(reader, leaf);
    case ROLE_BODY:
    case ROLE_OTHER:
        return true;
    }
    return true;
}

/* A body that waits for the job "content" is one, too. */
static bool has_body(const struct reader *reader, const struct mail_part *part)
{
    if (part->is_body && part->text == PART_NONE && reader->depth == MAIL_HEAD)
        return true;
    for (size_t i = 0; i < part->document_count; i++)
        if (part->documents[i].is_body && *text_trim(reader->arena, part->documents[i].text))
            return true;
    return false;
}

/* The grammar reads all of them, and as one text where they are the body. */
static void limit_text(struct reader *reader, struct mail_part *part)
{
    if (part->text != PART_EXTRACTED)
        return;
    size_t n = strlen(part->content);
    if (n > reader->text_room) {
        reader_defect(reader, "too-much-text");
        part->text = PART_TOO_LARGE;
        part->content = NULL;
        part->documents = NULL;
        part->document_count = 0;
    } else {
        reader->text_room -= n;
    }
}

void leaf_add_part(struct reader *reader, struct leaf *leaf)
{
    struct mail *mail = reader->mail;
    if (mail->part_count == MAIL_MAX_PARTS) {
        reader->overflow = true;
        return;
    }
    if (mail->part_count == reader->part_room) {
        size_t room = reader->part_room ? reader->part_room * 2 : 8;
        mail->parts =
            arena_grow(reader->arena, mail->parts, mail->part_count, room, sizeof *mail->parts);
        reader->part_room = room;
    }
    struct mail_part *part = &mail->parts[mail->part_count++];
    part->path = leaf->place.path;
    part->type = value_clean(reader->arena, leaf->type.value);
    if (!part->type || !strchr(part->type, '/'))
        part->type = "text/plain"; /* RFC 2045 section 5.2 */
    part->name = leaf->name;
    part->size = leaf->n;
    part->sha256 = digest_hex(reader->arena, leaf->bytes, leaf->n);
    if (text_starts(part->type, "text/"))
        part->text_sum = body_sum_text(reader->arena, leaf->bytes, leaf->n);
    enum opener opener = find_opener(part->type);
    part->is_body = leaf->place.role == ROLE_BODY && !is_attached(reader, leaf) &&
                    (opener == OPEN_PLAIN || opener == OPEN_HTML);
    open_leaf(reader, leaf, part);
    limit_text(reader, part);
    if (!reader->inner && !reader->within) {
        report_collect(reader, part->type, leaf->bytes, leaf->n);
        notice_collect(reader, &leaf->type, leaf->bytes, leaf->n);
    }
    reader->has_attachment = reader->has_attachment || is_attachment(reader, leaf, part);
    reader->has_body = reader->has_body || has_body(reader, part);
}
