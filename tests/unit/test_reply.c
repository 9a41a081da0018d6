/* SPDX-License-Identifier: EUPL-1.2 */
#include "test.h"

#include "base/err.h"
#include "base/file.h"
#include "decision/say.h"
#include "golden.h"
#include "mail/address.h"
#include "reply/book.h"
#include "reply/news.h"
#include "reply/overrides.h"
#include "reply/reply.h"
#include "reply/template.h"
#include "reply/values.h"
#include "reply/words.h"
#include "town.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TOKEN "0123456789abcdef0123456789abcdef"
#define SECRET "fedcba9876543210fedcba9876543210"
#define SPD_CHAIR "wilhelm.vanbeek@spd-bedburg-hau.example"
#define SPD_OFFICE "geschaeftsstelle@spd-bedburg-hau.example"
#define CDU_CHAIR "vorsitz@cdu-bedburg-hau.example"
#define LIST "rat@lists.bedburg-hau.example"
#define OFFICE "ratsbuero@bedburg-hau.example"

static struct arena *arena;

static int set_up(void **state)
{
    struct err err;

    (void)state;
    arena = arena_new();
    mail_preload();
    motion_preload();
    return zone_set("Europe/Berlin", &err) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

/* ---- a mail, judged and answered --------------------------------------------------------------
 */

struct setting {
    struct conf_body *body;
    struct reading *reading; /* NULL: unreadable */
    bool broken;             /* only its head was read */
    struct known known;
    struct arrival arrival;
    struct verdict verdict;
    struct decision decision;
    struct raw_mail raw;
};

static const char *token = TOKEN;

static void answer(void (*change)(struct setting *), struct setting *s, struct replies *replies_r)
{
    struct case_file file;
    struct reply_input input;

    *s = (struct setting){.body = town_new(arena),
                          .reading = town_letter(arena),
                          .known = {.message = 12, .next_counter = 1},
                          .arrival = {.at = town_moment("2015-08-04T12:03:14+02:00"),
                                      .basis = "mx.bedburg-hau.example"},
                          .raw = {.size = 208123, .fd = -1}};
    memset(s->raw.sha256, 0xab, sizeof(s->raw.sha256));
    if (change != NULL)
        change(s);
    file = (struct case_file){.body = s->body,
                              .mailbox = &s->body->mailboxes[0],
                              .reading = s->reading,
                              .unreadable =
                                  s->reading == NULL || s->broken ? "more than 500 parts" : NULL,
                              .known = &s->known,
                              .arrival = s->arrival};
    if (s->reading != NULL) {
        trust_judge(arena, s->reading, s->body, NULL, moment_day(s->arrival.at), &s->verdict);
        file.verdict = &s->verdict;
    }
    decide(arena, &file, &s->decision);
    input = (struct reply_input){.body = s->body,
                                 .mailbox = file.mailbox,
                                 .raw = &s->raw,
                                 .reading = s->reading,
                                 .verdict = file.verdict,
                                 .known = &s->known,
                                 .decision = &s->decision,
                                 .registered_at = town_moment("2015-08-04T12:03:20+02:00"),
                                 .token = token};
    reply_render(arena, &input, replies_r);
}

static struct mail *read_back(const struct reply *reply)
{
    struct mail *mail;
    struct err err;

    assert_true(mail_read(arena, reply->bytes, reply->size, MAIL_HEAD, &mail, &err));
    assert_int_equal(mail->part_count, 1);
    return mail;
}

/* What a person reads, its lines joined. */
static const char *joined(const struct reply *reply)
{
    return text_squeeze(arena, read_back(reply)->parts[0].content);
}

/* The value of a header as it stands in the bytes, unfolded; NULL: there is none. */
static const char *header(const struct reply *reply, const char *name)
{
    const char *bytes = arena_strndup(arena, reply->bytes, reply->size);
    const char *key = arena_printf(arena, "\r\n%s: ", name);
    const char *end = strstr(bytes, "\r\n\r\n");
    const char *at = strstr(bytes, key);
    struct text text;

    assert_non_null(end);
    if (at == NULL || at > end)
        return NULL;
    text_init(&text, arena);
    for (at += strlen(key); at[0] != '\r' || at[2] == ' ' || at[2] == '\t'; at++) {
        if (*at != '\r' && *at != '\n')
            text_add_char(&text, *at);
    }
    return text.s;
}

static const struct reply *find(const struct replies *replies, enum reply_kind kind, const char *to)
{
    for (size_t i = 0; i < replies->n; i++) {
        if (replies->v[i].kind == kind && (to == NULL || strcmp(replies->v[i].to, to) == 0))
            return &replies->v[i];
    }
    panic("test: there is no %s to %s", reply_kind_to_text(kind), to == NULL ? "anybody" : to);
}

/* ---- changes ----------------------------------------------------------------------------------
 */

static struct motion *first(struct setting *s)
{
    return &s->reading->motions.v[0];
}

static void english(struct setting *s)
{
    s->body->language = "en";
}

static void notify_all(struct setting *s)
{
    texts_add(&s->body->notify, arena, "registered");
}

static void joint(struct setting *s)
{
    texts_add(&first(s)->factions, arena, "CDU");
    texts_add(&first(s)->factions, arena, "FDP");
}

static void no_list(struct setting *s)
{
    s->body->list = NULL;
}

static void confidential(struct setting *s)
{
    first(s)->confidential = true;
}

static void confidential_joint(struct setting *s)
{
    confidential(s);
    joint(s);
}

static void high_list_trust(struct setting *s)
{
    s->body->list_trust = TRUST_SIGNED;
}

static void english_high_list_trust(struct setting *s)
{
    high_list_trust(s);
    english(s);
}

static void daily(struct setting *s)
{
    s->body->list_mode = CONF_LIST_DAILY;
    s->body->book_at = 420;
}

static void daily_confidential(struct setting *s)
{
    daily(s);
    confidential(s);
}

static void hold_answers(struct setting *s)
{
    s->body->answers = CONF_ANSWERS_HOLD;
    notify_all(s);
}

static void stranger(struct setting *s)
{
    s->reading->mail->from.v[0].address = "stranger@example.example";
}

static void forwarded(struct setting *s)
{
    struct mail *mail = s->reading->mail;

    mail->forward_count = 1;
    mail->forwards = ARENA_NEW(arena, struct mail_forward);
    mail->forwards[0] = (struct mail_forward){.path = "2",
                                              .from = mail->from,
                                              .date = "2015-08-03T09:00:00+02:00",
                                              .date_at = town_moment("2015-08-03T09:00:00+02:00"),
                                              .hops = ARENA_NEW(arena, struct mail_hop),
                                              .hop_count = 1};
    mail->forwards[0].hops[0] = (struct mail_hop){.by = "mx.bedburg-hau.example",
                                                  .at = town_moment("2015-08-03T09:00:04+02:00")};
    mail->from.v = ARENA_NEW(arena, struct mail_address);
    mail->from.v[0] = (struct mail_address){.address = "sekretariat@bedburg-hau.example"};
}

static const struct template_set *own_templates;

static void with_own_templates(struct setting *s)
{
    s->body->templates = own_templates;
}

static void withdrawal(struct setting *s)
{
    s->reading->motions.v[0].kind = MOTION_WITHDRAWAL;
    town_set(arena, &s->body->notify, "withdrawn");
}

static void no_motion_of_withdrawn(struct setting *s)
{
    s->reading->motions.n = 0;
    town_set(arena, &s->body->notify, "withdrawn");
}

static void broken(struct setting *s)
{
    s->broken = true;
}

static void broken_of_stranger(struct setting *s)
{
    s->broken = true;
    s->reading->mail->from.v[0].address = "stranger@example.example";
}

static void no_motion(struct setting *s)
{
    s->reading->motions.n = 0;
}

static void further_address(struct setting *s)
{
    no_motion(s);
    s->reading->mail->from.v[0].address = "vanbeek@mail.example";
    s->reading->mail->reply_to.v = ARENA_NEW(arena, struct mail_address);
    s->reading->mail->reply_to.v[0].address = "elsewhere@example.example";
    s->reading->mail->reply_to.n = 1;
}

static void no_motion_no_notice(struct setting *s)
{
    no_motion(s);
    town_set(arena, &s->body->notify, NULL);
}

static void mixed(struct setting *s)
{
    struct motion *second = town_add_motion(arena, s->reading);

    town_set(arena, &second->factions, "CDU");
    second->title = "Ein zweiter";
    town_add_motion(arena, s->reading)->title = "Ein dritter";
}

static void unreadable(struct setting *s)
{
    s->reading = NULL;
}

static void bounce(struct setting *s)
{
    s->reading->mail->responds = true;
    s->reading->mail->class = MAIL_BOUNCE;
}

static void duplicate(struct setting *s)
{
    s->known.same_bytes = 3;
}

static void told(struct setting *s)
{
    further_address(s);
    s->known.told = 3;
}

static void told_registered(struct setting *s)
{
    s->known.told = 3;
}

static void copier(struct setting *s)
{
    s->reading->mail->class = MAIL_AUTO_REPLY;
}

static void responder(struct setting *s)
{
    copier(s);
    s->reading->mail->responds = true;
}

static void threaded_machine(struct setting *s)
{
    copier(s);
    town_set(arena, &s->reading->mail->in_reply_to, TOKEN ".review.1@bedburg-hau.example");
}

static void suppressed(struct setting *s)
{
    s->reading->mail->suppressed = true;
}

static void suppressed_question(struct setting *s)
{
    suppressed(s);
    s->reading->motions.n = 0;
}

static void looping(struct setting *s)
{
    s->known.loop = true;
}

static void looping_question(struct setting *s)
{
    looping(s);
    s->reading->motions.n = 0;
}

static void many_hops(struct setting *s)
{
    s->reading->mail->hop_count = 51;
    s->reading->mail->hops = arena_array(arena, 51, sizeof(struct mail_hop));
}

static void member_list(struct setting *s)
{
    s->reading->mail->class = MAIL_LIST;
}

static void same_content(struct setting *s)
{
    s->known.same_content = "A/2015/0007";
}

static void not_plain(struct setting *s)
{
    s->body->factions[0].members[1].address = "x y@example.example";
}

static void after_term(struct setting *s)
{
    s->body->factions[0].members[1].until = town_day("2015-08-03");
}

/* ---- who gets what ----------------------------------------------------------------------------
 */

static const struct {
    const char *name;
    void (*change)(struct setting *s);
    const char *expected; /* kind to [waiting], in order */
} cases[] = {
    {"a motion", NULL,
     "acknowledgement " SPD_CHAIR "\nacknowledgement " SPD_OFFICE "\nconfirmation " LIST "\n"},
    {"the office is told of motions, too", notify_all,
     "acknowledgement " SPD_CHAIR "\nacknowledgement " SPD_OFFICE "\nconfirmation " LIST
     "\nnotice " OFFICE "\n"},
    {"a joint motion: the other's chair is told", joint,
     "acknowledgement " SPD_CHAIR "\nacknowledgement " SPD_OFFICE "\nacknowledgement " CDU_CHAIR
     "\nconfirmation " LIST "\n"},
    {"no list", no_list, "acknowledgement " SPD_CHAIR "\nacknowledgement " SPD_OFFICE "\n"},
    {"confidential", confidential,
     "acknowledgement " SPD_CHAIR "\nacknowledgement " SPD_OFFICE "\nconfirmation " LIST
     " waiting\nnotice " OFFICE "\n"},
    {"list-trust", high_list_trust,
     "acknowledgement " SPD_CHAIR "\nacknowledgement " SPD_OFFICE "\nconfirmation " LIST
     " waiting\nnotice " OFFICE "\n"},
    {"answers = hold", hold_answers,
     "acknowledgement " SPD_CHAIR " waiting\nacknowledgement " SPD_OFFICE
     " waiting\nconfirmation " LIST " waiting\nnotice " OFFICE " waiting\n"},
    {"unknown sender", stranger, "notice " OFFICE "\n"},
    {"no motion: the roster's address, not that of From or Reply-To", further_address,
     "review " SPD_CHAIR "\nnotice " OFFICE "\n"},
    {"no notice wanted", no_motion_no_notice, "review " SPD_CHAIR "\n"},
    {"clear, doubtful, clear", mixed,
     "acknowledgement " SPD_CHAIR "\nacknowledgement " SPD_OFFICE "\nconfirmation " LIST
     "\nreview " SPD_CHAIR "\nnotice " OFFICE "\nacknowledgement " SPD_CHAIR
     "\nacknowledgement " SPD_OFFICE "\nconfirmation " LIST "\n"},
    {"sent again", same_content, "review " SPD_CHAIR "\nnotice " OFFICE "\n"},
    {"unreadable", unreadable, "notice " OFFICE "\n"},
    {"bounce", bounce, ""},
    {"duplicate", duplicate, ""},
    {"held once more, and told before", told, ""},
    {"held before, registered now", told_registered,
     "acknowledgement " SPD_CHAIR "\nacknowledgement " SPD_OFFICE "\nconfirmation " LIST "\n"},
    {"a copier's member is told", copier, "review " SPD_CHAIR "\nnotice " OFFICE "\n"},
    {"a program that answers us is not", responder, "notice " OFFICE "\n"},
    {"a machine in a thread of ours is not", threaded_machine, "notice " OFFICE "\n"},
    {"whose motion came by a list", member_list, "review " SPD_CHAIR "\nnotice " OFFICE "\n"},
    {"no program may answer: a motion", suppressed,
     "acknowledgement " SPD_CHAIR "\nacknowledgement " SPD_OFFICE "\nconfirmation " LIST "\n"},
    {"no program may answer: no motion", suppressed_question, "notice " OFFICE "\n"},
    {"a loop without a motion", looping_question, "notice " OFFICE "\n"},
    {"a loop with a motion", looping,
     "acknowledgement " SPD_CHAIR "\nacknowledgement " SPD_OFFICE "\nconfirmation " LIST "\n"},
    {"more than fifty servers", many_hops, "notice " OFFICE "\n"},
    {"an address that is not plain gets nothing", not_plain,
     "acknowledgement " SPD_CHAIR "\nconfirmation " LIST "\n"},
    {"a member whose term is over gets nothing", after_term,
     "acknowledgement " SPD_CHAIR "\nconfirmation " LIST "\n"},
};

static void test_who_gets_what(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct setting s;
        struct replies replies;
        struct text text;

        print_message("%s\n", cases[i].name);
        answer(cases[i].change, &s, &replies);
        text_init(&text, arena);
        for (size_t k = 0; k < replies.n; k++)
            text_addf(&text, "%s %s%s\n", reply_kind_to_text(replies.v[k].kind), replies.v[k].to,
                      replies.v[k].waiting ? " waiting" : "");
        assert_string_equal(text.s, cases[i].expected);
    }
}

