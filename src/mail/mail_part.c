/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The tree of parts.  GMime finds where they begin and end and undoes the transfer encoding; what
 * each of them is to a reader is decided here, what a leaf says in leaf.c.
 */
#include "mail/leaf.h"

#include <string.h>

/* A plain text of less bytes may be a stub: it only says that there is more; or what the HTML
 * beside it shows is so many times as much, and a rest that a signature's pictures do not explain.
 */
#define STUB_SIZE 4096
#define STUB_SHARE 3
#define STUB_REST 500

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

/* What servers are said to have found out about an attached message says nothing of this one. */
static void keep_claims(struct arena *arena, struct mail *mail, const struct mail *inner)
{
    for (size_t i = 0; i < inner->authres_count && mail->claim_count < MAIL_MAX_AUTHRES; i++) {
        mail->claims = arena_grow(arena, mail->claims, mail->claim_count, mail->claim_count + 1,
                                  sizeof *mail->claims);
        mail->claims[mail->claim_count++] =
            (struct mail_authres){inner->authres[i].value, MAIL_MAX_HOPS};
    }
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
    if (!reader->returned_id)
        reader->returned_id = report_renamed_id(reader->arena, &inside.fields);
    keep_claims(reader->arena, reader->mail, &inner);
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
    if (leaf->n == 0 || !header_check(leaf->bytes, leaf->n, &body, &err) ||
        !header_has_field(leaf->bytes, body)) {
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

GByteArray *mail_decode(GMimeObject *object)
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
    const char *copy = text_lower(arena_strdup(arena, type));
    g_free(type);
    return copy;
}

/* Two tokens (RFC 2045 section 5.1); "image/ jpeg" and the like GMime makes sense of. */
static bool is_media_type(const char *type)
{
    static const char token[] = "abcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-.^_`{|}~";
    size_t n = strspn(type, token);
    return n > 0 && type[n] == '/' && type[n + 1] &&
           type[n + 1 + strspn(type + n + 1, token)] == '\0';
}

static void fill_leaf(struct arena *arena, GMimeObject *object, GByteArray *bytes,
                      struct leaf *leaf)
{
    param_parse(arena, raw_header(arena, object, "Content-Type"), &leaf->type);
    param_parse(arena, raw_header(arena, object, "Content-Disposition"), &leaf->disposition);
    if (!is_media_type(leaf->type.value))
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
    GByteArray *bytes = mail_decode(object);
    fill_leaf(reader->arena, object, bytes, &leaf);
    if (is_type(object, "multipart", "*"))
        reader_defect(reader, "bad-mime");
    if (place.depth == 0 && !reader->inner && !reader->within)
        sealed_note_part(reader, leaf.type.value, leaf.name, leaf.bytes, leaf.n);
    if (!leaf_is_message(leaf.type.value) || !read_message(reader, &leaf))
        leaf_add_part(reader, &leaf);
    g_byte_array_free(bytes, TRUE);
}

/* The first leaf of a type, the object itself or one within it. */
static GMimeObject *find_leaf(GMimeObject *object, const char *type, const char *subtype, int depth)
{
    if (!GMIME_IS_MULTIPART(object))
        return is_type(object, type, subtype) ? object : NULL;
    GMimeObject *found = NULL;
    int n = g_mime_multipart_get_count(GMIME_MULTIPART(object));
    for (int i = 0; i < n && !found && depth < MAIL_MAX_DEPTH; i++)
        found = find_leaf(g_mime_multipart_get_part(GMIME_MULTIPART(object), i), type, subtype,
                          depth + 1);
    return found;
}

/* Bytes that the HTML in it shows; what is no longer worth decoding shows none. */
static size_t count_visible(struct reader *reader, GMimeObject *rich)
{
    GMimeObject *object = find_leaf(rich, "text", "html", 0);
    if (!object)
        return 0;
    GByteArray *bytes = mail_decode(object);
    size_t visible = 0, n = bytes->len;
    g_byte_array_append(bytes, (const guint8 *)"", 1);
    if (n <= MAIL_MAX_TEXT && n <= reader->budget) {
        visible = html_visible((const char *)bytes->data, n);
        reader->budget -= n;
    }
    g_byte_array_free(bytes, TRUE);
    return visible;
}

/* Not the same as the HTML: it only says that there is more, or holds a small part of it. */
static bool is_stub(struct reader *reader, GMimeObject *plain, GMimeObject *rich)
{
    struct leaf leaf = {.place = {.path = ""}};
    GByteArray *bytes = mail_decode(plain);
    fill_leaf(reader->arena, plain, bytes, &leaf);
    const char *text = leaf.n < STUB_SIZE ? leaf_plain_text(reader, &leaf) : NULL;
    g_byte_array_free(bytes, TRUE);
    if (!text)
        return false;
    return text_is_stub(reader->arena, text) ||
           count_visible(reader, rich) > text_visible(text) * STUB_SHARE + STUB_REST;
}

/* Which child of an alternative is read: the plain text, unless it is a stub; then the last one
 * that may be HTML. */
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
    if (plain < 0)
        return rich >= 0 ? rich : 0;
    if (rich < 0)
        return plain;
    bool stub = is_stub(reader, g_mime_multipart_get_part(multipart, plain),
                        g_mime_multipart_get_part(multipart, rich));
    return stub ? rich : plain;
}

