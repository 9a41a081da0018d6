/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The mails of the corpus beside the source tree, compared as its README says: what an expectation
 * leaves out is not judged, texts are equal after white space was squeezed.  A name in `promised`
 * must be right in every judged field; the score of the others is printed.
 */
#include "test.h"

#include "base/arena.h"
#include "base/file.h"
#include "base/json.h"
#include "mail/mail.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define MAX_MAIL (64 * 1024 * 1024)

static char corpus[4096];

/* The mails that are read wholly right; the test prints a name that is missing here. */
static const char *const promised[] = {
    "alternative",
    "alternative-stub",
    "auto-generated-copier",
    "auto-reply-abwesenheitsnotiz",
    "auto-reply-outlook",
    "auto-reply-precedence",
    "auto-reply-vacation",
    "bare-lf",
    "body-budget",
    "body-citizen",
    "body-motion-and-inquiry",
    "body-no-motion-invitation",
    "body-no-motion-invoice",
    "body-no-motion-thanks",
    "body-signature",
    "bounce-exchange",
    "bounce-postfix",
    "bounce-qmail",
    "charset-ascii-is-latin1",
    "charset-latin1-is-cp1252",
    "charset-latin1-is-utf8",
    "charset-unknown",
    "charset-utf8-is-cp1252",
    "date-2050",
    "display-name-encoded",
    "display-name-spoof",
    "disposition-outlook",
    "disposition-thunderbird",
    "doc",
    "docx",
    "docx-header",
    "empty-subject",
    "flowed",
    "flowed-delsp",
    "forged-authres",
    "forward-inline-fwd",
    "forward-inline-quoted",
    "forward-inline-wg",
    "forward-rfc822",
    "from-twice",
    "group-addresses",
    "html-hidden",
    "html-outlook",
    "html-table",
    "list-motion",
    "list-newsletter",
    "list-own-confirmation",
    "long-headers",
    "nested-60",
    "nfd-macos",
    "no-date",
    "no-from",
    "no-message-id",
    "no-mime-at-all",
    "no-mime-version",
    "no-subject",
    "nul-bytes",
    "odt",
    "outlook-full",
    "parts-500",
    "pdf-cover-note",
    "pdf-damaged",
    "pdf-empty-body",
    "pdf-octet-stream",
    "pdf-only-part",
    "pdf-owner-password",
    "pdf-password",
    "pdf-scan",
    "pdf-scan-with-text",
    "pdf-seed",
    "pdf-siehe-anlage",
    "pdf-two-columns",
    "pdf-two-files",
    "pdf-two-motions-one-file",
    "personal-automatic-title",
    "plain-7bit",
    "plain-8bit-cp1252",
    "plain-8bit-latin1",
    "plain-8bit-utf8",
    "plain-base64-utf8",
    "plain-qp-latin1",
    "plain-qp-latin9",
    "raw-headers-latin1",
    "raw-headers-utf8",
    "related",
    "reply-thanks",
    "reply-to-other",
    "rfc2047-broken",
    "rfc2047-comma",
    "rfc2047-in-parameter",
    "rfc2047-subject",
    "rfc2231-both",
    "rfc2231-continued",
    "rfc2231-wrong-charset",
    "rtf",
    "same-body-and-pdf",
    "same-docx-and-pdf",
    "smime-altered",
    "smime-encrypted",
    "smime-expired",
    "smime-opaque",
    "smime-other-address",
    "smime-partly",
    "smime-signed",
    "smime-signed-pdf",
    "smime-unknown-ca",
    "text-attachment",
    "title-in-subject",
    "truncated-mid-file",
    "truncated-no-end",
    "two-from",
    "winmail-dat",
    "withdrawal-reply",
    "zip",
};

/* ---- comparing ---- */

enum field {
    FIELD_MESSAGE_ID,
    FIELD_DATE,
    FIELD_FROM,
    FIELD_SENDER,
    FIELD_TO,
    FIELD_CC,
    FIELD_REPLY_TO,
    FIELD_SUBJECT,
    FIELD_IN_REPLY_TO,
    FIELD_REFERENCES,
    FIELD_CLASS,
    FIELD_TEXT,
    FIELD_PARTS,
    FIELD_DEFECTS,
    FIELD_COUNT,
};