/* ---- headers ----------------------------------------------------------------------------------
 */

static const struct {
    const char *name;
    void (*change)(struct setting *s);
    enum reply_kind kind;
    const char *number;
    const char *subject;
    const char *submitted;
    bool threaded;
} headers[] = {
    {"acknowledgement", NULL, REPLY_ACKNOWLEDGEMENT, "A/2015/0001",
     "[A/2015/0001] Eingang bestätigt: Prüfung eines Radweges entlang der Uedemer Straße zwischen "
     "Hau und Louisendorf",
     "auto-replied", true},
    {"confirmation", NULL, REPLY_CONFIRMATION, "A/2015/0001",
     "[A/2015/0001] SPD: Prüfung eines Radweges entlang der Uedemer Straße zwischen Hau und "
     "Louisendorf (Rat, 24.09.2015)",
     "auto-generated", false},
    {"confidential confirmation", confidential, REPLY_CONFIRMATION, "A/2015/0001",
     "[A/2015/0001] SPD: Prüfantrag (Rat, 24.09.2015)", "auto-generated", false},
    {"review", no_motion, REPLY_REVIEW, NULL, "[m12] Eingegangen, noch ohne Nummer: Antrag Radweg",
     "auto-replied", true},
    {"notice", no_motion, REPLY_NOTICE, NULL, "[m12] Bitte entscheiden: Antrag Radweg",
     "auto-generated", true},
    {"English confirmation", english, REPLY_CONFIRMATION, "A/2015/0001",
     "[A/2015/0001] SPD: Prüfung eines Radweges entlang der Uedemer Straße zwischen Hau und "
     "Louisendorf (Rat, 24 September 2015)",
     "auto-generated", false},
};

