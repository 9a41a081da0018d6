/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * S/MIME signatures, good and bad, from bytes to the verdict.  The mails and all that they need
 * are made by tests/fake/smime.sh with openssl(1), each time anew.  The table is printed.
 */
#include "test.h"

#include "base/file.h"
#include "mail/smime.h"
#include "peer.h"
#include "town.h"
#include "trust/trust.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define VANBEEK "wilhelm.vanbeek@spd-bedburg-hau.example"
#define SIGNATURE_NONE ((enum signature_result) - 1) /* of a mail that nobody has signed */
#define UNSIGNED "Der Rat sperrt den Radweg"         /* nowhere in what anybody has signed */
#define ARRIVAL "2026-02-09T12:05:00+01:00"

static const struct smime_case {
    const char *file;
    enum signature_result result;
    enum trust_level level;
    const char *arrival; /* NULL: ARRIVAL */
    const char *crl;     /* files, with blanks between; NULL: none */
    enum signature_crl state;
    bool alone; /* the body trusts no authority */
} cases[] = {
    /* good */
    {.file = "clear", .result = SIGNATURE_GOOD, .level = TRUST_SIGNED},
    {.file = "clear-crlf", .result = SIGNATURE_GOOD, .level = TRUST_SIGNED},
    {.file = "clear-mixed", .result = SIGNATURE_GOOD, .level = TRUST_SIGNED},
    {.file = "opaque", .result = SIGNATURE_GOOD, .level = TRUST_SIGNED},
    {.file = "opaque-mixed", .result = SIGNATURE_GOOD, .level = TRUST_SIGNED},
    {.file = "intermediate", .result = SIGNATURE_GOOD, .level = TRUST_SIGNED},
    {.file = "domain-case", .result = SIGNATURE_GOOD, .level = TRUST_SIGNED},
    {.file = "subject-address", .result = SIGNATURE_GOOD, .level = TRUST_SIGNED},
    {.file = "second-address", .result = SIGNATURE_GOOD, .level = TRUST_SIGNED},
    {.file = "no-usage", .result = SIGNATURE_GOOD, .level = TRUST_SIGNED},
    {.file = "rsa", .result = SIGNATURE_GOOD, .level = TRUST_SIGNED},
    {.file = "pss", .result = SIGNATURE_GOOD, .level = TRUST_SIGNED},
    {.file = "ed25519", .result = SIGNATURE_GOOD, .level = TRUST_SIGNED},
    {.file = "sha384", .result = SIGNATURE_GOOD, .level = TRUST_SIGNED},
    {.file = "no-attributes", .result = SIGNATURE_GOOD, .level = TRUST_SIGNED},
    {.file = "dated", .result = SIGNATURE_GOOD, .level = TRUST_SIGNED},
    {.file = "by-key-identifier", .result = SIGNATURE_GOOD, .level = TRUST_SIGNED},
    {.file = "two-signers", .result = SIGNATURE_GOOD, .level = TRUST_SIGNED},
    {.file = "old-command", .result = SIGNATURE_GOOD, .level = TRUST_SIGNED},
    {.file = "x-types", .result = SIGNATURE_GOOD, .level = TRUST_SIGNED},
    {.file = "x-opaque", .result = SIGNATURE_GOOD, .level = TRUST_SIGNED},
    {.file = "octet-stream", .result = SIGNATURE_GOOD, .level = TRUST_SIGNED},
    {.file = "folded", .result = SIGNATURE_GOOD, .level = TRUST_SIGNED},
    {.file = "epilogue", .result = SIGNATURE_GOOD, .level = TRUST_SIGNED},
    {.file = "preamble", .result = SIGNATURE_GOOD, .level = TRUST_SIGNED},
    {.file = "utf8-address", .result = SIGNATURE_GOOD, .level = TRUST_SIGNED},
    {.file = "withdrawal-quoting", .result = SIGNATURE_GOOD, .level = TRUST_SIGNED},
    /* by a pinned certificate */
    {.file = "pinned", .result = SIGNATURE_UNTRUSTED, .level = TRUST_SIGNED},
    {.file = "pinned", .result = SIGNATURE_UNTRUSTED, .level = TRUST_SIGNED, .alone = true},
    {.file = "clear", .result = SIGNATURE_UNTRUSTED, .level = TRUST_LISTED, .alone = true},
    {.file = "pinned", .result = SIGNATURE_UNTRUSTED, .level = TRUST_SIGNED, .crl = "later"},
    {.file = "other-pinned", .result = SIGNATURE_OTHER_ADDRESS, .level = TRUST_LISTED},
    {.file = "pinned-for-another", .result = SIGNATURE_UNTRUSTED, .level = TRUST_LISTED},
    /* the time of arrival */
    {.file = "expired",
     .result = SIGNATURE_GOOD,
     .level = TRUST_SIGNED,
     .arrival = "2020-06-01T12:00:00Z"},
    {.file = "expired", .result = SIGNATURE_EXPIRED, .level = TRUST_LISTED},
    {.file = "pinned",
     .result = SIGNATURE_NOT_YET_VALID,
     .level = TRUST_LISTED,
     .arrival = "2024-12-31T23:00:00Z"},
    {.file = "future", .result = SIGNATURE_NOT_YET_VALID, .level = TRUST_LISTED},
    {.file = "future",
     .result = SIGNATURE_GOOD,
     .level = TRUST_SIGNED,
     .arrival = "2030-01-02T00:00:00Z"},
    /* lists of revoked certificates */
    {.file = "clear",
     .result = SIGNATURE_GOOD,
     .level = TRUST_SIGNED,
     .crl = "current",
     .state = SIGNATURE_CRL_CURRENT},
    {.file = "clear",
     .result = SIGNATURE_GOOD,
     .level = TRUST_SIGNED,
     .crl = "old",
     .state = SIGNATURE_CRL_OUT_OF_DATE},
    {.file = "clear",
     .result = SIGNATURE_GOOD,
     .level = TRUST_SIGNED,
     .crl = "later",
     .state = SIGNATURE_CRL_CURRENT},
    {.file = "clear",
     .result = SIGNATURE_GOOD,
     .level = TRUST_SIGNED,
     .crl = "sub",
     .state = SIGNATURE_CRL_MISSING},
    {.file = "intermediate",
     .result = SIGNATURE_GOOD,
     .level = TRUST_SIGNED,
     .crl = "current",
     .state = SIGNATURE_CRL_MISSING},
    {.file = "intermediate",
     .result = SIGNATURE_GOOD,
     .level = TRUST_SIGNED,
     .crl = "current sub",
     .state = SIGNATURE_CRL_CURRENT},
    {.file = "revoked", .result = SIGNATURE_GOOD, .level = TRUST_SIGNED},
    {.file = "revoked",
     .result = SIGNATURE_GOOD,
     .level = TRUST_SIGNED,
     .crl = "before",
     .state = SIGNATURE_CRL_CURRENT},
    {.file = "revoked",
     .result = SIGNATURE_REVOKED,
     .level = TRUST_LISTED,
     .crl = "current",
     .state = SIGNATURE_CRL_CURRENT},
    {.file = "revoked",
     .result = SIGNATURE_REVOKED,
     .level = TRUST_LISTED,
     .crl = "old",
     .state = SIGNATURE_CRL_OUT_OF_DATE},
    {.file = "revoked-later",
     .result = SIGNATURE_GOOD,
     .level = TRUST_SIGNED,
     .crl = "later",
     .state = SIGNATURE_CRL_CURRENT},
    {.file = "revoked-later",
     .result = SIGNATURE_REVOKED,
     .level = TRUST_LISTED,
     .arrival = "2026-04-02T00:00:00Z",
     .crl = "later",
     .state = SIGNATURE_CRL_CURRENT},
    /* altered, and damaged */
    {.file = "altered", .result = SIGNATURE_ALTERED, .level = TRUST_LISTED},
    {.file = "stripped", .result = SIGNATURE_ALTERED, .level = TRUST_LISTED},
    {.file = "opaque-altered", .result = SIGNATURE_ALTERED, .level = TRUST_LISTED},
    {.file = "opaque-longer", .result = SIGNATURE_MALFORMED, .level = TRUST_LISTED},
    {.file = "opaque-cut", .result = SIGNATURE_MALFORMED, .level = TRUST_LISTED},
    {.file = "content-twice", .result = SIGNATURE_MALFORMED, .level = TRUST_LISTED},
    {.file = "other-type", .result = SIGNATURE_MALFORMED, .level = TRUST_LISTED},
    {.file = "other-content", .result = SIGNATURE_MALFORMED, .level = TRUST_LISTED},
    {.file = "empty", .result = SIGNATURE_EMPTY, .level = TRUST_LISTED},
    {.file = "opaque-empty", .result = SIGNATURE_EMPTY, .level = TRUST_LISTED},
    {.file = "blank", .result = SIGNATURE_EMPTY, .level = TRUST_LISTED},
    {.file = "no-certificate", .result = SIGNATURE_NO_CERTIFICATE, .level = TRUST_LISTED},
    {.file = "certificates-only", .result = SIGNATURE_NO_SIGNER, .level = TRUST_LISTED},
    {.file = "unsigned", .result = SIGNATURE_NONE, .level = TRUST_LISTED},
    {.file = "encrypted", .result = SIGNATURE_NONE, .level = TRUST_LISTED},
    /* the wrong certificate */
    {.file = "stranger", .result = SIGNATURE_UNTRUSTED, .level = TRUST_LISTED},
    {.file = "stranger-with-root", .result = SIGNATURE_UNTRUSTED, .level = TRUST_LISTED},
    {.file = "other-member", .result = SIGNATURE_OTHER_ADDRESS, .level = TRUST_LISTED},
    {.file = "cn-only", .result = SIGNATURE_OTHER_ADDRESS, .level = TRUST_LISTED},
    {.file = "other-in-both", .result = SIGNATURE_OTHER_ADDRESS, .level = TRUST_LISTED},
    {.file = "local-case", .result = SIGNATURE_OTHER_ADDRESS, .level = TRUST_LISTED},
    {.file = "server", .result = SIGNATURE_WRONG_PURPOSE, .level = TRUST_LISTED},
    {.file = "encrypts", .result = SIGNATURE_WRONG_PURPOSE, .level = TRUST_LISTED},
    {.file = "rsa1024", .result = SIGNATURE_WEAK_KEY, .level = TRUST_LISTED},
    {.file = "ec224", .result = SIGNATURE_WEAK_KEY, .level = TRUST_LISTED},
    {.file = "sha1-digest", .result = SIGNATURE_WEAK_DIGEST, .level = TRUST_LISTED},
    {.file = "md5-digest", .result = SIGNATURE_WEAK_DIGEST, .level = TRUST_LISTED},
    {.file = "sha1-chain", .result = SIGNATURE_WEAK_DIGEST, .level = TRUST_LISTED},
    {.file = "below-leaf", .result = SIGNATURE_BAD_CHAIN, .level = TRUST_LISTED},
    {.file = "one-of-two", .result = SIGNATURE_UNTRUSTED, .level = TRUST_LISTED},
    {.file = "one-of-two-expired", .result = SIGNATURE_EXPIRED, .level = TRUST_LISTED},
    /* what is shown is not what is signed */
    {.file = "partly", .result = SIGNATURE_PARTLY, .level = TRUST_LISTED},
    {.file = "list-footer", .result = SIGNATURE_PARTLY, .level = TRUST_LISTED},
    {.file = "alternative", .result = SIGNATURE_PARTLY, .level = TRUST_LISTED},
    {.file = "related", .result = SIGNATURE_PARTLY, .level = TRUST_LISTED},
    {.file = "opaque-and-more", .result = SIGNATURE_PARTLY, .level = TRUST_LISTED},
    {.file = "within-message", .result = SIGNATURE_PARTLY, .level = TRUST_LISTED},
    {.file = "is-message", .result = SIGNATURE_PARTLY, .level = TRUST_LISTED},
    {.file = "alone-in-mixed", .result = SIGNATURE_PARTLY, .level = TRUST_LISTED},
    {.file = "three-parts", .result = SIGNATURE_MALFORMED, .level = TRUST_LISTED},
    {.file = "part-before", .result = SIGNATURE_MALFORMED, .level = TRUST_LISTED},
    {.file = "not-closed", .result = SIGNATURE_MALFORMED, .level = TRUST_LISTED},
    {.file = "type-twice", .result = SIGNATURE_PARTLY, .level = TRUST_LISTED},
    {.file = "no-signature-part", .result = SIGNATURE_MALFORMED, .level = TRUST_LISTED},
    {.file = "around-signed", .result = SIGNATURE_OTHER_ADDRESS, .level = TRUST_LISTED},
    {.file = "around-message", .result = SIGNATURE_GOOD, .level = TRUST_SIGNED},
    {.file = "pgp", .result = SIGNATURE_NONE, .level = TRUST_LISTED},
    {.file = "signature-named", .result = SIGNATURE_GOOD, .level = TRUST_SIGNED},
    {.file = "inner-header", .result = SIGNATURE_GOOD, .level = TRUST_SIGNED},
    /* who is shown is not who has signed */
    {.file = "two-from", .result = SIGNATURE_OTHER_ADDRESS, .level = TRUST_UNKNOWN},
    {.file = "from-twice", .result = SIGNATURE_OTHER_ADDRESS, .level = TRUST_UNKNOWN},
    {.file = "display-name", .result = SIGNATURE_GOOD, .level = TRUST_UNKNOWN},
    {.file = "sender-only", .result = SIGNATURE_OTHER_ADDRESS, .level = TRUST_LISTED},
    {.file = "sender-member", .result = SIGNATURE_OTHER_ADDRESS, .level = TRUST_UNKNOWN},
    {.file = "comment", .result = SIGNATURE_GOOD, .level = TRUST_UNKNOWN},
    {.file = "group", .result = SIGNATURE_OTHER_ADDRESS, .level = TRUST_UNKNOWN},
    /* an old signature in a new envelope */
    {.file = "subject-only", .result = SIGNATURE_GOOD, .level = TRUST_LISTED},
    {.file = "withdrawal-replayed", .result = SIGNATURE_GOOD, .level = TRUST_LISTED},
};

