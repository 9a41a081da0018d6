/* SPDX-License-Identifier: EUPL-1.2 */
#include "test.h"

#include "registry_case.h"

#include "base/file.h"
#include "decision/number.h"
#include "mail/body_sum.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

void case_directory_make(struct case_directory *directory)
{
    const char *base = getenv("TMPDIR");

    snprintf(directory->path, sizeof directory->path, "%s/registry-XXXXXX",
             base != NULL && strlen(base) < 150 ? base : "/tmp");
    if (mkdtemp(directory->path) == NULL)
        panic("cannot make %s", directory->path);
    snprintf(directory->state, sizeof directory->state, "%s/state", directory->path);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st, (void)type, (void)ftw;
    return remove(path);
}

void case_directory_remove(const struct case_directory *directory)
{
    nftw(directory->path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static const struct case_directory *copied;
static const char *copy_to;

static int copy_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    char to[400];

    (void)ftw;
    snprintf(to, sizeof to, "%s%s", copy_to, path + strlen(copied->state));
    if (type == FTW_D)
        return mkdir(to, st->st_mode & 07777);
    int in = open(path, O_RDONLY | O_CLOEXEC);
    int out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, st->st_mode & 07777);
    bool ok = in >= 0 && out >= 0 && sendfile(out, in, NULL, (size_t)st->st_size) == st->st_size;
    close(in);
    close(out);
    return ok ? 0 : -1;
}

void case_directory_copy(const struct case_directory *from, struct case_directory *copy_r)
{
    case_directory_make(copy_r);
    copied = from;
    copy_to = copy_r->state;
    if (nftw(from->state, copy_one, 16, FTW_PHYS) != 0)
        panic("cannot copy %s", from->state);
}

int case_set_up(void **state)
{
    struct registry_case *c = xcalloc(1, sizeof *c);

    case_directory_make(&c->directory);
    c->arena = arena_new();
    *state = c;
    case_must(c, zone_set("Europe/Berlin", &c->err));
    case_open(c, REGISTRY_WRITE);
    return 0;
}

int case_tear_down(void **state)
{
    struct registry_case *c = *state;

    registry_close(c->registry);
    arena_free(c->arena);
    case_directory_remove(&c->directory);
    free(c);
    return 0;
}

void case_open(struct registry_case *c, enum registry_mode mode)
{
    case_must(c, registry_open(c->directory.state, mode, &c->registry, &c->err));
}

void case_reopen(struct registry_case *c)
{
    registry_close(c->registry);
    case_open(c, REGISTRY_WRITE);
}

void case_must(const struct registry_case *c, bool ok)
{
    if (!ok)
        fail_msg("%s", c->err.text);
}

static const char *or_else(const char *s, const char *other)
{
    return s != NULL ? s : other;
}

static const char *sum_of(struct arena *arena, const char *s)
{
    return digest_hex(arena, s, strlen(s));
}

void sample_make_raw(const struct sample *sample, struct arena *arena, struct raw_mail *raw_r)
{
    struct err err;
    const char *bytes = arena_printf(
        arena, "Received: %s\r\nMessage-ID: <%s>\r\nFrom: %s\r\n\r\n%s\r\n%s\r\n",
        or_else(sample->trace, ""), or_else(sample->message_id, ""), or_else(sample->from, ""),
        or_else(sample->text, "Guten Tag"), or_else(sample->attachment, ""));
    struct digest *digest = digest_new();

    *raw_r = (struct raw_mail){
        .body = or_else(sample->body, "hau"),
        .mailbox = "rathaus",
        .folder = or_else(sample->folder, "INBOX"),
        .uidvalidity = sample->uidvalidity != 0 ? sample->uidvalidity : 7,
        .uid = sample->uid,
        .internaldate = CASE_NOW - 60,
        .size = strlen(bytes),
    };
    digest_add(digest, bytes, raw_r->size);
    digest_end(digest, raw_r->sha256);
    if (!memfd_from("mail", bytes, raw_r->size, &raw_r->fd, &err))
        panic("%s", err.text);
}