static void check_headers(const struct reply *reply, size_t n)
{
    const struct mail *mail = read_back(reply);

    assert_int_equal(mail->from.n, 1);
    assert_string_equal(mail->from.v[0].name, "Ratsbüro");
    assert_string_equal(mail->from.v[0].address, "antraege@bedburg-hau.example");
    assert_string_equal(reply->envelope_from, "antraege@bedburg-hau.example");
    assert_int_equal(mail->to.n, 1);
    assert_string_equal(mail->to.v[0].address, reply->to);
    assert_int_equal(mail->cc.n, 0);
    assert_int_equal(mail->reply_to.n, 0);
    assert_string_equal(mail->subject, reply->subject);
    assert_string_equal(mail->message_id, reply->message_id);
    if (strstr(reply->subject, "Ihre Fraktion ist genannt") != NULL) {
        /* not to be guessed from one of the others */
        assert_non_null(strstr(reply->message_id, NAMING_MARK));
        assert_false(text_starts(reply->message_id, TOKEN));
    } else
        assert_string_equal(reply->message_id,
                            arena_printf(arena, TOKEN ".%s.%zu@bedburg-hau.example",
                                         reply->gathered ? "held" : reply_kind_to_text(reply->kind),
                                         n));
    assert_string_equal(mail->date, "2015-08-04T12:03:20+02:00");
    assert_string_equal(header(reply, "X-Auto-Response-Suppress"), "All");
    assert_int_equal(mail->class, MAIL_AUTO_REPLY);
}

static void test_headers(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
        struct setting s;
        struct replies replies;
        const struct reply *reply;

        print_message("%s\n", headers[i].name);
        answer(headers[i].change, &s, &replies);
        reply = find(&replies, headers[i].kind, NULL);
        check_headers(reply, (size_t)(reply - replies.v) + 1);
        assert_string_equal(reply->subject, headers[i].subject);
        assert_true(text_equal(reply->number, headers[i].number));
        assert_string_equal(header(reply, "Auto-Submitted"), headers[i].submitted);
        assert_true(text_equal(header(reply, "In-Reply-To"),
                               headers[i].threaded ? "<123@spd.example>" : NULL));
    }
}

static void long_thread(struct setting *s)
{
    for (int i = 0; i < 30; i++)
        texts_add(&s->reading->mail->references, arena, arena_printf(arena, "r%d@x.example", i));
    texts_add(&s->reading->mail->references, arena, "bad id>\r\nBcc: victim@x.example");
}

static void odd_id(struct setting *s)
{
    s->reading->mail->message_id = "x>\r\nBcc: victim@x.example";
}

static void test_thread(void **state)
{
    struct setting s;
    struct replies replies;
    const struct mail *mail;

    (void)state;
    answer(long_thread, &s, &replies);
    mail = read_back(&replies.v[0]);
    assert_int_equal(mail->references.n, 10);
    assert_string_equal(mail->references.v[0], "r21@x.example");
    assert_string_equal(mail->references.v[9], "123@spd.example");
    answer(odd_id, &s, &replies);
    assert_null(header(&replies.v[0], "In-Reply-To"));
    assert_null(header(&replies.v[0], "References"));
}

/* ---- read off a picture ---- */

static void recognized(struct setting *s)
{
    joint(s);
    notify_all(s);
    first(s)->is_ocr = true;
}

static void recognized_in_english(struct setting *s)
{
    recognized(s);
    s->body->language = "en";
}

static void recognized_and_held(struct setting *s)
{
    recognized(s);
    s->body->factions[0].members[0].submit = false;
}

static void not_recognized(struct setting *s)
{
    recognized(s);
    first(s)->is_ocr = false;
}

static void test_every_answer_says_what_was_read_off_a_picture(void **state)
{
    static const struct {
        void (*change)(struct setting *s);
        bool says;
    } pictures[] = {{recognized, true},
                    {recognized_in_english, true},
                    {recognized_and_held, true},
                    {not_recognized, false}};
    (void)state;
    for (size_t i = 0; i < sizeof pictures / sizeof *pictures; i++) {
        struct setting s;
        struct replies replies;
        answer(pictures[i].change, &s, &replies);
        assert_true(replies.n >= 2);
        for (size_t k = 0; k < replies.n; k++)
            if ((strstr(read_back(&replies.v[k])->parts[0].content, "OCR") != NULL) !=
                pictures[i].says)
                fail_msg("case %zu: %s", i, read_back(&replies.v[k])->parts[0].content);
    }
}

/* ---- hostile values ---------------------------------------------------------------------------
 */

#define HOSTILE "x\r\nBcc: victim@x.example\r\n\r\n{number}{?x}\x1b[2J \xe2\x80\xae"

static void hostile(struct setting *s)
{
    struct motion *motion = first(s);

    motion->title = HOSTILE;
    motion->label = HOSTILE;
    motion->consultations[0].organization = HOSTILE;
    texts_add(&motion->factions, arena, HOSTILE);
    s->reading->mail->subject = HOSTILE;
    s->reading->mail->from.v[0].name = HOSTILE;
    s->reading->mail->parts[1].name = HOSTILE;
    s->reading->mail->date = HOSTILE;
    s->body->factions[0].members[0].name = HOSTILE;
    notify_all(s);
}

static void hostile_held(struct setting *s)
{
    hostile(s);
    first(s)->addressee = HOSTILE;
    s->reading->mail->to.v[0].address = "other@example.example";
}

static void check_tame(const struct reply *reply)
{
    const struct mail *mail = read_back(reply);
    const char *text = mail->parts[0].content;

    assert_null(header(reply, "Bcc"));
    assert_null(header(reply, "bcc"));
    assert_int_equal(mail->to.n, 1);
    assert_string_equal(mail->to.v[0].address, reply->to);
    assert_false(text_has_control(reply->subject));
    assert_null(strstr(text, "\nBcc"));
    assert_null(strstr(text, "\x1b"));
    assert_null(strstr(text, "\xe2\x80\xae"));
}

static void test_hostile(void **state)
{
    void (*const changes[])(struct setting *) = {hostile, hostile_held};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct setting s;
        struct replies replies;

        answer(changes[i], &s, &replies);
        assert_true(replies.n >= 2);
        for (size_t k = 0; k < replies.n; k++)
            check_tame(&replies.v[k]);
    }
    /* a brace in a value means nothing */
    {
        struct setting s;
        struct replies replies;

        answer(hostile, &s, &replies);
        assert_non_null(strstr(read_back(&replies.v[0])->parts[0].content, "{number}{?x}"));
    }
}

static void endless(struct setting *s)
{
    char *title = arena_alloc(arena, 100001);

    for (size_t i = 0; i < 100000; i += 2)
        memcpy(title + i, i % 20 == 0 ? "a " : "\xc3\xa4", 2);
    first(s)->title = title;
    s->reading->mail->subject = title;
    s->reading->mail->parts[1].name = title;
}

