/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The outermost S/MIME signature (RFC 8551 section 3.5).  What a clear signature is about is a
 * sequence of bytes of the mail, which GMime does not keep: its two parts are found here by their
 * delimiters (RFC 2046 section 5.1.1), then verified and read from the same bytes.  So nothing is
 * read as signed that was not.  What stands before and behind the two parts is not read at all.
 */
#include "mail/cms.h"
#include "mail/inside.h"
#include "mail/smime.h"

#include <string.h>
#include <strings.h>

#define MAX_BOUNDARY 200 /* RFC 2046 allows 70 */

/* A line that parts two parts. */
struct delimiter {
    size_t begin;
    size_t end; /* behind its line end */
    bool closes;
};

/* ---- multipart/signed ------------------------------------------------------------------------ */

static bool is_delimiter(const char *line, size_t n, const char *boundary, bool *closes_r)
{
    size_t length = strlen(boundary);
    if (n < length + 2 || line[0] != '-' || line[1] != '-' ||
        memcmp(line + 2, boundary, length) != 0)
        return false;
    size_t i = length + 2;
    *closes_r = n - i >= 2 && line[i] == '-' && line[i + 1] == '-';
    if (*closes_r)
        i += 2;
    while (i < n && strchr(" \t\r\n", line[i]))
        i++;
    return i == n;
}

/* The first one from a line's begin on. */
static bool find_delimiter(const char *bytes, size_t n, size_t from, const char *boundary,
                           struct delimiter *found_r)
{
    while (from < n) {
        const char *end = memchr(bytes + from, '\n', n - from);
        size_t next = end ? (size_t)(end - bytes) + 1 : n;
        *found_r = (struct delimiter){.begin = from, .end = next};
        if (is_delimiter(bytes + from, next - from, boundary, &found_r->closes))
            return true;
        from = next;
    }
    return false;
}

/* The line end before a delimiter belongs to it. */
static size_t end_before(const char *bytes, size_t from, size_t to)
{
    if (to > from && bytes[to - 1] == '\n')
        to--;
    if (to > from && bytes[to - 1] == '\r')
        to--;
    return to;
}

static bool find_parts(struct sealed *sealed, const char *bytes, size_t n, size_t body,
                       const char *boundary)
{
    struct delimiter first, second, last;
    if (!find_delimiter(bytes, n, body, boundary, &first) || first.closes ||
        !find_delimiter(bytes, n, first.end, boundary, &second) || second.closes ||
        !find_delimiter(bytes, n, second.end, boundary, &last) || !last.closes)
        return false;
    sealed->content = bytes + first.end;
    sealed->content_n = end_before(bytes, first.end, second.begin) - first.end;
    sealed->signature = bytes + second.end;
    sealed->signature_n = end_before(bytes, second.end, last.begin) - second.end;
    return true;
}

static bool is_signature_type(const char *type)
{
    return strcmp(type, "application/pkcs7-signature") == 0 ||
           strcmp(type, "application/x-pkcs7-signature") == 0;
}

static bool decode_signature(struct reader *reader, struct sealed *sealed)
{
    struct fields fields;
    struct param_value type;
    size_t body, odd;
    struct err err;
    if (!header_check(sealed->signature, sealed->signature_n, &body, &err))
        return false;
    header_split(reader->arena, sealed->signature, body, &fields, &odd);
    param_parse(reader->arena, field_first(&fields, "Content-Type"), &type);
    GMimeObject *object = is_signature_type(type.value)
                              ? mail_parse(reader, sealed->signature, sealed->signature_n)
                              : NULL;
    if (!object)
        return false;
    GByteArray *der = mail_decode(object);
    sealed->cms = arena_strndup(reader->arena, "", 0);
    sealed->cms_n = der->len;
    if (der->len) {
        char *copy = arena_alloc(reader->arena, der->len);
        memcpy(copy, der->data, der->len);
        sealed->cms = copy;
    }
    g_byte_array_free(der, TRUE);
    g_object_unref(object);
    return true;
}

/* Signed with S/MIME, or with what is not said: then the second part tells. */
static bool is_smime(const struct param_value *type)
{
    const char *protocol = param_get(type, "protocol");
    char lower[64];
    if (strcmp(type->value, "multipart/signed") != 0)
        return false;
    if (!protocol || strlen(protocol) >= sizeof lower)
        return !protocol;
    return is_signature_type(text_lower(strcpy(lower, protocol)));
}

