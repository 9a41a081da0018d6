/* SPDX-License-Identifier: EUPL-1.2 */
#include "mail/body_sum.h"

#include "base/digest.h"
#include "base/text.h"

#include <string.h>

static size_t cut_end(const char *bytes, size_t n)
{
    while (n > 0 && strchr(" \t\r\n", bytes[n - 1]) != NULL && bytes[n - 1] != '\0')
        n--;
    return n;
}

char *body_sum_text(struct arena *arena, const char *bytes, size_t n)
{
    struct digest *digest = digest_new();
    unsigned char sum[DIGEST_SIZE];
    const char *p = bytes, *end = bytes + cut_end(bytes, n);

    while (p < end) {
        const char *feed = memchr(p, '\n', (size_t)(end - p));
        const char *line_end = feed != NULL ? feed : end;
        const char *next = feed != NULL ? feed + 1 : end;

        if (feed != NULL && line_end > p && line_end[-1] == '\r')
            line_end--;
        digest_add(digest, p, (size_t)(line_end - p));
        digest_add(digest, "\r\n", 2);
        p = next;
    }
    digest_end(digest, sum);
    return text_hex(arena, sum, sizeof sum);
}

static char *sum_parts(struct arena *arena, const struct mail *mail, bool exact)
{
    struct text text;

    text_init(&text, arena);
    for (size_t i = 0; i < mail->part_count; i++) {
        const struct mail_part *part = &mail->parts[i];
        const char *sum = exact || part->text_sum == NULL ? part->sha256 : part->text_sum;

        text_addf(&text, "%s\n%s\n%s\n", part->type, part->name ? part->name : "", sum);
    }
    return digest_hex(arena, text.s, text.len);
}

char *body_sum(struct arena *arena, const struct mail *mail)
{
    return sum_parts(arena, mail, false);
}

char *body_sum_exact(struct arena *arena, const struct mail *mail)
{
    return sum_parts(arena, mail, true);
}