static const char *const field_names[FIELD_COUNT] = {
    "message_id", "date",        "from",       "sender", "to",   "cc",    "reply_to",
    "subject",    "in_reply_to", "references", "class",  "text", "parts", "defects",
};

static bool same_text(struct arena *arena, const char *a, const char *b)
{
    if (!a || !b)
        return a == b;
    return strcmp(text_squeeze(arena, text_nfc(arena, a, strlen(a))), text_squeeze(arena, b)) == 0;
}

static bool same_key(const struct json *expected, const char *key, const char *found)
{
    if (!json_get(expected, key) && !json_text(expected, key))
        return true;
    return text_equal(json_text(expected, key), found);
}

static bool same_addresses(const struct json *expected, const struct mail_addresses *found)
{
    if (json_count(expected) != found->n)
        return false;
    for (size_t i = 0; i < found->n; i++)
        if (!same_key(json_at(expected, i), "name", found->v[i].name) ||
            !same_key(json_at(expected, i), "address", found->v[i].address))
            return false;
    return true;
}

static bool same_texts(const struct json *expected, const struct texts *found)
{
    if (json_count(expected) != found->n)
        return false;
    for (size_t i = 0; i < found->n; i++)
        if (strcmp(json_text_at(expected, i), found->v[i]) != 0)
            return false;
    return true;
}

/* The text of files that are opened in another version is not judged yet. */
static bool text_state_is_judged(const struct mail_part *part)
{
    return strncmp(part->type, "application/", 12) != 0 || strstr(part->type, "pkcs7") ||
           strcmp(part->type, "application/pdf") == 0;
}

static bool same_parts(const struct json *expected, const struct mail *mail)
{
    if (json_count(expected) != mail->part_count)
        return false;
    for (size_t i = 0; i < mail->part_count; i++) {
        const struct json *one = json_at(expected, i);
        const struct mail_part *part = &mail->parts[i];
        const char *state = json_text(one, "text");
        if (!same_key(one, "path", part->path) || !same_key(one, "type", part->type) ||
            !same_key(one, "name", part->name) || !same_key(one, "sha256", part->sha256))
            return false;
        if (json_int(one, "size") && (size_t)json_int(one, "size") != part->size)
            return false;
        if (state && text_state_is_judged(part) &&
            strcmp(state, part_text_to_text(part->text)) != 0)
            return false;
    }
    return true;
}

static bool same_defects(const struct json *expected, const struct texts *found)
{
    for (size_t i = 0; i < json_count(expected); i++)
        if (!texts_has(found, json_text_at(expected, i)))
            return false;
    return json_count(expected) > 0 || found->n == 0;
}

static bool same_field(struct arena *arena, const struct json *expected, enum field field,
                       const struct mail *mail)
{
    const char *text = json_text(expected, field_names[field]);
    const struct json *value = json_get(expected, field_names[field]);
    switch (field) {
    case FIELD_MESSAGE_ID:
        return text_equal(text, mail->message_id);
    case FIELD_DATE:
        return text_equal(text, mail->date);
    case FIELD_FROM:
        return same_addresses(value, &mail->from);
    case FIELD_SENDER:
        return same_addresses(value, &mail->sender);
    case FIELD_TO:
        return same_addresses(value, &mail->to);
    case FIELD_CC:
        return same_addresses(value, &mail->cc);
    case FIELD_REPLY_TO:
        return same_addresses(value, &mail->reply_to);
    case FIELD_SUBJECT:
        return same_text(arena, text, mail->subject);
    case FIELD_IN_REPLY_TO:
        return same_texts(value, &mail->in_reply_to);
    case FIELD_REFERENCES:
        return same_texts(value, &mail->references);
    case FIELD_CLASS:
        return text_equal(text, mail_class_to_text(mail->class));
    case FIELD_TEXT:
        return same_text(arena, text, mail->text);
    case FIELD_PARTS:
        return same_parts(value, mail);
    case FIELD_DEFECTS:
        return same_defects(value, &mail->defects);
    case FIELD_COUNT:
        break;
    }
    return false;
}