static struct world {
    char directory[32];
    struct arena *arena;
    struct peer peer;
    struct conf_body *body;
} world = {.directory = "/tmp/antragd-smime.XXXXXX"};

static char *path_of(const char *name, const char *ending)
{
    return arena_printf(world.arena, "%s/%s.%s", world.directory, name, ending);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st, (void)type, (void)ftw;
    return remove(path);
}

static void pin(struct conf_member *member, const char *name)
{
    struct pem_blocks blocks;
    struct err err;
    if (!pem_read(world.arena, path_of(name, "pem"), PEM_CERTIFICATES, &blocks, &err))
        fail_msg("%s", err.text);
    texts_add(&member->fingerprints, world.arena, blocks.v[0].fingerprint);
}

static int setup(void **state)
{
    (void)state;
    if (!mkdtemp(world.directory))
        return -1;
    const char *argv[] = {"sh", peer_source("tests/fake/smime.sh"), world.directory, NULL};
    char line[16];
    peer_start(&world.peer, argv, line, sizeof line);
    if (strcmp(line, "ready") != 0)
        return -1;
    world.arena = arena_new();
    world.body = town_new(world.arena);
    struct conf_member *vanbeek = &world.body->factions[0].members[0];
    vanbeek->until = DAY_NONE;
    town_set(world.arena, &vanbeek->addresses, "wílhelm@spd-bedburg-hau.example");
    pin(vanbeek, "self");
    pin(vanbeek, "self-other");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(world.arena);
    return peer_stop(&world.peer) == 0 &&
                   nftw(world.directory, remove_one, 16, FTW_DEPTH | FTW_PHYS) == 0
               ? 0
               : -1;
}