/* What a letter says at any length does not make a mail of that length. */
static void test_endless(void **state)
{
    struct setting s;
    struct replies replies;

    (void)state;
    answer(endless, &s, &replies);
    for (size_t i = 0; i < replies.n; i++) {
        const struct mail *mail = read_back(&replies.v[i]);

        assert_true(replies.v[i].size < 20000);
        assert_string_equal(mail->subject, replies.v[i].subject);
        assert_non_null(strstr(mail->subject, "…"));
        assert_int_equal(mail->defects.n, 0);
    }
}

/* ---- what the texts say -----------------------------------------------------------------------
 */

static void test_first_lines(void **state)
{
    struct setting s;
    struct replies replies;
    const char *text;
    const char *at;

    (void)state;
    answer(NULL, &s, &replies);
    text = read_back(&replies.v[0])->parts[0].content;
    at = text;
    for (int line = 0; line < 5; line++)
        at = strchr(at, '\n') + 1;
    text = text_squeeze(arena, arena_strndup(arena, text, (size_t)(at - text)));
    assert_non_null(strstr(text, "Nummer A/2015/0001"));
    assert_non_null(strstr(text, "Schreiben der Fraktion SPD"));
    assert_non_null(strstr(text, "(Prüfantrag)"));
    assert_non_null(strstr(text, "Frist: nach unserer Zählung gewahrt"));
}

static void test_confirmation_is_discreet(void **state)
{
    static const char *const never[] = {"Beek",  "vanbeek", "@",        "rechtzeitig",
                                        "Frist", "gewahrt", "verspätet"};
    struct setting s;
    struct replies replies;
    const char *text;

    (void)state;
    answer(NULL, &s, &replies);
    text = read_back(find(&replies, REPLY_CONFIRMATION, NULL))->parts[0].content;
    for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++)
        assert_null(strstr(text, never[i]));
    assert_non_null(strstr(text, "Eingang bestätigt, nicht beschlossen"));
    assert_non_null(strstr(text, "Radweg"));
}

/* A confidential title goes to the movers, and neither to the list nor to those only named. */
/* With a mail a day the list's paragraph says what the single mail would, and no more. */
static void test_daily_entry(void **state)
{
    static const char *const never[] = {"Beek",  "vanbeek", "@",        "rechtzeitig",
                                        "Frist", "gewahrt", "verspätet"};
    struct setting s;
    struct replies replies;
    const struct reply *reply;

    (void)state;
    answer(NULL, &s, &replies);
    assert_null(find(&replies, REPLY_CONFIRMATION, LIST)->entry);
    answer(daily, &s, &replies);
    reply = find(&replies, REPLY_CONFIRMATION, LIST);
    assert_string_equal(
        reply->entry,
        "[A/2015/0001] SPD: Prüfantrag\n"
        "  Titel: Prüfung eines Radweges entlang der Uedemer Straße zwischen Hau und\n"
        "    Louisendorf\n"
        "  Gewünschte Beratung:\n"
        "  - Rat am Donnerstag, 24.09.2015\n"
        "  - Fachausschuss, Sitzungstag nicht genannt\n"
        "  Eingang: 04.08.2015, 12:03:14 Uhr (MESZ, UTC+02:00)");
    assert_int_equal(reply->daily_at, book_next(s.body, town_moment("2015-08-04T12:03:15+02:00")));
    for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++)
        assert_null(strstr(reply->entry, never[i]));
    assert_null(find(&replies, REPLY_ACKNOWLEDGEMENT, SPD_CHAIR)->entry);
    answer(daily_confidential, &s, &replies);
    reply = find(&replies, REPLY_CONFIRMATION, LIST);
    assert_true(reply->waiting);
    assert_null(strstr(reply->entry, "Radweg"));
    assert_non_null(strstr(reply->entry, "nichtöffentlich"));
}

static void test_confidential(void **state)
{
    struct setting s;
    struct replies replies;

    (void)state;
    answer(confidential_joint, &s, &replies);
    for (size_t i = 0; i < replies.n; i++) {
        const struct reply *reply = &replies.v[i];
        const char *text = read_back(reply)->parts[0].content;
        bool mover = strstr(reply->to, "@spd-") != NULL;

        assert_int_equal(strstr(text, "Radweg") != NULL, mover);
        assert_int_equal(strstr(reply->subject, "Radweg") != NULL, mover);
    }
}

static void test_position(void **state)
{
    struct setting s;
    struct replies replies;

    (void)state;
    answer(mixed, &s, &replies);
    assert_non_null(strstr(joined(&replies.v[0]), ", 1 von 3 in dieser E-Mail)"));
    assert_non_null(
        strstr(joined(find(&replies, REPLY_REVIEW, NULL)), "(2 von 3 in dieser E-Mail)"));
    assert_string_equal(replies.v[replies.n - 1].number, "A/2015/0002");
}

static void with_pdf(struct setting *s)
{
    s->reading->mail->parts[1].type = "application/pdf";
    s->reading->mail->parts[1].name = "Antrag 2.pdf";
    s->reading->mail->parts[1].text = PART_NONE;
}

/* Another motion may be in a file that nobody has read: the sender is told. */
static void test_unread_file_is_named(void **state)
{
    struct setting s;
    struct replies replies;

    (void)state;
    answer(with_pdf, &s, &replies);
    assert_non_null(strstr(joined(&replies.v[0]), "nicht gelesen: Antrag 2.pdf."));
    answer(NULL, &s, &replies);
    assert_null(strstr(joined(&replies.v[0]), "nicht gelesen"));
}

static void test_review_names_number(void **state)
{
    struct setting s;
    struct replies replies;

    (void)state;
    answer(same_content, &s, &replies);
    assert_non_null(strstr(joined(&replies.v[0]), "Nummer A/2015/0007"));
}

/* Lines stay below 77 columns but for a word that cannot be broken. */
static void check_columns(const struct reply *reply)
{
    const char *text = read_back(reply)->parts[0].content;

    while (*text != '\0') {
        size_t n = strcspn(text, "\n");
        const char *line = arena_strndup(arena, text, n);

        if (text_width(line) > 76 && strchr(line + strspn(line, " "), ' ') != NULL)
            fail_msg("too wide: %s", line);
        text += n + (text[n] == '\n');
    }
}

/* RFC 5322 section 2.1.1: 78 characters should be enough but where a header cannot be folded. */
static void check_length(const char *end, size_t length)
{
    const char *line = end - length;

    if (length > 78 && !text_starts(line, "Message-ID: "))
        fail_msg("too long: %.*s", (int)length, line);
}

static void check_lines(const struct reply *reply)
{
    size_t length = 0;

    for (size_t i = 0; i < reply->size; i++) {
        unsigned char c = (unsigned char)reply->bytes[i];

        assert_true(c < 0x80);
        if (c == '\r') {
            check_length(reply->bytes + i, length);
            assert_true(i + 1 < reply->size && reply->bytes[i + 1] == '\n');
        }
        if (c == '\n')
            assert_true(i > 0 && reply->bytes[i - 1] == '\r');
        length = c == '\n' ? 0 : length + 1;
    }
}

static void test_forms(void **state)
{
    void (*const changes[])(struct setting *) = {joint, mixed, no_motion, hold_answers, english};

    (void)state;
    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        struct setting s;
        struct replies replies, again;

        answer(changes[i], &s, &replies);
        for (size_t k = 0; k < replies.n; k++) {
            check_columns(&replies.v[k]);
            check_lines(&replies.v[k]);
        }
        answer(changes[i], &s, &again);
        assert_int_equal(again.n, replies.n);
        for (size_t k = 0; k < replies.n; k++) {
            assert_int_equal(again.v[k].size, replies.v[k].size);
            assert_memory_equal(again.v[k].bytes, replies.v[k].bytes, replies.v[k].size);
        }
    }
}