/* A text and, where it has one, a PDF; a logo comes with every mail. */
static void make_parts(const struct sample *sample, struct arena *arena, struct mail *mail)
{
    const char *text = or_else(sample->text, "Guten Tag");

    mail->parts = arena_array(arena, 3, sizeof *mail->parts);
    mail->parts[mail->part_count++] =
        (struct mail_part){.path = "1",
                           .type = "text/plain",
                           .size = strlen(text),
                           .sha256 = sum_of(arena, text),
                           .text_sum = body_sum_text(arena, text, strlen(text)),
                           .is_body = true};
    mail_part_set_text(arena, &mail->parts[0], text);
    mail->parts[mail->part_count++] = (struct mail_part){.path = "2",
                                                         .type = "image/png",
                                                         .name = "logo.png",
                                                         .size = 4,
                                                         .sha256 = sum_of(arena, "logo"),
                                                         .text = PART_IMAGE};
    if (sample->attachment != NULL)
        mail->parts[mail->part_count++] =
            (struct mail_part){.path = "3",
                               .type = "application/pdf",
                               .name = "Antrag.pdf",
                               .size = strlen(sample->attachment),
                               .sha256 = sum_of(arena, sample->attachment),
                               .text = PART_EXTRACTED,
                               .content = sample->attachment};
}

static struct reading *make_reading(const struct sample *sample, struct arena *arena)
{
    struct reading *reading = ARENA_NEW(arena, struct reading);
    struct mail *mail = ARENA_NEW(arena, struct mail);
    size_t count = sample->motions + sample->held_motions;

    reading->mail = mail;
    mail->message_id = sample->message_id;
    mail->date = "2015-08-04T12:00:00+02:00";
    mail->date_at = CASE_NOW - 191 + sample->later;
    if (sample->lacks_attachment)
        texts_add(&mail->defects, arena, "attachment-missing");
    mail->subject = sample->no_subject ? NULL : or_else(sample->subject, "Antrag: Radweg");
    mail->text = or_else(sample->text, "Guten Tag");
    if (sample->from != NULL) {
        mail->from.v = ARENA_NEW(arena, struct mail_address);
        mail->from.v[mail->from.n++] = (struct mail_address){"Eva Beispiel", sample->from};
    }
    for (size_t i = 0; i < 2 && sample->references[i] != NULL; i++)
        texts_add(&mail->references, arena, sample->references[i]);
    make_parts(sample, arena, mail);
    mail->body_digest = body_sum(arena, mail);
    reading->motions.v = arena_array(arena, count + 1, sizeof *reading->motions.v);
    for (size_t i = 0; i < count; i++) {
        struct motion *motion = &reading->motions.v[reading->motions.n++];

        motion->kind = sample->kind;
        motion->title = arena_printf(arena, "Radweg %zu", i + 1);
        motion->letter_date = DAY_NONE;
        motion->found_in = sample->attachment != NULL ? "3" : "1";
    }
    return reading;
}

static void decide_motion(const struct sample *sample, struct arena *arena,
                          const struct known *known, const struct motion *motion, size_t i,
                          struct decided_motion *decided)
{
    struct conf_faction *faction = ARENA_NEW(arena, struct conf_faction);
    struct day meeting = DAY_NONE;

    day_parse("2015-09-24", &meeting);
    faction->title = or_else(sample->faction, "SPD");
    *decided = (struct decided_motion){
        .motion = motion,
        .registered = i < sample->motions,
        .row = i < sample->motions ? "motion" : "doubt",
        .reason = i < sample->motions ? NULL : "a doubt",
        .mover = faction,
        .deadline = {DEADLINE_IN_TIME, day_add(meeting, -10), CASE_NOW + 86400, "zehn Tage"},
        .consultation_count = 2,
    };
    decided->consultations = arena_array(arena, 2, sizeof *decided->consultations);
    decided->consultations[0] = (struct decided_consultation){"Rat", meeting, decided->deadline};
    decided->consultations[1] = (struct decided_consultation){
        "Bauausschuss", DAY_NONE, {DEADLINE_UNKNOWN, DAY_NONE, MOMENT_NONE, NULL}};
    texts_add(&decided->named, arena, "GRÜNE");
    if (decided->registered)
        decided->number = number_format(arena, "A/%Y/%4n", 2015, known->next_counter + (int)i);
}

static void make_decision(const struct sample *sample, struct arena *arena,
                          const struct known *known, const struct reading *reading,
                          struct decision *decision_r)
{
    int64_t same = known->same_bytes != 0 ? known->same_bytes : known->same_mail;

    *decision_r = (struct decision){
        .state = same != 0 ? MESSAGE_DUPLICATE : sample->state,
        .row = "sample",
        .reason = same != 0 ? arena_printf(arena, "m%lld: the same", (long long)same) : "a reason",
        .arrival = {CASE_NOW - 30, "mx.town.example"},
    };
    if (same != 0 || reading == NULL)
        return;
    decision_r->motions = arena_array(arena, reading->motions.n + 1, sizeof *decision_r->motions);
    for (size_t i = 0; i < reading->motions.n; i++)
        decide_motion(sample, arena, known, &reading->motions.v[i], i,
                      &decision_r->motions[decision_r->motion_count++]);
}

