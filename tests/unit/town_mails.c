/* SPDX-License-Identifier: EUPL-1.2 */
#include "town_mails.h"

#include "test.h"

#include "base/file.h"
#include "registry/private.h"
#include "registry/ruling.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NOON "2015-08-04T12:30:00+02:00"

int begin_group(void **state)
{
    struct err err;

    (void)state;
    mail_preload();
    return zone_set("Europe/Berlin", &err) ? 0 : -1;
}

int set_up(void **state)
{
    static struct fixture f;
    struct err err;

    f = (struct fixture){.arena = arena_new()};
    case_directory_make(&f.directory);
    f.body = town_new(f.arena);
    f.body->mailboxes[0].folder = "INBOX";
    town_set(f.arena, &f.body->authserv_id, "mx.bedburg-hau.example");
    f.conf = (struct conf){.state_directory = f.directory.state, .bodies = f.body, .body_count = 1};
    if (!registry_open(f.directory.state, REGISTRY_WRITE, &f.registry, &err))
        fail_msg("%s", err.text);
    *state = &f;
    return 0;
}

int tear_down(void **state)
{
    struct fixture *f = *state;

    registry_close(f->registry);
    case_directory_remove(&f->directory);
    arena_free(f->arena);
    return 0;
}

/* ---- mails ---- */

static const char *domain_of(const char *address)
{
    return strchr(address, '@') + 1;
}

static const char *date_of(struct fixture *f, const struct letter *letter)
{
    return letter->date != NULL
               ? letter->date
               : arena_printf(f->arena, "Tue, 04 Aug 2015 12:03:%02u +0200", f->mails);
}

static const char *write_mail(struct fixture *f, const struct letter *letter)
{
    const char *from = letter->from != NULL ? letter->from : SPD;
    struct text text;

    text_init(&text, f->arena);
    text_add(&text, letter->head != NULL ? letter->head : "");
    if (!letter->forged)
        text_addf(&text,
                  "Authentication-Results: mx.bedburg-hau.example; dmarc=pass header.from=%s\r\n",
                  domain_of(from));
    text_addf(&text,
              "From: <%s>\r\nTo: <antraege@bedburg-hau.example>\r\nDate: %s\r\n"
              "Message-ID: <%u@mail.example>\r\nSubject: %s\r\n",
              from, date_of(f, letter), f->mails,
              letter->subject != NULL ? letter->subject : "Antrag");
    if (letter->answers != NULL)
        text_addf(&text, "In-Reply-To: <%s>\r\n", letter->answers);
    text_addf(&text,
              "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
              "Content-Type: text/plain; charset=UTF-8\r\n\r\n%s\r\n",
              letter->text);
    if (letter->file != NULL)
        text_addf(&text,
                  "--b\r\nContent-Type: text/plain; charset=UTF-8; name=\"Anlage.txt\"\r\n"
                  "Content-Disposition: attachment; filename=\"Anlage.txt\"\r\n\r\n%s\r\n",
                  letter->file);
    text_add(&text, "--b--\r\n");
    return text.s;
}

static void read_mail(struct fixture *f, const char *bytes, size_t n, struct message *message)
{
    struct reading *reading;
    struct err err;

    if (!reading_make(f->arena, bytes, n, MAIL_CONTENT, &reading, &err))
        fail_msg("%s", err.text);
    message->reading = reading;
}

static struct ruling_context context_of(struct fixture *f)
{
    static unsigned n;

    return (struct ruling_context){.registry = f->registry,
                                   .arena = f->arena,
                                   .conf = &f->conf,
                                   .actor = "anna",
                                   .now = town_moment(NOON) + f->mails,
                                   .token = arena_printf(f->arena, "%032x", ++n)};
}

static struct message new_message(struct fixture *f, const char *token)
{
    return (struct message){
        .body = f->body,
        .mailbox = &f->body->mailboxes[0],
        .now = town_moment(NOON) + f->mails,
        .token = token,
        .raw = {.body = f->body->id,
                .mailbox = "rathaus",
                .folder = "INBOX",
                .uidvalidity = 7,
                .uid = f->mails,
                .internaldate = town_moment("2015-08-04T12:10:00+02:00") + f->mails}};
}