/* Of files with blanks between their names. */
static void read_blocks(const char *names, const char *ending, enum pem_kind kind,
                        struct pem_blocks *blocks_r)
{
    char *all = arena_strdup(world.arena, names), *next = all;
    struct text text;
    struct err err;
    text_init(&text, world.arena);
    while (next && *next) {
        char *name = strsep(&next, " "), *bytes;
        size_t n;
        if (!file_read(world.arena, path_of(name, ending), PEM_MAX_FILE, &bytes, &n, &err))
            fail_msg("%s", err.text);
        text_add(&text, bytes);
    }
    if (!pem_parse(world.arena, text.s, text.len, kind, blocks_r, &err))
        fail_msg("%s: %s", names, err.text);
}

static struct authorities *trust_for(const struct smime_case *one)
{
    struct pem_blocks certificates = {0}, crls = {0};
    if (!one->alone)
        read_blocks("ca", "pem", PEM_CERTIFICATES, &certificates);
    if (one->crl)
        read_blocks(one->crl, "crl", PEM_CRLS, &crls);
    return authorities_new(&certificates, &crls);
}

/* As the daemon does it: read, verified, handed on as JSON, judged. */
static struct reading *read_mail(const char *bytes, size_t n, const struct smime_case *one,
                                 int64_t at)
{
    struct authorities *authorities = trust_for(one);
    struct reading *made, *taken;
    struct err err;
    if (!reading_make(world.arena, bytes, n, MAIL_CONTENT, &made, &err))
        fail_msg("%s: %s", one->file, err.text);
    mail_verify(world.arena, made->mail, authorities, at);
    authorities_free(authorities);
    struct json *json = reading_to_json(made);
    const char *text = json_print_compact(world.arena, json);
    json_free(json);
    if (!reading_from_json(world.arena, text, strlen(text), &taken, &err))
        fail_msg("%s: %s", one->file, err.text);
    return taken;
}