/* The root of what belongs together (RFC 2387): the one that "start" names, or else the first that
 * is text; programs put the picture first at times. */
static int choose_related(struct reader *reader, GMimeMultipart *multipart)
{
    struct param_value type;
    param_parse(reader->arena, raw_header(reader->arena, GMIME_OBJECT(multipart), "Content-Type"),
                &type);
    const char *start = param_get(&type, "start");
    int n = g_mime_multipart_get_count(multipart), first = -1;
    for (int i = 0; i < n; i++) {
        GMimeObject *child = g_mime_multipart_get_part(multipart, i);
        const char *id = g_mime_object_get_content_id(child);
        if (start && id && *id && strstr(start, id))
            return i;
        bool text = is_type(child, "text", "*") || GMIME_IS_MULTIPART(child);
        first = first < 0 && text ? i : first;
    }
    return first < 0 ? 0 : first;
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
    if (own != ROLE_BODY && own != ROLE_OTHER)
        return own;
    for (size_t i = 0; i < sizeof multiparts / sizeof *multiparts; i++)
        if (is_type(object, "multipart", multiparts[i].subtype))
            return multiparts[i].others;
    return own;
}

static int choose_child(struct reader *reader, GMimeMultipart *multipart, enum role own)
{
    GMimeObject *object = GMIME_OBJECT(multipart);
    if (own != ROLE_BODY && own != ROLE_OTHER)
        return 0;
    if (is_type(object, "multipart", "alternative"))
        return choose_alternative(reader, multipart);
    return is_type(object, "multipart", "related") ? choose_related(reader, multipart) : 0;
}

/* A multipart in which GMime found nothing: the boundary is missing or wrong.  What stands there
 * is read as text, as a person would. */
static void read_broken_multipart(struct reader *reader, GMimeMultipart *multipart,
                                  struct place place)
{
    const char *text = g_mime_multipart_get_prologue(multipart);
    reader_defect(reader, "bad-mime");
    struct leaf leaf = {.place = place, .bytes = text ? text : "", .n = text ? strlen(text) : 0};
    if (*place.path == '\0')
        leaf.place.path = "1";
    param_parse(reader->arena, "text/plain", &leaf.type);
    param_parse(reader->arena, "", &leaf.disposition);
    leaf_add_part(reader, &leaf);
}

/* Gateways put a report into a multipart/mixed, with a line of their own below. */
static void note_report(struct reader *reader, GMimeObject *object, const struct place *place)
{
    const char *type = g_mime_object_get_content_type_parameter(object, "report-type");
    bool first = strspn(place->path, "1.") == strlen(place->path);
    if (first && type && !reader->inner && !reader->within &&
        is_type(object, "multipart", "report"))
        reader->report_type = arena_strdup(reader->arena, type);
}