static bool settle(const struct ruling_context *context, struct message *message,
                   struct conclusion *conclusion, struct err *err_r)
{
    struct registry *registry = context->registry;
    struct message settled = *message;
    bool accepted;

    if (!registry_part_begin(registry, err_r))
        return false;
    bool ok = pipeline_settle(registry, context->arena, message, conclusion, &settled.id, err_r) &&
              ruling_take_reply(context, &settled, conclusion, &accepted, err_r);
    if (!registry_part_end(registry, ok, err_r)) {
        print_message("%s\n", err_r->text);
        ok = pipeline_rescue(registry, context->arena, message, conclusion, &settled.id, err_r);
    }
    message->id = settled.id;
    return ok;
}

int64_t take_letter(struct fixture *f, const struct letter *letter)
{
    struct conclusion conclusion = {0};
    struct err err;

    f->mails++;
    const char *bytes = letter->bytes != NULL ? letter->bytes : write_mail(f, letter);
    struct ruling_context context = context_of(f);
    struct message message = new_message(f, context.token);
    if (letter->unreadable)
        message.unreadable = "it ended the reader";
    else
        read_mail(f, bytes, strlen(bytes), &message);
    context.actor = NULL;
    if (!memfd_from("mail", bytes, strlen(bytes), &message.raw.fd, &err) ||
        !pipeline_receive(f->registry, &message, &err) || !registry_begin(f->registry, &err) ||
        !settle(&context, &message, &conclusion, &err) || !registry_commit(f->registry, &err))
        fail_msg("%s", err.text);
    close(message.raw.fd);
    print_message("m%lld: %s, %s\n", (long long)message.id, conclusion.decision.row,
                  conclusion.decision.reason);
    return message.id;
}

const char motion_text[] =
    "SPD-Ratsfraktion und CDU-Fraktion\r\n\r\nAn den Bürgermeister der Gemeinde Bedburg-Hau\r\n\r\n"
    "Antrag: Radweg an der Uedemer Straße\r\n\r\nSehr geehrter Herr Bürgermeister,\r\n\r\nwir "
    "bitten, den Antrag in der Sitzung des Rates am 24.09.2015 zu behandeln.\r\n\r\n"
    "Beschlussvorschlag:\r\nDer Rat beauftragt die Verwaltung, einen Radweg zu planen.\r\n\r\n"
    "Mit freundlichen Grüßen\r\nWilhelm van Beek\r\nFraktionsvorsitzender\r\n";

const char other_text[] =
    "SPD-Ratsfraktion\r\n\r\nAn den Bürgermeister der Gemeinde Bedburg-Hau\r\n\r\n"
    "Antrag: Tempo 30 in der Schulstraße\r\n\r\nSehr geehrter Herr Bürgermeister,\r\n\r\nwir "
    "bitten, den Antrag in der Sitzung des Rates am 24.09.2015 zu behandeln.\r\n\r\n"
    "Beschlussvorschlag:\r\nDer Rat beschließt Tempo 30.\r\n\r\nMit freundlichen Grüßen\r\n"
    "Wilhelm van Beek\r\n";

/* ---- orders ---- */

static const char *say_error(struct fixture *f, const struct err *err)
{
    return arena_printf(f->arena, "%d %s", err_exit_code(err->kind), err->text);
}

static const char *say_answer(struct fixture *f, struct json *answer)
{
    const char *text = json_print_compact(f->arena, answer);

    json_free(answer);
    return text;
}

const char *decide_on(struct fixture *f, const struct ruling_order *order)
{
    struct ruling_context context = context_of(f);
    struct json *request = ruling_order_to_json(order), *answer;
    struct ruling_order copy;
    struct err err;
    bool ok = ruling_order_from_json(f->arena, request, &copy, &err) &&
              ruling_decide(&context, &copy, &answer, &err);

    json_free(request);
    return ok ? say_answer(f, answer) : say_error(f, &err);
}

