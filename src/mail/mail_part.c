/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The tree of parts.  GMime finds where they begin and end and undoes the transfer encoding; what
 * each of them is to a reader is decided here.
 */
#include "mail/inside.h"

#include "base/digest.h"

#include <string.h>
#include <strings.h>

/* what a part is to the person who reads */
enum role {
    ROLE_BODY,     /* may be what is read as the mail */
    ROLE_OTHER,    /* an attachment */
    ROLE_RELATED,  /* a picture in the HTML */
    ROLE_UNCHOSEN, /* the same as the body in another form */
};

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

/* A place in the tree. */
struct place {
    const char *path;
    size_t depth;
    enum role role;
    bool encrypted; /* within multipart/encrypted */
};

/* One leaf before it is entered. */
struct leaf {
    struct place place;
    struct param_value type;
    struct param_value disposition;
    const char *name;
    const char *bytes;
    size_t n;
    bool is_envelope; /* opened, and no attachment of its own */
};

static void read_entity(struct reader *reader, GMimeObject *object, struct place place);

static bool is_type(GMimeObject *object, const char *type, const char *subtype)
{
    return g_mime_content_type_is_type(g_mime_object_get_content_type(object), type, subtype);
}

static const char *raw_header(struct arena *arena, GMimeObject *object, const char *name)
{
    GMimeHeader *header =
        g_mime_header_list_get_header(g_mime_object_get_header_list(object), name);
    const char *raw = header ? g_mime_header_get_raw_value(header) : NULL;
    return raw ? field_unfold(arena, raw, strlen(raw)) : NULL;
}

static const char *child_path(struct arena *arena, const char *path, size_t number)
{
    return *path ? arena_printf(arena, "%s.%zu", path, number) : arena_printf(arena, "%zu", number);
}

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

/* ---- one leaf ---- */

static bool is_message(const char *type)
{
    return strcmp(type, "message/rfc822") == 0 || strcmp(type, "message/rfc2822") == 0 ||
           strcmp(type, "message/global") == 0 || strcmp(type, "message/news") == 0;
}

static const char *plain_text(struct reader *reader, const struct leaf *leaf)
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

static void open_document(struct reader *reader, struct leaf *leaf, struct mail_part *part)
{
    struct document_file file = {
        .name = leaf->name, .type = part->type, .bytes = leaf->bytes, .n = leaf->n};
    /* read_message() has refused it */
    if (is_message(part->type) || !documents_knows(&file))
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

static void open_leaf(struct reader *reader, struct leaf *leaf, struct mail_part *part)
{
    enum opener opener = leaf->place.encrypted ? OPEN_PGP : find_opener(part->type);
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
        mail_part_set_text(reader->arena, part, plain_text(reader, leaf));
        break;
    case OPEN_HTML:
        open_html(reader, leaf, part);
        break;
    case OPEN_IMAGE:
        part->text = PART_IMAGE;
        break;
    case OPEN_PGP:
        part->text = strcmp(part->type, "application/pgp-encrypted") ? PART_ENCRYPTED : PART_NONE;
        break;
    case OPEN_NOTHING:
        open_document(reader, leaf, part);
        break;
    }
}

static bool is_attached(const struct leaf *leaf)
{
    return leaf->name || strcmp(leaf->disposition.value, "attachment") == 0;
}