/* ---- one mail ---- */

struct score {
    int judged[FIELD_COUNT];
    int right[FIELD_COUNT];
    int mails, whole;
};

static char *read_whole(struct arena *arena, const char *path, size_t *n_r)
{
    char *bytes;
    struct err err;
    if (!file_read(arena, path, MAX_MAIL, &bytes, n_r, &err))
        fail_msg("%s", err.text);
    return bytes;
}

/* A key that is there with null is judged, one that is missing is not; the getters do not tell. */
static bool is_judged(const char *json, const char *key)
{
    char quoted[64];
    snprintf(quoted, sizeof quoted, "\"%s\":", key);
    return strstr(json, quoted) != NULL;
}

static bool judge_mail(struct arena *arena, const char *folder, const char *name,
                       struct score *score)
{
    size_t n, json_n;
    struct err err;
    struct json *json;
    struct mail *mail;
    bool whole = true;
    char *bytes = read_whole(arena, arena_printf(arena, "%s/%s.eml", folder, name), &n);
    char *text = read_whole(arena, arena_printf(arena, "%s/%s.json", folder, name), &json_n);
    if (!json_parse(text, json_n, &json, &err) ||
        !mail_read(arena, bytes, n, MAIL_CONTENT, &mail, &err))
        fail_msg("%s: %s", name, err.text);
    const struct json *expected = json_get(json, "mail");
    if (!expected) { /* only its motions are judged, elsewhere */
        json_free(json);
        return true;
    }
    const char *printed = json_print_compact(arena, expected);
    for (enum field field = 0; field < FIELD_COUNT; field++) {
        if (!is_judged(printed, field_names[field]))
            continue;
        if (field == FIELD_TEXT && !json_text(expected, "text"))
            continue; /* the text of a part, not of the mail */
        bool right = same_field(arena, expected, field, mail);
        score->judged[field]++;
        score->right[field] += right;
        if (!right)
            print_message("%s: %s is wrong\n", name, field_names[field]);
        if (!right && field == FIELD_TEXT)
            print_message("--- found\n%s--- expected\n%s---\n", mail->text,
                          json_text(expected, "text"));
        whole = whole && right;
    }
    json_free(json);
    return whole;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Every NAME.json, sorted; the strings are the arena's. */
static char **list_names(struct arena *arena, const char *folder, size_t *n_r)
{
    char **names = arena_array(arena, 1000, sizeof *names);
    DIR *dir = opendir(folder);
    assert_non_null(dir);
    *n_r = 0;
    for (struct dirent *entry = readdir(dir); entry && *n_r < 1000; entry = readdir(dir)) {
        char *dot = strrchr(entry->d_name, '.');
        if (dot && strcmp(dot, ".json") == 0)
            names[(*n_r)++] = arena_strndup(arena, entry->d_name, (size_t)(dot - entry->d_name));
    }
    closedir(dir);
    qsort(names, *n_r, sizeof *names, compare_names);
    return names;
}

static bool is_promised(const char *name)
{
    for (size_t i = 0; i < sizeof promised / sizeof *promised; i++)
        if (strcmp(promised[i], name) == 0)
            return true;
    return false;
}

static bool corpus_is_there(void)
{
    const char *srcdir = getenv("srcdir");
    struct stat st;
    snprintf(corpus, sizeof corpus, "%s/../shared/corpus", srcdir ? srcdir : ".");
    if (stat(corpus, &st) == 0)
        return true;
    print_message("SKIPPED: there is no corpus at %s\n", corpus);
    return false;
}

static void corpus_is_read_as_promised(void **state)
{
    (void)state;
    if (!corpus_is_there())
        skip();
    struct arena *arena = arena_new();
    struct score score = {0};
    size_t n, broken = 0, found = 0;
    const char *folder = arena_printf(arena, "%s/mails", corpus);
    char **names = list_names(arena, folder, &n);
    for (size_t i = 0; i < n; i++) {
        struct arena *own = arena_new();
        bool whole = judge_mail(own, folder, names[i], &score);
        arena_free(own);
        score.mails++;
        score.whole += whole;
        found += is_promised(names[i]);
        broken += !whole && is_promised(names[i]);
        if (whole && !is_promised(names[i]))
            print_message("%s is right and not on the list\n", names[i]);
    }
    for (enum field field = 0; field < FIELD_COUNT; field++)
        print_message("%-12s %3d of %3d\n", field_names[field], score.right[field],
                      score.judged[field]);
    print_message("whole mails  %3d of %3d, promised %zu\n", score.whole, score.mails, found);
    arena_free(arena);
    assert_int_equal(broken, 0);
    assert_int_equal(found, sizeof promised / sizeof *promised);
}

/* Mails of our own, as the programs that people use write them; all of them must be right. */
static void own_mails_are_read_right(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct score score = {0};
    size_t n, wrong = 0;
    const char *folder = arena_printf(arena, "%s/tests/corpus/mails", getenv("srcdir"));
    char **names = list_names(arena, folder, &n);
    for (size_t i = 0; i < n; i++) {
        struct arena *own = arena_new();
        wrong += !judge_mail(own, folder, names[i], &score);
        arena_free(own);
    }
    arena_free(arena);
    print_message("%zu mails\n", n);
    assert_true(n > 30);
    assert_int_equal(wrong, 0);
}

/* ---- nothing may crash it ---- */

static void read_both(const char *bytes, size_t n)
{
    struct arena *arena = arena_new();
    struct err err;
    struct mail *mail;
    /* a copy of the exact length, so that a sanitizer sees a byte too many */
    char *copy = malloc(n ? n : 1);
    assert_non_null(copy);
    memcpy(copy, bytes, n);
    mail_read(arena, copy, n, MAIL_HEAD, &mail, &err);
    if (mail_read(arena, copy, n, MAIL_CONTENT, &mail, &err))
        assert_true(text_is_utf8(mail->text, strlen(mail->text)));
    free(copy);
    arena_free(arena);
}

static size_t read_tree(const char *path)
{
    DIR *dir = opendir(path);
    size_t count = 0;
    assert_non_null(dir);
    for (struct dirent *entry = readdir(dir); entry; entry = readdir(dir)) {
        char below[8192];
        struct stat st;
        if (entry->d_name[0] == '.')
            continue;
        snprintf(below, sizeof below, "%s/%s", path, entry->d_name);
        if (stat(below, &st) < 0)
            continue;
        if (S_ISDIR(st.st_mode)) {
            count += read_tree(below);
            continue;
        }
        struct arena *arena = arena_new();
        size_t n;
        char *bytes = read_whole(arena, below, &n);
        read_both(bytes, n);
        arena_free(arena);
        count++;
    }
    closedir(dir);
    return count;
}

static void strange_mails_do_not_crash(void **state)
{
    (void)state;
    char path[8192];
    if (!corpus_is_there())
        skip();
    snprintf(path, sizeof path, "%s/third-party", corpus);
    size_t count = read_tree(path);
    print_message("%zu files read\n", count);
    assert_true(count > 300);
}

static void cut_mails_do_not_crash(void **state)
{
    static const char *const names[] = {
        "outlook-full",      "smime-signed-pdf", "forward-rfc822", "html-outlook",   "html-table",
        "rfc2231-continued", "flowed-delsp",     "bounce-postfix", "rfc2047-broken",
    };
    (void)state;
    if (!corpus_is_there())
        skip();
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct arena *arena = arena_new();
        size_t n;
        char *bytes =
            read_whole(arena, arena_printf(arena, "%s/mails/%s.eml", corpus, names[i]), &n);
        for (size_t cut = 0; cut < 300; cut++)
            read_both(bytes, cut < 100 ? cut * 17 % (n + 1) : n * (cut - 100) / 200);
        arena_free(arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(corpus_is_read_as_promised),
        cmocka_unit_test(own_mails_are_read_right),
        cmocka_unit_test(strange_mails_do_not_crash),
        cmocka_unit_test(cut_mails_do_not_crash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