static void add_reply(const struct sample *sample, struct arena *arena, const char *body,
                      const struct known *known, struct replies *replies, struct reply reply)
{
    reply.envelope_from = "rathaus@town.example";
    reply.subject = arena_printf(arena, "[m%lld] Eingang", (long long)known->message);
    reply.message_id =
        or_else(sample->same_message_id, arena_printf(arena, "%s-%lld-%zu@town.example", body,
                                                      (long long)known->message, replies->n));
    reply.bytes = arena_printf(arena, "Subject: %s\r\n\r\n%s\r\n", reply.subject, reply.message_id);
    reply.size = strlen(reply.bytes);
    reply.waiting = sample->waiting;
    if (sample->daily && reply.kind == REPLY_CONFIRMATION) {
        reply.entry = arena_printf(arena, "[%s] entry", reply.number);
        reply.daily_at = CASE_NOW + 86400;
    }
    replies->v[replies->n++] = reply;
}

/* An acknowledgement to the sender and a confirmation to the list for each number; a review. */
static void make_replies(const struct sample *sample, struct arena *arena, const char *body,
                         const struct known *known, const struct decision *decision,
                         struct replies *replies_r)
{
    replies_r->v = arena_array(arena, 2 * decision->motion_count + 1, sizeof *replies_r->v);
    for (size_t i = 0; i < decision->motion_count; i++) {
        const char *number = decision->motions[i].number;

        if (number == NULL)
            continue;
        number = or_else(sample->wrong_number, number);
        add_reply(sample, arena, body, known, replies_r,
                  (struct reply){REPLY_ACKNOWLEDGEMENT, .to = sample->from, .number = number});
        add_reply(sample, arena, body, known, replies_r,
                  (struct reply){REPLY_CONFIRMATION, .to = "liste@town.example", .number = number});
    }
    if (sample->reviewed && decision->state != MESSAGE_DUPLICATE)
        add_reply(sample, arena, body, known, replies_r,
                  (struct reply){REPLY_REVIEW, .to = sample->from});
}

static bool record_raw(struct registry *registry, struct arena *arena, const struct sample *sample,
                       const struct raw_mail *raw, struct known *known_r, int64_t *message_r,
                       struct err *err_r)
{
    const struct conf_body body = {.id = raw->body, .number = "A/%Y/%4n"};
    const struct verdict verdict = {.level = TRUST_LISTED, .address = sample->from};
    const struct reading *reading = sample->unreadable ? NULL : make_reading(sample, arena);
    struct decision decision;
    struct replies replies = {0};

    if (!registry_keep_raw(registry, raw, err_r) ||
        !registry_lookup(registry, arena, &body, raw, reading, 2015, 0, known_r, err_r))
        return false;
    known_r->message += sample->wrong_message;
    known_r->next_counter += sample->wrong_counter;
    make_decision(sample, arena, known_r, reading, &decision);
    make_replies(sample, arena, raw->body, known_r, &decision, &replies);
    struct registry_entry entry = {
        .body = &body,
        .raw = raw,
        .reading = reading,
        .verdict = reading != NULL ? &verdict : NULL,
        .known = known_r,
        .decision = &decision,
        .replies = &replies,
        .registered_at = CASE_NOW,
    };
    return registry_record(registry, &entry, message_r, err_r);
}

bool sample_record(struct registry *registry, struct arena *arena, const struct sample *sample,
                   struct known *known_r, int64_t *message_r, struct err *err_r)
{
    struct raw_mail raw;

    sample_make_raw(sample, arena, &raw);
    bool ok = record_raw(registry, arena, sample, &raw, known_r, message_r, err_r);
    close(raw.fd);
    return ok;
}

bool sample_take(struct registry *registry, struct arena *arena, const struct sample *sample,
                 int64_t *message_r, struct err *err_r)
{
    struct known known;

    if (!registry_begin(registry, err_r))
        return false;
    if (!sample_record(registry, arena, sample, &known, message_r, err_r)) {
        registry_rollback(registry);
        return false;
    }
    return registry_commit(registry, err_r);
}

int64_t case_take(struct registry_case *c, struct sample sample)
{
    int64_t id;

    case_must(c, sample_take(c->registry, c->arena, &sample, &id, &c->err));
    return id;
}