/* ---- golden files -----------------------------------------------------------------------------
 */

static void in_english_joint(struct setting *s)
{
    english(s);
    joint(s);
}

static void in_english_no_motion(struct setting *s)
{
    english(s);
    no_motion(s);
}

/* Its domain's owner disowns it, and the town's server knows. */
static void forged(struct setting *s)
{
    struct mail *mail = s->reading->mail;

    texts_add(&s->body->authserv_id, arena, "mx.bedburg-hau.example");
    mail->authres = ARENA_NEW(arena, struct mail_authres);
    mail->authres_count = 1;
    mail->authres[0].value = "mx.bedburg-hau.example; spf=fail; dmarc=fail (p=reject)"
                             " header.from=spd-bedburg-hau.example";
    mail->reply_to = (struct mail_addresses){ARENA_NEW(arena, struct mail_address), 1};
    mail->reply_to.v[0].address = "mallory@evil.example";
}

static void forged_and_held(struct setting *s)
{
    forged(s);
    s->body->required_trust = TRUST_AUTHENTICATED;
}

static void forged_in_english(struct setting *s)
{
    forged(s);
    english(s);
}

/* ---- what follows up: a reply about a motion of SPD and CDU, or of one of them */

static void follow_up(struct setting *s, const char *text)
{
    struct known_motion *known = ARENA_NEW(arena, struct known_motion);
    struct mail *mail = s->reading->mail;
    const struct motion *motion = &s->reading->motions.v[0];

    *known = (struct known_motion){.number = "A/2015/0001",
                                   .version = 1,
                                   .kind = motion->kind,
                                   .title = motion->title,
                                   .consultations = motion->consultations,
                                   .consultation_count = motion->consultation_count,
                                   .arrived_at = town_moment("2015-08-03T09:00:00+02:00"),
                                   .deadline = {.state = DEADLINE_IN_TIME, .last_day = DAY_NONE},
                                   .confirmation = "0f.confirmation.3@bedburg-hau.example"};
    texts_add(&known->movers, arena, "SPD");
    s->known.referred = known;
    s->reading->motions.n = 0;
    mail->text = text;
    mail->subject = "Re: [A/2015/0001] Eingang bestätigt";
    mail->part_count = 1;
    texts_add(&s->body->authserv_id, arena, "mx.bedburg-hau.example");
    mail->authres = ARENA_NEW(arena, struct mail_authres);
    mail->authres_count = 1;
    mail->authres[0].value =
        "mx.bedburg-hau.example; dmarc=pass header.from=spd-bedburg-hau.example";
    town_set(arena, &s->body->notify, "withdrawn");
    wish_find(arena, mail, &s->reading->wish);
}

static struct known_motion *referred(struct setting *s)
{
    return (struct known_motion *)(uintptr_t)s->known.referred;
}

static void withdraws(struct setting *s)
{
    follow_up(s, "Wir ziehen den Antrag zurück.");
}

static void leaves(struct setting *s)
{
    withdraws(s);
    texts_add(&referred(s)->movers, arena, "CDU");
}

static void leaves_in_english(struct setting *s)
{
    leaves(s);
    english(s);
}

static void leaves_unproven(struct setting *s)
{
    leaves(s);
    s->reading->mail->authres_count = 0;
}

static void corrects(struct setting *s)
{
    follow_up(s, "Der Titel muss lauten: „Radweg an der Uedemer Straße“");
}

static void corrects_in_english(struct setting *s)
{
    corrects(s);
    english(s);
}

static void corrects_unproven(struct setting *s)
{
    corrects(s);
    s->reading->mail->authres_count = 0;
    english(s);
}

static void adds_papers(struct setting *s)
{
    follow_up(s, "Anbei die vergessene Anlage.");
    s->reading->mail->part_count = 2;
}

static void joins(struct setting *s)
{
    follow_up(s, "Ja, wir sind dabei.");
    town_set(arena, &referred(s)->movers, "CDU");
    town_set(arena, &referred(s)->named, "SPD");
    town_set(arena, &s->known.asked, SPD_CHAIR);
    town_set(arena, &s->reading->mail->in_reply_to, "0f" NAMING_MARK "2@bedburg-hau.example");
}

static void joins_confidential(struct setting *s)
{
    joins(s);
    referred(s)->confidential = true;
}

/* The answer to the review of a mail that lacked its letter. */
static void completes(struct setting *s)
{
    struct known_held *held = ARENA_NEW(arena, struct known_held);

    *held = (struct known_held){.message = 7,
                                .waits = true,
                                .threaded = true,
                                .row = "attachment-missing",
                                .sender = SPD_CHAIR,
                                .arrived_at = town_moment("2015-08-03T09:00:00+02:00")};
    s->known.held = held;
}

/* The answer to the review of a scan, which may be about something else. */
static void answers_scan(struct setting *s)
{
    completes(s);
    ((struct known_held *)(uintptr_t)s->known.held)->row = "scanned-letter";
}

static void answers_scan_in_english(struct setting *s)
{
    answers_scan(s);
    english(s);
}

static void completed(struct setting *s)
{
    s->known.completed_by = 14;
    s->known.completed_at = town_moment("2015-08-05T09:00:00+02:00");
}

static void completed_in_english(struct setting *s)
{
    completed(s);
    english(s);
}

static const struct {
    const char *file;
    void (*change)(struct setting *s);
    enum reply_kind kind;
    const char *to;
} goldens[] = {
    {"de-follow-withdrawn", withdraws, REPLY_ACKNOWLEDGEMENT, SPD_CHAIR},
    {"de-follow-left", leaves, REPLY_ACKNOWLEDGEMENT, SPD_CHAIR},
    {"de-follow-left-list", leaves, REPLY_CONFIRMATION, LIST},
    {"de-follow-left-notice", leaves, REPLY_NOTICE, OFFICE},
    {"en-follow-left", leaves_in_english, REPLY_ACKNOWLEDGEMENT, SPD_CHAIR},
    {"en-follow-left-list", leaves_in_english, REPLY_CONFIRMATION, LIST},
    {"de-follow-held", leaves_unproven, REPLY_REVIEW, CDU_CHAIR},
    {"en-follow-held", corrects_unproven, REPLY_REVIEW, SPD_CHAIR},
    {"de-follow-corrected", corrects, REPLY_ACKNOWLEDGEMENT, SPD_CHAIR},
    {"en-follow-corrected", corrects_in_english, REPLY_ACKNOWLEDGEMENT, SPD_CHAIR},
    {"de-follow-papers", adds_papers, REPLY_ACKNOWLEDGEMENT, SPD_CHAIR},
    {"de-follow-joined", joins, REPLY_ACKNOWLEDGEMENT, SPD_CHAIR},
    {"de-follow-joined-list", joins_confidential, REPLY_CONFIRMATION, LIST},
    {"de-completes", completes, REPLY_ACKNOWLEDGEMENT, SPD_CHAIR},
    {"de-completes-notice", completes, REPLY_NOTICE, OFFICE},
    {"de-answers-scan", answers_scan, REPLY_ACKNOWLEDGEMENT, SPD_CHAIR},
    {"en-answers-scan", answers_scan_in_english, REPLY_ACKNOWLEDGEMENT, SPD_CHAIR},
    {"de-completed", completed, REPLY_ACKNOWLEDGEMENT, SPD_CHAIR},
    {"en-completed-notice", completed_in_english, REPLY_NOTICE, OFFICE},
    {"de-acknowledgement", joint, REPLY_ACKNOWLEDGEMENT, SPD_CHAIR},
    {"de-acknowledgement-forwarded", forwarded, REPLY_ACKNOWLEDGEMENT, SPD_CHAIR},
    {"de-acknowledgement-forged", forged, REPLY_ACKNOWLEDGEMENT, SPD_CHAIR},
    {"de-review-forged", forged_and_held, REPLY_REVIEW, SPD_CHAIR},
    {"de-notice-forged", forged, REPLY_NOTICE, OFFICE},
    {"en-acknowledgement-forged", forged_in_english, REPLY_ACKNOWLEDGEMENT, SPD_CHAIR},
    {"de-named", joint, REPLY_ACKNOWLEDGEMENT, CDU_CHAIR},
    {"de-confirmation", joint, REPLY_CONFIRMATION, LIST},
    {"de-confirmation-confidential", confidential, REPLY_CONFIRMATION, LIST},
    {"de-release-confidential", confidential, REPLY_NOTICE, OFFICE},
    {"de-release", high_list_trust, REPLY_NOTICE, OFFICE},
    {"en-release", english_high_list_trust, REPLY_NOTICE, OFFICE},
    {"de-review", no_motion, REPLY_REVIEW, SPD_CHAIR},
    {"de-review-mixed", mixed, REPLY_REVIEW, SPD_CHAIR},
    {"de-review-unreadable", broken, REPLY_REVIEW, SPD_CHAIR},
    {"de-notice", stranger, REPLY_NOTICE, OFFICE},
    {"de-notice-unreadable", unreadable, REPLY_NOTICE, OFFICE},
    {"de-notice-withdrawal", leaves_unproven, REPLY_NOTICE, OFFICE},
    {"de-notice-registered", notify_all, REPLY_NOTICE, OFFICE},
    {"en-acknowledgement", in_english_joint, REPLY_ACKNOWLEDGEMENT, SPD_CHAIR},
    {"en-named", in_english_joint, REPLY_ACKNOWLEDGEMENT, CDU_CHAIR},
    {"en-confirmation", in_english_joint, REPLY_CONFIRMATION, LIST},
    {"en-review", in_english_no_motion, REPLY_REVIEW, SPD_CHAIR},
    {"en-notice", in_english_no_motion, REPLY_NOTICE, OFFICE},
};