static void read_multipart(struct reader *reader, GMimeMultipart *multipart, struct place place)
{
    GMimeObject *object = GMIME_OBJECT(multipart);
    int n = g_mime_multipart_get_count(multipart);
    note_report(reader, object, &place);
    if (place.depth >= MAIL_MAX_DEPTH) {
        reader_defect(reader, "too-deep");
        return;
    }
    if (n == 0) {
        read_broken_multipart(reader, multipart, place);
        return;
    }
    int chosen = choose_child(reader, multipart, place.role);
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
    if (!header_check(bytes, n, &body, &err))
        return;
    if (!header_has_field(bytes, body))
        body = 0; /* no header, but a text that begins at once */
    if (body == n)
        return;
    struct leaf leaf = {.place = place, .bytes = bytes + body, .n = n - body};
    param_parse(reader->arena, "text/plain", &leaf.type);
    param_parse(reader->arena, "", &leaf.disposition);
    reader_defect(reader, "bad-mime");
    leaf_add_part(reader, &leaf);
}

GMimeObject *mail_parse(struct reader *reader, const char *bytes, size_t n)
{
    size_t bounded = mime_bounded(bytes, n);
    if (bounded < n)
        reader_defect(reader, "too-many-parts");
    GMimeStream *stream = g_mime_stream_mem_new_with_buffer(bytes, bounded);
    GMimeParser *parser = g_mime_parser_new_with_stream(stream);
    GMimeObject *object = g_mime_parser_construct_part(parser, reader->options);
    g_object_unref(parser);
    g_object_unref(stream);
    return object;
}

static void read_parsed(struct reader *reader, GMimeObject *object, const char *bytes, size_t n,
                        struct place place)
{
    if (object)
        read_entity(reader, object, place);
    else
        read_unparsed(reader, bytes, n, place);
    if (object)
        g_object_unref(object);
}

void mail_read_tree(struct reader *reader, const char *bytes, size_t n, const char *path,
                    size_t depth)
{
    struct place place = {.path = path, .depth = depth};
    place.role = *path ? ROLE_OTHER : ROLE_BODY;
    GMimeObject *object = mail_parse(reader, bytes, n);
    if (!object || !GMIME_IS_MULTIPART(object))
        place.path = child_path(reader->arena, path, 1);
    read_parsed(reader, object, bytes, n, place);
}

void mail_read_sealed(struct reader *reader)
{
    const struct sealed *sealed = reader->mail->sealed;
    struct place content = {.path = "1", .depth = 1, .role = ROLE_BODY};
    struct place signature = {.path = "2", .depth = 1, .role = ROLE_OTHER};
    read_parsed(reader, mail_parse(reader, sealed->content, sealed->content_n), sealed->content,
                sealed->content_n, content);
    read_parsed(reader, mail_parse(reader, sealed->signature, sealed->signature_n),
                sealed->signature, sealed->signature_n, signature);
}

/* ---- messages within parts ---- */

/* Of a message that the inner mail has attached. */
static bool is_below_forward(const struct mail *mail, const struct mail_part *part)
{
    for (size_t i = 0; i < mail->forward_count; i++) {
        const char *path = mail->forwards[i].path;
        size_t n = path != NULL ? strlen(path) : 0;
        if (n > 0 && text_starts(part->path, path) && strchr(".", part->path[n]) != NULL)
            return true;
    }
    return false;
}

static void take_inner_part(struct documents *documents, const struct mail *mail,
                            const struct mail_part *part)
{
    if (part->text != PART_EXTRACTED)
        documents_fail(documents, part->text);
    for (size_t i = 0; i < part->document_count; i++)
        documents_adopt(documents, &part->documents[i], part->name, is_below_forward(mail, part));
}

static void take_inner_mail(struct documents *documents, const struct reader *inside)
{
    struct reader *reader = documents->reader;
    const struct mail *mail = inside->mail;
    for (size_t i = 0; i < mail->part_count; i++)
        take_inner_part(documents, mail, &mail->parts[i]);
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
    reader->ocr_seconds = inside->ocr_seconds;
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