bool sealed_find(struct reader *reader, const char *bytes, size_t n, size_t body)
{
    struct param_value type;
    param_parse(reader->arena, field_first(&reader->fields, "Content-Type"), &type);
    const char *boundary = param_get(&type, "boundary");
    if (!is_smime(&type))
        return false;
    struct sealed *sealed = ARENA_NEW(reader->arena, struct sealed);
    sealed->is_clear = true;
    if (field_count(&reader->fields, "Content-Type") != 1)
        sealed->fault = "the mail says more than once what it is";
    else if (!boundary || !*boundary || strlen(boundary) > MAX_BOUNDARY ||
             !find_parts(sealed, bytes, n, body, boundary))
        sealed->fault = "there are not exactly two parts, a content and its signature";
    else if (!decode_signature(reader, sealed))
        sealed->fault = "the second part is no S/MIME signature";
    if (sealed->fault && !param_get(&type, "protocol"))
        return false; /* perhaps something else is meant */
    reader->mail->sealed = sealed;
    return !sealed->fault;
}

/* ---- application/pkcs7-mime ------------------------------------------------------------------ */

static bool is_opaque(const char *type, const char *name)
{
    const char *dot = name ? strrchr(name, '.') : NULL;
    return strcmp(type, "application/pkcs7-mime") == 0 ||
           strcmp(type, "application/x-pkcs7-mime") == 0 ||
           (mail_type_is_unspecific(type) && dot && strcasecmp(dot, ".p7m") == 0);
}

void sealed_note_part(struct reader *reader, const char *type, const char *name, const char *bytes,
                      size_t n)
{
    if (!is_opaque(type, name) || !cms_is_signed(bytes, n))
        return;
    struct sealed *sealed = ARENA_NEW(reader->arena, struct sealed);
    char *copy = arena_alloc(reader->arena, n);
    memcpy(copy, bytes, n);
    sealed->cms = copy;
    sealed->cms_n = n;
    if (field_count(&reader->fields, "Content-Type") != 1)
        sealed->fault = "the mail says more than once what it is";
    reader->mail->sealed = sealed;
}

/* ---- verifying ------------------------------------------------------------------------------- */

/* RFC 8551 section 3.1.1: lines end with CR LF where they are signed, whatever they arrived with.
 */
static const char *canonical(struct arena *arena, const char *bytes, size_t n, size_t *n_r)
{
    size_t bare = 0;
    for (size_t i = 0; i < n; i++)
        bare += bytes[i] == '\n' && (i == 0 || bytes[i - 1] != '\r');
    *n_r = n + bare;
    if (bare == 0)
        return bytes;
    char *copy = arena_alloc(arena, *n_r), *to = copy;
    for (size_t i = 0; i < n; i++) {
        if (bytes[i] == '\n' && (i == 0 || bytes[i - 1] != '\r'))
            *to++ = '\r';
        *to++ = bytes[i];
    }
    return copy;
}

static bool is_part_signed(const struct mail *mail)
{
    for (size_t i = 0; i < mail->part_count; i++) {
        const struct mail_part *part = &mail->parts[i];
        if (is_signature_type(part->type) ||
            (is_opaque(part->type, part->name) && part->text != PART_ENCRYPTED))
            return true;
    }
    return false;
}

void mail_verify(struct arena *arena, struct mail *mail, const struct authorities *authorities,
                 int64_t at)
{
    const struct sealed *sealed = mail->sealed;
    struct mail_signature *signature = ARENA_NEW(arena, struct mail_signature);
    mail->signature = signature;
    if (!sealed && is_part_signed(mail)) {
        signature->result = SIGNATURE_PARTLY;
    } else if (!sealed) {
        mail->signature = NULL;
    } else if (sealed->fault) {
        *signature =
            (struct mail_signature){.result = SIGNATURE_MALFORMED, .detail = sealed->fault};
    } else {
        struct smime smime = {
            .cms = sealed->cms, .cms_n = sealed->cms_n, .detached = sealed->is_clear};
        if (sealed->is_clear)
            smime.content = canonical(arena, sealed->content, sealed->content_n, &smime.content_n);
        smime_verify(arena, &smime, mail->from.n == 1 ? mail->from.v[0].address : NULL, authorities,
                     at, signature);
    }
}
