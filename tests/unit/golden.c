/* SPDX-License-Identifier: EUPL-1.2 */
#include "test.h"

#include "golden.h"

#include "base/file.h"

#include <stdlib.h>
#include <string.h>

static void compare_text(struct arena *arena, const char *name, const char *text)
{
    const char *source = getenv("srcdir");
    const char *path =
        arena_printf(arena, "%s/tests/corpus/replies/%s.txt", source == NULL ? "." : source, name);
    struct err err;
    char *bytes;
    size_t n;

    if (text_equal(getenv("ANTRAG_GOLDEN"), "write"))
        assert_true(file_write_durable(path, text, strlen(text), 0644, &err));
    if (!file_read(arena, path, 1 << 20, &bytes, &n, &err))
        fail_msg("%s", err.text);
    assert_string_equal(text, bytes);
}

void golden_compare(struct arena *arena, const char *name, const struct reply *reply)
{
    struct mail *mail;
    struct err err;

    assert_true(mail_read(arena, reply->bytes, reply->size, MAIL_HEAD, &mail, &err));
    assert_int_equal(mail->part_count, 1);
    compare_text(arena, name,
                 arena_printf(arena, "To: %s\nSubject: %s\n\n%s", reply->to, mail->subject,
                              mail->parts[0].content));
}