static const char *result_of(const struct mail_signature *signature)
{
    return signature ? signature_result_to_text(signature->result) : "none";
}

static bool reads_unsigned(const struct mail *mail)
{
    for (size_t i = 0; i < mail->part_count; i++)
        if (mail->parts[i].content && strstr(mail->parts[i].content, UNSIGNED))
            return true;
    return false;
}

static bool judge(const struct smime_case *one)
{
    struct verdict verdict;
    struct err err;
    char *bytes;
    size_t n;
    int64_t at = town_moment(one->arrival ? one->arrival : ARRIVAL);
    if (access(path_of(one->file, "eml"), F_OK) != 0 && strcmp(one->file, "ed25519") == 0) {
        print_message("%-20s SKIPPED: this openssl signs no mail with Ed25519\n", one->file);
        return true;
    }
    if (!file_read(world.arena, path_of(one->file, "eml"), 1 << 20, &bytes, &n, &err))
        fail_msg("%s", err.text);
    struct reading *reading = read_mail(bytes, n, one, at);
    const struct mail_signature *signature = reading->mail->signature;
    trust_judge(world.arena, reading, world.body, NULL, moment_day(at), &verdict);
    enum signature_crl state = signature ? signature->crl : SIGNATURE_CRL_NONE;
    bool ok = signature ? signature->result == one->result : one->result == SIGNATURE_NONE;
    ok = ok && verdict.level == one->level && state == one->state &&
         !(verdict.level == TRUST_SIGNED && reads_unsigned(reading->mail));
    print_message("%-20s %-15s %-12s %-13s %s%s\n", one->file, result_of(signature),
                  signature_crl_to_text(state), trust_level_to_text(verdict.level), verdict.reason,
                  ok ? "" : "  <-- WRONG");
    return ok;
}