/* ANTRAG_GOLDEN=write makes the files anew; read the difference before you commit it. */
/* Papers are no news for the list; what is confidential, or was not released, waits there. */
static void test_follow_ups(void **state)
{
    struct setting s;
    struct replies replies;

    (void)state;
    answer(adds_papers, &s, &replies);
    for (size_t i = 0; i < replies.n; i++)
        assert_int_not_equal(replies.v[i].kind, REPLY_CONFIRMATION);
    answer(leaves, &s, &replies);
    assert_false(find(&replies, REPLY_CONFIRMATION, LIST)->waiting);
    assert_string_equal(header(find(&replies, REPLY_CONFIRMATION, LIST), "In-Reply-To"),
                        "<0f.confirmation.3@bedburg-hau.example>");
    find(&replies, REPLY_ACKNOWLEDGEMENT, "mitglied@cdu-bedburg-hau.example");
    answer(joins_confidential, &s, &replies);
    assert_true(find(&replies, REPLY_CONFIRMATION, LIST)->waiting);
    /* a forgery: all who move it, and nothing for the list */
    answer(leaves_unproven, &s, &replies);
    find(&replies, REPLY_REVIEW, CDU_CHAIR);
    find(&replies, REPLY_REVIEW, "mitglied@cdu-bedburg-hau.example");
    for (size_t i = 0; i < replies.n; i++)
        assert_int_not_equal(replies.v[i].kind, REPLY_CONFIRMATION);
}

static void test_golden(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(goldens) / sizeof(goldens[0]); i++) {
        struct setting s;
        struct replies replies;

        answer(goldens[i].change, &s, &replies);
        golden_compare(arena, goldens[i].file, find(&replies, goldens[i].kind, goldens[i].to));
    }
}

/* An office that wants to hear of withdrawals alone. */
static void test_notify_withdrawn(void **state)
{
    struct setting s;
    struct replies replies;

    (void)state;
    answer(withdrawal, &s, &replies);
    assert_int_equal(replies.n, 2);
    find(&replies, REPLY_NOTICE, OFFICE);
    answer(no_motion_of_withdrawn, &s, &replies);
    assert_int_equal(replies.n, 1);
    find(&replies, REPLY_REVIEW, SPD_CHAIR);
}

/* As antragd.conf(5) defines the words: what the office is told of with each alone. */
static const struct telling {
    void (*change)(struct setting *s);
    const char *words; /* of "held withdrawn registered" */
} tellings[] = {
    {stranger, "held"},
    {no_motion, "held"},
    {forged_and_held, "held"},
    {confidential, "held registered"}, /* it waits for release */
    {high_list_trust, "held registered"},
    {forged, "held registered"},
    {joint, "registered"},
    {withdrawal, "held withdrawn"}, /* held because it is one */
    {withdraws, "withdrawn"},
    {leaves, "withdrawn"},
    {corrects, "withdrawn"},
    {adds_papers, "withdrawn"},
    {joins, "withdrawn"},
    {completes, "held withdrawn registered"}, /* what was to be decided need not be */
};

static const struct telling *telling;
static const char *telling_word;

static void tell_by_word(struct setting *s)
{
    telling->change(s);
    town_set(arena, &s->body->notify, telling_word);
}

static void test_notify(void **state)
{
    static const char *const words[] = {"held", "withdrawn", "registered"};
    struct setting s;
    struct replies replies;

    (void)state;
    for (size_t i = 0; i < sizeof tellings / sizeof *tellings; i++) {
        for (size_t k = 0; k < sizeof words / sizeof *words; k++) {
            bool is_told = false;

            telling = &tellings[i];
            telling_word = words[k];
            answer(tell_by_word, &s, &replies);
            for (size_t n = 0; n < replies.n; n++)
                is_told = is_told || replies.v[n].kind == REPLY_NOTICE;
            if (is_told != (strstr(tellings[i].words, words[k]) != NULL))
                fail_msg("case %zu with %s: %s", i, words[k], is_told ? "told" : "not told");
        }
    }
}

/* Its head was read: a member is told, nobody else. */
static void test_unreadable_sender(void **state)
{
    struct setting s;
    struct replies replies;

    (void)state;
    answer(broken, &s, &replies);
    assert_int_equal(s.decision.state, MESSAGE_UNREADABLE);
    assert_int_equal(replies.n, 2);
    find(&replies, REPLY_NOTICE, OFFICE);
    answer(broken_of_stranger, &s, &replies);
    assert_int_equal(replies.n, 1);
    find(&replies, REPLY_NOTICE, OFFICE);
}

/* ---- what no arriving mail causes -------------------------------------------------------------
 */

static void compare_news(const char *name, const struct replies *replies, enum reply_kind kind,
                         const char *to)
{
    golden_compare(arena, name, find(replies, kind, to));
}

/* Final for ever, final until something changes, passing, not to be told. */
static void compare_failed(const struct news *news, struct news_answer answer)
{
    static const struct {
        const char *name, *response;
    } ends[] = {
        {"failed", "550 5.1.1 no such user"},
        {"failed-refused", "bounced: refused 5.7.1 rejected by content policy"},
        {"failed-full", "bounced: full 5.2.2"},
        {"failed-untold", "bounced: other"},
    };
    struct replies replies;

    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        answer.response = ends[i].response;
        news_failed(arena, news, &answer, &replies);
        compare_news(arena_printf(arena, "%s-%s", news->body->language, ends[i].name), &replies,
                     REPLY_NOTICE, OFFICE);
        assert_string_equal(replies.v[0].number, "A/2015/0001");
        assert_string_equal(replies.v[0].occasion, "test");
    }
}

