/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Which mail a report is on, by the Message-ID: as the server returns it, as its text names it, and
 * last of all as the report's own header says what it answers.
 */
#include "mail/inside.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* An id that stands in a text without a name is longer than an address, and has more digits. */
#define ID_MIN_LOCAL 16
#define ID_MIN_DIGITS 4

/* ---- by its name: "Message-ID: <...>" ---- */

static const char *after_name(const char *line)
{
    static const char *const before[] = {"X-", "Original-", "Original "};
    static const char *const names[] = {"Message-ID", "Message ID", "MessageID", "Nachrichten-ID"};
    line += strspn(line, "> \t*|");
    for (size_t i = 0; i < sizeof before / sizeof *before; i++)
        if (strncasecmp(line, before[i], strlen(before[i])) == 0)
            line += strlen(before[i]);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        size_t n = strlen(names[i]);
        if (strncasecmp(line, names[i], n) == 0) {
            const char *value = line + n + strspn(line + n, " \t|");
            return *value == ':' ? value + 1 : *value == '<' ? value : NULL;
        }
    }
    return NULL;
}

/* A line of a copied header, perhaps quoted; its value may stand on the next line. */
static const char *named_id(struct arena *arena, const char *s)
{
    for (const char *line = s; line && *line;) {
        const char *value = after_name(line);
        const char *id =
            value ? mail_one_id(arena, arena_strndup(arena, value, strnlen(value, 1000))) : NULL;
        if (id)
            return id;
        line = strchr(line, '\n');
        line = line ? line + 1 : NULL;
    }
    return NULL;
}

/* ---- by its shape ---- */

static bool is_domain_of(const char *domain, const char *address)
{
    const char *at = address ? strrchr(address, '@') : NULL;
    return at && strcasecmp(at + 1, domain) == 0;
}

/* The one the report came to has sent the mail, and made the id. */
static bool is_our_domain(const struct mail *mail, const char *domain)
{
    for (size_t i = 0; i < mail->to.n; i++)
        if (is_domain_of(domain, mail->to.v[i].address))
            return true;
    for (size_t i = 0; i < mail->delivered_to.n; i++)
        if (is_domain_of(domain, mail->delivered_to.v[i]))
            return true;
    return false;
}

/* The addresses that are made anew for each mail (VERP, SRS) have a "+" or "=". */
static bool looks_like_id(const struct mail *mail, const char *token)
{
    size_t n = strcspn(token, "@"), digits = 0;
    if (token[n] != '@' || n < ID_MIN_LOCAL || strcspn(token, "+=") < n)
        return false;
    for (size_t i = 0; i < n; i++)
        digits += isdigit((unsigned char)token[i]) != 0;
    return digits >= ID_MIN_DIGITS && is_our_domain(mail, token + n + 1);
}

static const char *shaped_id(struct reader *reader, const char *s)
{
    static const char between[] = " \t\n<>()[]\"',;:|";
    while (*s) {
        s += strspn(s, between);
        size_t n = strcspn(s, between), end = n;
        while (end > 0 && s[end - 1] == '.')
            end--;
        if (end <= MAIL_MAX_ID && memchr(s, '@', end)) {
            const char *token = arena_strndup(reader->arena, s, end);
            if (looks_like_id(reader->mail, token))
                return token;
        }
        s += n;
    }
    return NULL;
}

/* ---- as the report's own header says ---- */

/* People answer mails, too: only of what a server wrote without doubt. */
static const char *answered_id(const struct reader *reader)
{
    const struct mail *mail = reader->mail;
    const struct texts *references = &mail->references;
    if (!reader->report_fields && !mail_has_null_path(mail))
        return NULL;
    if (mail->in_reply_to.n > 0)
        return mail->in_reply_to.v[0];
    return references->n > 0 ? references->v[references->n - 1] : NULL;
}

const char *report_find_id(struct reader *reader, const char *text)
{
    const struct mail *mail = reader->mail;
    if (reader->returned_id)
        return reader->returned_id;
    for (size_t i = 0; i < mail->forward_count; i++)
        if (mail->forwards[i].message_id)
            return mail->forwards[i].message_id;
    const char *id = named_id(reader->arena, reader->report_fields);
    if (!id)
        id = named_id(reader->arena, reader->disposition_fields);
    if (!id)
        id = named_id(reader->arena, text);
    if (!id)
        id = shaped_id(reader, text);
    return id ? id : answered_id(reader);
}