const char *reread(struct fixture *f, const char *id)
{
    const struct ruling_order order = {.verb = RULING_REREAD, .subject = id};
    struct ruling_context context = context_of(f);
    struct message message;
    struct json *answer;
    struct err err;
    char *bytes;
    size_t n;

    if (!ruling_open_message(&context, &order, &message, &err))
        return say_error(f, &err);
    if (!file_read(f->arena, arena_printf(f->arena, "/proc/self/fd/%d", message.raw.fd), 1 << 20,
                   &bytes, &n, &err))
        fail_msg("%s", err.text);
    close(message.raw.fd);
    read_mail(f, bytes, n, &message);
    if (!registry_begin(f->registry, &err))
        fail_msg("%s", err.text);
    if (!ruling_reread(&context, &message, &answer, &err)) {
        registry_rollback(f->registry);
        return say_error(f, &err);
    }
    if (!registry_commit(f->registry, &err))
        fail_msg("%s", err.text);
    return say_answer(f, answer);
}

void give_token(struct fixture *f, int64_t message)
{
    const struct reply notice = {
        .kind = REPLY_NOTICE,
        .to = OFFICE,
        .envelope_from = "antraege@bedburg-hau.example",
        .subject = "Bitte entscheiden",
        .message_id = arena_printf(f->arena, "notice.%lld@mx.example", (long long)message),
        .bytes = "Bitte entscheiden",
        .size = 17,
        .token = "0123456789abcdef01234567",
        .occasion = arena_printf(f->arena, "held %lld", (long long)message)};
    struct err err;

    if (!registry_begin(f->registry, &err) ||
        !registry_add_notice(f->registry, f->body->id, &notice, &message, 1, town_moment(NOON),
                             &err) ||
        !registry_commit(f->registry, &err))
        fail_msg("%s", err.text);
}

/* ---- what became of it ---- */

void run_sql(struct fixture *f, const char *script)
{
    struct err err;

    if (!statement_script(f->registry, script, &err))
        fail_msg("%s", err.text);
}

const char *get(struct fixture *f, const char *sql)
{
    struct statement *s;
    struct err err;
    const char *text = NULL;

    if (!statement_open(f->registry, sql, NULL, 0, &s, &err))
        fail_msg("%s", err.text);
    if (statement_next(s))
        text = statement_text(s, f->arena, 0);
    if (!statement_close(s, &err))
        fail_msg("%s", err.text);
    return text != NULL ? text : "";
}

void expect(struct fixture *f, const char *sql, const char *wanted)
{
    assert_string_equal(get(f, sql), wanted);
}

void expect_part(const char *answer, const char *part)
{
    if (strstr(answer, part) == NULL)
        fail_msg("wanted \"%s\" in: %s", part, answer);
}

void expect_motion(struct fixture *f, const char *wanted)
{
    struct motion_filter filter = {
        .number = "A/2015/0001", .meeting = DAY_NONE, .since = DAY_NONE, .state = -1};
    struct motion_row *rows;
    struct err err;
    size_t count;

    if (!registry_list_motions(f->registry, f->arena, &filter, &rows, &count, &err))
        fail_msg("%s", err.text);
    assert_int_equal(count, 1);
    assert_string_equal(arena_printf(f->arena, "%s (%s) %s %d",
                                     text_join(f->arena, &rows->factions, ","),
                                     text_join(f->arena, &rows->named, ","),
                                     motion_state_to_text(rows->state), rows->version),
                        wanted);
}

const char *answer_to(struct fixture *f, const char *kind, const char *to)
{
    return get(f, arena_printf(f->arena,
                               "SELECT message_id FROM deliveries WHERE kind = '%s' AND"
                               " recipient = '%s' ORDER BY id DESC LIMIT 1",
                               kind, to));
}

const char *told(struct fixture *f, int64_t message, const char *to)
{
    return get(f, arena_printf(f->arena,
                               "SELECT kind FROM deliveries WHERE message = %lld AND recipient ="
                               " '%s' ORDER BY id LIMIT 1",
                               (long long)message, to));
}

const char *enclosing_text(struct fixture *f)
{
    return arena_printf(f->arena, "%s\r\nDen Lageplan finden Sie in der Anlage.\r\n", motion_text);
}

const char *same_bytes(struct fixture *f)
{
    return arena_printf(f->arena,
                        "From: <" SPD ">\r\nTo: <antraege@bedburg-hau.example>\r\n"
                        "Date: Tue, 04 Aug 2015 12:00:00 +0200\r\n"
                        "Message-ID: <same@mail.example>\r\nSubject: Antrag\r\n"
                        "Content-Type: text/plain; charset=UTF-8\r\n\r\n%s",
                        motion_text);
}