static void test_news(void **state)
{
    static const char *const languages[] = {"de", "en"};
    const struct mail_part part = {.path = "1",
                                   .type = "text/plain",
                                   .size = 812,
                                   .sha256 = "07ae7cb82ca1068949e08be57999d2d997f8a7c036c2efefacf9"
                                             "9c7470427989",
                                   .text = PART_EXTRACTED};
    const struct news_mail mails[] = {
        {.id = "m12",
         .mail_date = town_moment("2015-08-04T12:03:11+02:00"),
         .registered_at = town_moment("2015-08-04T12:03:15+02:00"),
         .parts = &part,
         .part_count = 1,
         .arrived_at = town_moment("2015-08-04T12:03:14+02:00"),
         .from = "stranger@x.example",
         .subject = "Antrag\nBcc: x@y.example",
         .title = "Radweg"},
        {.id = "m13",
         .brought = "A/2015/0009",
         .arrived_at = town_moment("2015-08-05T12:03:14+02:00"),
         .mail_date = MOMENT_NONE,
         .registered_at = MOMENT_NONE},
    };
    const struct news_answer answer = {.id = "o34",
                                       .kind = REPLY_ACKNOWLEDGEMENT,
                                       .number = "A/2015/0001",
                                       .message = "m12",
                                       .to = SPD_CHAIR,
                                       .subject = "[A/2015/0001] Eingang bestätigt: Radweg"};
    struct conf_body *body = town_new(arena);
    struct texts mistakes = {0};

    (void)state;
    texts_add(&body->notify, arena, "failed");
    texts_add(&mistakes, arena, "/etc/antragd/roster.csv:3: has 2 fields and the header 4");
    for (size_t i = 0; i < 2; i++) {
        const struct news news = {.body = body,
                                  .now = town_moment("2015-08-06T10:00:00+02:00"),
                                  .token = TOKEN,
                                  .occasion = "test"};
        const char *language = languages[i];
        struct replies replies;

        body->language = language;
        compare_failed(&news, answer);
        news_reminder(arena, &news, mails, 2, 0, &replies);
        compare_news(arena_printf(arena, "%s-reminder", language), &replies, REPLY_NOTICE, OFFICE);
        news_expiring(arena, &news, mails, 2, town_moment("2015-08-20T10:00:00+02:00"), &replies);
        compare_news(arena_printf(arena, "%s-expiring", language), &replies, REPLY_NOTICE, OFFICE);
        news_claim(arena, &news, &body->factions[0], mails, 1, &replies);
        assert_int_equal(replies.n, 1); /* the chair alone */
        compare_news(arena_printf(arena, "%s-claim", language), &replies, REPLY_REVIEW, SPD_CHAIR);
        news_paced(arena, &news, SPD_CHAIR, 7, town_moment("2015-08-04T14:03:15+02:00"), &replies);
        compare_news(arena_printf(arena, "%s-paced", language), &replies, REPLY_NOTICE, OFFICE);
        news_misfiled(arena, &news, "Junk", mails, 2, &replies);
        compare_news(arena_printf(arena, "%s-junk", language), &replies, REPLY_NOTICE, OFFICE);
        news_bad_file(arena, &news, "/etc/antragd/roster.csv", &mistakes, &replies);
        compare_news(arena_printf(arena, "%s-bad-file", language), &replies, REPLY_NOTICE, OFFICE);
    }
}

/* ---- a town's own templates -------------------------------------------------------------------
 */

static const struct {
    const char *file;
    const char *text;
    const char *mistake; /* behind the directory; NULL: sound */
} overrides[] = {
    {"confirmation.txt", "[{number}] Neu\r\nEingegangen: {number}{?title}, {title}{/title}", NULL},
    {"review.txt", "[{message}] x\n\n{nobody}\n",
     "review.txt:3: template: there is no value {nobody}; see the built-in one"},
    {"named.txt", "[{number}] x\n{?title}\ny\n",
     "named.txt:3: template: {?title} is not closed; see the built-in one"},
    {"acknowledgement.txt", "Eingang {number}\n",
     "acknowledgement.txt:1: the subject does not begin with [{number}]; answers are found by it"},
    {"notice.txt", "\nx\n", "notice.txt:1: the subject is missing; write it in the first line"},
    {"claim.txt", "[{message}] \xff\n", "claim.txt:1: is no UTF-8 text; save it as such"},
    {"other.txt", "x\n", "other.txt:1: there is no answer of that name; see antragd.conf(5)"},
    {"README", "x\n", NULL},
};

static void test_overrides(void **state)
{
    char directory[] = "/tmp/test_reply.XXXXXX";
    const struct template_set *set;
    struct texts mistakes = {0};
    struct err err;
    struct setting s;
    struct replies replies;

    (void)state;
    assert_non_null(mkdtemp(directory));
    for (size_t i = 0; i < sizeof(overrides) / sizeof(overrides[0]); i++)
        assert_true(file_write_durable(arena_printf(arena, "%s/%s", directory, overrides[i].file),
                                       overrides[i].text, strlen(overrides[i].text), 0644, &err));
    set = template_set_read(arena, directory, "de", &mistakes);
    assert_int_equal(mistakes.n, 6);
    for (size_t i = 0; i < sizeof(overrides) / sizeof(overrides[0]); i++) {
        if (overrides[i].mistake != NULL)
            assert_true(texts_has(&mistakes,
                                  arena_printf(arena, "%s/%s", directory, overrides[i].mistake)));
        assert_int_equal(remove(arena_printf(arena, "%s/%s", directory, overrides[i].file)), 0);
    }
    assert_int_equal(remove(directory), 0);
    assert_string_equal(template_choose(set, "de", "confirmation"),
                        "[{number}] Neu\nEingegangen: {number}{?title}, {title}{/title}\n");
    assert_string_equal(template_choose(set, "de", "review"), template_find("de", "review"));
    assert_string_equal(template_choose(NULL, "fr", "review"), template_find("de", "review"));
    own_templates = set;
    answer(with_own_templates, &s, &replies);
    assert_string_equal(find(&replies, REPLY_CONFIRMATION, LIST)->subject, "[A/2015/0001] Neu");
    mistakes = (struct texts){0};
    template_set_read(arena, "/nonexistent", "de", &mistakes);
    assert_int_equal(mistakes.n, 1);
}

/* Who does not want to be told is not. */
static void test_news_unwanted(void **state)
{
    struct conf_body *body = town_new(arena);
    const struct news news = {
        .body = body, .now = town_moment("2015-08-06T10:00:00+02:00"), .token = TOKEN};
    const struct news_answer answer = {.id = "o34", .to = SPD_CHAIR, .subject = "x"};
    const struct news_mail mail = {.id = "m12",
                                   .arrived_at = MOMENT_NONE,
                                   .mail_date = MOMENT_NONE,
                                   .registered_at = MOMENT_NONE};
    struct replies replies;

    (void)state;
    body->notify = (struct texts){0};
    news_failed(arena, &news, &answer, &replies);
    assert_int_equal(replies.n, 0);
    news_reminder(arena, &news, &mail, 1, 0, &replies);
    assert_int_equal(replies.n, 0);
    news_claim(arena, &news, &body->factions[2], &mail, 1, &replies);
    assert_int_equal(replies.n, 0); /* no chair on the roster */
    body->answers = CONF_ANSWERS_HOLD;
    news_claim(arena, &news, &body->factions[1], &mail, 1, &replies);
    assert_int_equal(replies.n, 1);
    assert_true(replies.v[0].waiting);
}

/* ---- templates and words ----------------------------------------------------------------------
 */

static void test_every_template_fills(void **state)
{
    struct setting s;
    struct replies replies;
    struct reply_input input;
    struct values values;

    (void)state;
    answer(NULL, &s, &replies);
    input = (struct reply_input){.body = s.body,
                                 .raw = &s.raw,
                                 .reading = s.reading,
                                 .verdict = &s.verdict,
                                 .known = &s.known,
                                 .decision = &s.decision};
    values_init(&values, arena, &input);
    assert_int_equal(template_count, 56);
    for (size_t i = 0; i < template_count; i++) {
        struct err err = {.text = ""};
        char *text;

        if (!template_fill(arena, template_texts[i].text, values.v, values.n, &text, &err))
            fail_msg("%s/%s: %s", template_texts[i].language, template_texts[i].name, err.text);
        assert_non_null(template_find("de", template_texts[i].name));
        assert_non_null(template_find("en", template_texts[i].name));
    }
}