static void test_signatures(void **state)
{
    size_t wrong = 0;
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        wrong += !judge(&cases[i]);
    print_message("%zu mails, %zu of them judged otherwise than they should\n",
                  sizeof cases / sizeof *cases, wrong);
    assert_int_equal(wrong, 0);
}

/* ---- the corpus ------------------------------------------------------------------------------ */

static const struct {
    const char *name;
    enum signature_result result;
} corpus[] = {
    {"smime-signed", SIGNATURE_GOOD},     {"smime-signed-pdf", SIGNATURE_GOOD},
    {"smime-opaque", SIGNATURE_GOOD},     {"smime-altered", SIGNATURE_ALTERED},
    {"smime-expired", SIGNATURE_EXPIRED}, {"smime-other-address", SIGNATURE_OTHER_ADDRESS},
    {"smime-partly", SIGNATURE_PARTLY},   {"smime-unknown-ca", SIGNATURE_UNTRUSTED},
    {"smime-encrypted", SIGNATURE_NONE},
};

static const char *corpus_path(const char *folder, const char *name)
{
    const char *srcdir = getenv("srcdir");
    return arena_printf(world.arena, "%s/../shared/corpus/%s/%s", srcdir ? srcdir : ".", folder,
                        name);
}

/* Of whoever the mails' From is, verified when they say they were written. */
static void test_corpus(void **state)
{
    struct pem_blocks blocks, none = {0};
    struct err err;
    (void)state;
    if (!pem_read(world.arena, corpus_path("keys", "ca.pem"), PEM_CERTIFICATES, &blocks, &err)) {
        print_message("SKIPPED: %s\n", err.text);
        skip();
    }
    struct authorities *authorities = authorities_new(&blocks, &none);
    for (size_t i = 0; i < sizeof corpus / sizeof *corpus; i++) {
        const char *path =
            corpus_path("mails", arena_printf(world.arena, "%s.eml", corpus[i].name));
        struct mail *mail;
        char *bytes;
        size_t n;
        if (!file_read(world.arena, path, 1 << 24, &bytes, &n, &err) ||
            !mail_read(world.arena, bytes, n, MAIL_CONTENT, &mail, &err))
            fail_msg("%s", err.text);
        mail_verify(world.arena, mail, authorities, mail->date_at);
        print_message("%-20s %s\n", corpus[i].name, result_of(mail->signature));
        assert_int_equal(mail->signature ? mail->signature->result : SIGNATURE_NONE,
                         corpus[i].result);
    }
    authorities_free(authorities);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_signatures),
        cmocka_unit_test(test_corpus),
    };
    motion_preload();
    return cmocka_run_group_tests_name("smime", tests, setup, teardown);
}