/* What a sender would call an attachment: no body, no signature, no picture in the HTML. */
static bool is_attachment(const struct leaf *leaf, const struct mail_part *part)
{
    static const char *const never[] = {"application/pkcs7-signature",
                                        "application/x-pkcs7-signature",
                                        "application/pgp-signature"};
    if (part->is_body || leaf->is_envelope)
        return false;
    for (size_t i = 0; i < sizeof never / sizeof *never; i++)
        if (strcmp(part->type, never[i]) == 0)
            return false;
    switch (leaf->place.role) {
    case ROLE_RELATED:
        return find_opener(part->type) != OPEN_IMAGE;
    case ROLE_UNCHOSEN:
        if (find_opener(part->type) == OPEN_IMAGE)
            return strcmp(leaf->disposition.value, "attachment") == 0;
        return !text_starts(part->type, "text/") || is_attached(leaf);
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

static void add_part(struct reader *reader, struct leaf *leaf)
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
    enum opener opener = find_opener(part->type);
    part->is_body = leaf->place.role == ROLE_BODY && !is_attached(leaf) &&
                    (opener == OPEN_PLAIN || opener == OPEN_HTML);
    open_leaf(reader, leaf, part);
    if (!reader->inner && !reader->within)
        report_collect(reader, part->type, leaf->bytes, leaf->n);
    reader->has_body = reader->has_body || has_body(reader, part);
    reader->has_attachment = reader->has_attachment || is_attachment(leaf, part);
}

/* ---- attached messages ---- */

/* Whose message is attached; only of those that the mail itself hands on. */
static void keep_forward(struct reader *reader, struct mail_forward forward)
{
    struct mail *mail = reader->mail;
    if (mail->forward_count == MAIL_MAX_FORWARDS)
        return;
    mail->forwards = arena_grow(reader->arena, mail->forwards, mail->forward_count,
                                mail->forward_count + 1, sizeof *mail->forwards);
    mail->forwards[mail->forward_count++] = forward;
}

static void add_forward(struct reader *reader, const struct leaf *leaf, size_t header)
{
    struct mail inner = {.date_at = MOMENT_NONE};
    struct reader inside = {
        .arena = reader->arena, .mail = &inner, .options = reader->options, .inner = true};
    size_t odd;
    if (reader->inner)
        return;
    header_split(reader->arena, leaf->bytes, header, &inside.fields, &odd);
    mail_read_fields(&inside);
    keep_forward(reader,
                 (struct mail_forward){.path = reader->within ? reader->within : leaf->place.path,
                                       .from = inner.from,
                                       .date = inner.date,
                                       .date_at = inner.date_at,
                                       .message_id = inner.message_id,
                                       .hops = inner.hops,
                                       .hop_count = inner.hop_count});
}

/* GMime takes an attached message for a leaf (see mail_preload), so that its header passes our
 * limits before anything parses it.  A message that is no multipart is one leaf, number .1. */
static bool read_message(struct reader *reader, const struct leaf *leaf)
{
    size_t body;
    struct err err;
    if (leaf->n > reader->budget || leaf->place.depth >= MAIL_MAX_DEPTH) {
        reader_defect(reader, "too-deep");
        return false;
    }
    if (leaf->n == 0 || !header_check(leaf->bytes, leaf->n, &body, &err)) {
        reader_defect(reader, "bad-mime");
        return false;
    }
    reader->budget -= leaf->n;
    struct place place = leaf->place;
    place.role = ROLE_OTHER;
    place.depth++;
    reader->has_attachment = true;
    add_forward(reader, leaf, body);
    bool inner = reader->inner;
    reader->inner = true;
    mail_read_tree(reader, leaf->bytes, leaf->n, place.path, place.depth);
    reader->inner = inner;
    return true;
}

/* ---- the tree ---- */

static GByteArray *decode_leaf(GMimeObject *object)
{
    GByteArray *bytes = g_byte_array_new();
    GMimeDataWrapper *content =
        GMIME_IS_PART(object) ? g_mime_part_get_content(GMIME_PART(object)) : NULL;
    if (!content)
        return bytes;
    GMimeStream *stream = g_mime_stream_mem_new_with_byte_array(bytes);
    g_mime_stream_mem_set_owner(GMIME_STREAM_MEM(stream), FALSE);
    g_mime_data_wrapper_write_to_stream(content, stream);
    g_object_unref(stream);
    return bytes;
}

/* What GMime takes it for where it does not say so itself: text/plain, or message/rfc822 within a
 * digest. */
static const char *implied_type(struct arena *arena, GMimeObject *object)
{
    char *type = g_mime_content_type_get_mime_type(g_mime_object_get_content_type(object));
    char *lower = g_ascii_strdown(type, -1);
    const char *copy = arena_strdup(arena, lower);
    g_free(lower);
    g_free(type);
    return copy;
}

static void fill_leaf(struct arena *arena, GMimeObject *object, GByteArray *bytes,
                      struct leaf *leaf)
{
    param_parse(arena, raw_header(arena, object, "Content-Type"), &leaf->type);
    param_parse(arena, raw_header(arena, object, "Content-Disposition"), &leaf->disposition);
    if (!strchr(leaf->type.value, '/'))
        leaf->type.value = implied_type(arena, object);
    if (text_starts(leaf->type.value, "multipart/"))
        leaf->type.value = "text/plain"; /* without a boundary: read as it stands */
    const char *name = param_get(&leaf->disposition, "filename");
    leaf->name = param_safe_name(arena, name ? name : param_get(&leaf->type, "name"));
    leaf->bytes = bytes->len ? (const char *)bytes->data : "";
    leaf->n = bytes->len;
}

static void read_leaf(struct reader *reader, GMimeObject *object, struct place place)
{
    struct leaf leaf = {.place = place};
    if (*place.path == '\0')
        leaf.place.path = "1";
    GByteArray *bytes = decode_leaf(object);
    fill_leaf(reader->arena, object, bytes, &leaf);
    if (is_type(object, "multipart", "*"))
        reader_defect(reader, "bad-mime");
    if (!is_message(leaf.type.value) || !read_message(reader, &leaf))
        add_part(reader, &leaf);
    g_byte_array_free(bytes, TRUE);
}

static bool leaf_is_stub(struct reader *reader, GMimeObject *object)
{
    struct leaf leaf = {.place = {.path = ""}};
    GByteArray *bytes = decode_leaf(object);
    fill_leaf(reader->arena, object, bytes, &leaf);
    bool stub = leaf.n < 4096 && text_is_stub(reader->arena, plain_text(reader, &leaf));
    g_byte_array_free(bytes, TRUE);
    return stub;
}

/* Which child of an alternative is read: the plain text, unless it only says that there is more;
 * then the last one that may be HTML. */
static int choose_alternative(struct reader *reader, GMimeMultipart *multipart)
{
    int n = g_mime_multipart_get_count(multipart), plain = -1, rich = -1;
    for (int i = 0; i < n; i++) {
        GMimeObject *child = g_mime_multipart_get_part(multipart, i);
        if (is_type(child, "text", "plain") && plain < 0)
            plain = i;
        else if (is_type(child, "text", "html") || GMIME_IS_MULTIPART(child))
            rich = i;
    }
    if (plain >= 0 &&
        (rich < 0 || !leaf_is_stub(reader, g_mime_multipart_get_part(multipart, plain))))
        return plain;
    return rich >= 0 ? rich : 0;
}

/* What the children after the first are, by the subtype; of an alternative, all but the chosen. */
static const struct {
    const char *subtype;
    enum role others;
} multiparts[] = {
    {"alternative", ROLE_UNCHOSEN}, {"related", ROLE_RELATED}, {"signed", ROLE_OTHER},
    {"report", ROLE_OTHER},         {"encrypted", ROLE_OTHER}, {"digest", ROLE_OTHER},
};

static enum role other_role(GMimeObject *object, enum role own)
{
    if (own != ROLE_BODY)
        return own;
    for (size_t i = 0; i < sizeof multiparts / sizeof *multiparts; i++)
        if (is_type(object, "multipart", multiparts[i].subtype))
            return multiparts[i].others;
    return ROLE_BODY;
}

/* A multipart in which GMime found nothing: the boundary is missing or wrong.  What stands there
 * is read as text, as a person would. */
static void read_broken_multipart(struct reader *reader, GMimeMultipart *multipart,
                                  struct place place)
{
    const char *text = g_mime_multipart_get_prologue(multipart);
    reader_defect(reader, "bad-mime");
    if (!text || !*text)
        return;
    struct leaf leaf = {.place = place, .bytes = text, .n = strlen(text)};
    if (*place.path == '\0')
        leaf.place.path = "1";
    param_parse(reader->arena, "text/plain", &leaf.type);
    param_parse(reader->arena, "", &leaf.disposition);
    add_part(reader, &leaf);
}

static void read_multipart(struct reader *reader, GMimeMultipart *multipart, struct place place)
{
    GMimeObject *object = GMIME_OBJECT(multipart);
    int n = g_mime_multipart_get_count(multipart);
    if (place.depth >= MAIL_MAX_DEPTH) {
        reader_defect(reader, "too-deep");
        return;
    }
    if (n == 0) {
        read_broken_multipart(reader, multipart, place);
        return;
    }
    int chosen = is_type(object, "multipart", "alternative") && place.role == ROLE_BODY
                     ? choose_alternative(reader, multipart)
                     : 0;
    for (int i = 0; i < n && !reader->overflow; i++) {
        struct place child = place;
        child.path = child_path(reader->arena, place.path, (size_t)i + 1);
        child.depth++;
        child.role = i == chosen ? place.role : other_role(object, place.role);
        child.encrypted = place.encrypted || is_type(object, "multipart", "encrypted");
        read_entity(reader, g_mime_multipart_get_part(multipart, i), child);
    }
}

static void read_entity(struct reader *reader, GMimeObject *object, struct place place)
{
    if (GMIME_IS_MULTIPART(object))
        read_multipart(reader, GMIME_MULTIPART(object), place);
    else
        read_leaf(reader, object, place);
}

/* GMime finds no entity in a message without a body, for example. */
static void read_unparsed(struct reader *reader, const char *bytes, size_t n, struct place place)
{
    size_t body;
    struct err err;
    if (!header_check(bytes, n, &body, &err) || body == n)
        return;
    struct leaf leaf = {.place = place, .bytes = bytes + body, .n = n - body};
    param_parse(reader->arena, "text/plain", &leaf.type);
    param_parse(reader->arena, "", &leaf.disposition);
    reader_defect(reader, "bad-mime");
    add_part(reader, &leaf);
}

void mail_read_tree(struct reader *reader, const char *bytes, size_t n, const char *path,
                    size_t depth)
{
    struct place place = {.path = path, .depth = depth};
    place.role = *path ? ROLE_OTHER : ROLE_BODY;
    size_t bounded = mime_bounded(bytes, n);
    if (bounded < n)
        reader_defect(reader, "too-many-parts");
    GMimeStream *stream = g_mime_stream_mem_new_with_buffer(bytes, bounded);
    GMimeParser *parser = g_mime_parser_new_with_stream(stream);
    GMimeObject *object = g_mime_parser_construct_part(parser, reader->options);
    if (object && GMIME_IS_MULTIPART(object)) {
        read_entity(reader, object, place);
    } else {
        place.path = child_path(reader->arena, path, 1);
        if (object)
            read_entity(reader, object, place);
        else
            read_unparsed(reader, bytes, n, place);
    }
    if (object)
        g_object_unref(object);
    g_object_unref(parser);
    g_object_unref(stream);
}

/* ---- messages within parts ---- */

static void take_inner_part(struct documents *documents, const struct mail_part *part)
{
    if (part->text != PART_EXTRACTED)
        documents_fail(documents, part->text);
    for (size_t i = 0; i < part->document_count; i++)
        documents_adopt(documents, &part->documents[i], part->name);
}

static void take_inner_mail(struct documents *documents, const struct reader *inside)
{
    struct reader *reader = documents->reader;
    const struct mail *mail = inside->mail;
    for (size_t i = 0; i < mail->part_count; i++)
        take_inner_part(documents, &mail->parts[i]);
    for (size_t i = 0; i < mail->defects.n; i++)
        documents_defect(documents, mail->defects.v[i]);
    if (inside->overflow)
        documents_defect(documents, "too-many-parts");
    for (size_t i = 0; i < mail->forward_count; i++)
        keep_forward(reader, mail->forwards[i]);
    documents->is_envelope = true;
    documents->holds_file = documents->holds_file || inside->has_attachment;
    reader->budget = inside->budget;
    reader->unpacked = inside->unpacked;
    reader->pdf_seconds = inside->pdf_seconds;
}

void mail_read_inside(struct documents *documents, const char *bytes, size_t n)
{
    struct reader *reader = documents->reader;
    struct mail mail = {.date_at = MOMENT_NONE};
    size_t body;
    struct err err;
    if (!documents_claim(documents, n))
        return;
    if (n == 0 || !header_check(bytes, n, &body, &err)) {
        documents_defect(documents, "bad-mime");
        documents_fail(documents, PART_UNREADABLE);
        return;
    }
    struct reader inside = *reader;
    inside.mail = &mail;
    inside.part_room = 0;
    inside.has_attachment = inside.has_body = inside.overflow = false;
    inside.within = documents->path;
    inside.file_depth = documents->depth;
    mail_read_tree(&inside, bytes, n, "", 0);
    take_inner_mail(documents, &inside);
}