static const struct {
    const char *template;
    const char *text; /* NULL: refused */
} fills[] = {
    {"a {full} b", "a value b"},
    {"a {empty}b", "a b"},
    {"{?full}x{/full}{?empty}y{/empty}{!empty}z{/empty}", "xz"},
    {"{?full}\nline\n{/full}\nend\n", "line\nend\n"},
    {"{?empty}\nline {full}\n{/empty}\nend\n", "end\n"},
    {"{?full}{?empty}x{/empty}y{/full}", "y"},
    {"{brace}", "{full}"},
    {"{unknown}", NULL},
    {"{?empty}{unknown}{/empty}", NULL},
    {"{?full}", NULL},
    {"{/full}", NULL},
    {"{?full}{?empty}{/full}{/empty}", NULL},
    {"{ full}", NULL},
    {"{full", NULL},
};

static void test_engine(void **state)
{
    const struct template_value values[] = {
        {"full", "value"}, {"empty", NULL}, {"brace", "{full}"}};

    (void)state;
    for (size_t i = 0; i < sizeof(fills) / sizeof(fills[0]); i++) {
        struct err err;
        char *text;
        bool good = template_fill(arena, fills[i].template, values, 3, &text, &err);

        print_message("%s\n", fills[i].template);
        assert_int_equal(good, fills[i].text != NULL);
        if (good)
            assert_string_equal(text, fills[i].text);
    }
}

static void test_wrap(void **state)
{
    (void)state;
    assert_string_equal(template_wrap(arena, "\n\naa bb cc\n\n\n  dd ee ff\n\n", 7),
                        "aa bb\ncc\n\n  dd ee\n    ff\n");
    assert_string_equal(template_wrap(arena, "abcdefghij kl", 4), "abcdefghij\nkl\n");
    assert_string_equal(template_wrap(arena, "ää öö", 5), "ää öö\n");
    assert_string_equal(template_wrap(arena, "", 5), "");
}

static void with_bounce_address(struct setting *s)
{
    s->body->bounce_address = "zurueck@bedburg-hau.example";
}

/* Who knows a Message-ID, as all readers of a list do, does not know the mark. */
static void test_return_paths(void **state)
{
    struct setting setting;
    struct replies one, other;

    (void)state;
    token = TOKEN SECRET;
    answer(with_bounce_address, &setting, &one);
    token = TOKEN TOKEN;
    answer(with_bounce_address, &setting, &other);
    token = TOKEN;
    assert_int_equal(one.n, other.n);
    for (size_t i = 0; i < one.n; i++) {
        const char *path = one.v[i].envelope_from;

        assert_true(text_starts(path, "zurueck+"));
        assert_int_equal(strspn(path + 8, "0123456789abcdef"), 24);
        assert_string_equal(path + 8 + 24, "@bedburg-hau.example");
        assert_string_equal(one.v[i].message_id, other.v[i].message_id);
        assert_string_not_equal(path, other.v[i].envelope_from);
        assert_null(strstr(one.v[i].bytes, SECRET));
        assert_null(strstr(one.v[i].bytes, "zurueck"));
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(path, one.v[k].envelope_from);
    }
}

/* Whatever row holds a mail, both languages have words for it. */
static void test_rows_have_words(void **state)
{
    static const char *const silent[] = {
        "bounce-answer",  "bounce",     "disposition",  "own",
        "office-decides", "automatic",  "list",         "list-without-motion",
        "before-start",   "same-bytes", "same-mail",    "reply",
        "motions",        "registered", "withdrawn",    "replaced",
        "role",           "follow-up",  "left",         "corrected",
        "papers",         "joined",     "own-handed-on"};
    static const char *const languages[] = {"de", "en"};
    size_t spoken = 0;

    (void)state;
    for (size_t i = 0; decide_row_name(i) != NULL; i++) {
        bool quiet = false;

        for (size_t k = 0; k < sizeof(silent) / sizeof(silent[0]); k++)
            quiet |= strcmp(silent[k], decide_row_name(i)) == 0;
        for (size_t k = 0; k < 2 && !quiet; k++) {
            print_message("%s\n", decide_row_name(i));
            assert_non_null(reply_row_words(languages[k], decide_row_name(i)));
        }
        spoken += !quiet;
    }
    for (size_t k = 0; k < 2; k++) {
        size_t n = 0;

        while (reply_words(languages[k])->rows[n].row != NULL)
            n++;
        assert_int_equal(n, spoken);
        for (int kind = 0; kind < MOTION_KIND_COUNT; kind++)
            assert_non_null(reply_words(languages[k])->kinds[kind]);
    }
}

static void test_times(void **state)
{
    (void)state;
    assert_string_equal(say_time(arena, "de", "2015-08-04T12:03:11+02:00"),
                        "04.08.2015, 12:03:11 Uhr (MESZ, UTC+02:00)");
    assert_string_equal(say_time(arena, "de", "2015-12-04T12:03:11+01:00"),
                        "04.12.2015, 12:03:11 Uhr (MEZ, UTC+01:00)");
    assert_string_equal(say_time(arena, "en", "2015-08-04T12:03:11-07:00"),
                        "4 August 2015, 12:03:11 (UTC-07:00)");
    assert_string_equal(say_time(arena, "en", "2015-08-04T12:03:11Z"),
                        "4 August 2015, 12:03:11 (UTC)");
    assert_string_equal(say_time(arena, "de", "gestern"), "gestern");
    assert_string_equal(say_size(arena, "de", 0), "0 Bytes");
    assert_string_equal(say_size(arena, "de", 999), "999 Bytes");
    assert_string_equal(say_size(arena, "de", 152345), "152.345 Bytes");
    assert_string_equal(say_size(arena, "en", 31457280), "31,457,280 bytes");
}

static void test_kinds(void **state)
{
    enum reply_kind read;

    (void)state;
    for (int i = REPLY_ACKNOWLEDGEMENT; i <= REPLY_NOTICE; i++) {
        assert_true(reply_kind_from_text(reply_kind_to_text((enum reply_kind)i), &read));
        assert_int_equal(read, i);
    }
    assert_false(reply_kind_from_text("answer", &read));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_who_gets_what),
        cmocka_unit_test(test_headers),
        cmocka_unit_test(test_thread),
        cmocka_unit_test(test_every_answer_says_what_was_read_off_a_picture),
        cmocka_unit_test(test_hostile),
        cmocka_unit_test(test_endless),
        cmocka_unit_test(test_first_lines),
        cmocka_unit_test(test_confirmation_is_discreet),
        cmocka_unit_test(test_confidential),
        cmocka_unit_test(test_daily_entry),
        cmocka_unit_test(test_position),
        cmocka_unit_test(test_unread_file_is_named),
        cmocka_unit_test(test_review_names_number),
        cmocka_unit_test(test_forms),
        cmocka_unit_test(test_follow_ups),
        cmocka_unit_test(test_golden),
        cmocka_unit_test(test_unreadable_sender),
        cmocka_unit_test(test_notify_withdrawn),
        cmocka_unit_test(test_notify),
        cmocka_unit_test(test_overrides),
        cmocka_unit_test(test_news),
        cmocka_unit_test(test_news_unwanted),
        cmocka_unit_test(test_every_template_fills),
        cmocka_unit_test(test_engine),
        cmocka_unit_test(test_wrap),
        cmocka_unit_test(test_rows_have_words),
        cmocka_unit_test(test_return_paths),
        cmocka_unit_test(test_times),
        cmocka_unit_test(test_kinds),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
