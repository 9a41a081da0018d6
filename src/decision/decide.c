/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The table.  A mail is judged by mail_rules, from above; the first row of which all tests hold
 * says what happens.  Its last row has each motion judged by motion_rules, likewise.
 *
 * Tests of rows above "unreadable" must bear a mail without a reading.
 */
#include "decision/decision.h"

#include "decision/asks.h"
#include "decision/council.h"
#include "decision/describe.h"
#include "decision/number.h"
#include "mail/address.h"
#include "trust/label.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ---- tests of a mail --------------------------------------------------------------------------
 */

static bool has_class(const struct case_file *file, enum mail_class class)
{
    return file->reading != NULL && file->reading->mail->class == class;
}

static bool has_something_to_judge(const struct case_file *file);

/* A null return path alone makes no report of somebody's letter. */
static bool is_bounce(const struct case_file *file)
{
    return has_class(file, MAIL_BOUNCE) &&
           (file->reading->mail->responds || !has_something_to_judge(file));
}

/* A person who writes to the return address is read as any other. */
static bool reports_our_answer(const struct case_file *file)
{
    return file->known->reported != 0 && !has_class(file, MAIL_PERSONAL);
}

static bool is_disposition(const struct case_file *file)
{
    return has_class(file, MAIL_DISPOSITION);
}

static bool is_automatic(const struct case_file *file)
{
    return has_class(file, MAIL_AUTO_REPLY) || has_class(file, MAIL_BOUNCE);
}

static bool is_list(const struct case_file *file)
{
    return has_class(file, MAIL_LIST);
}

static bool has_address(const struct texts *addresses, const char *address)
{
    for (size_t i = 0; i < addresses->n; i++) {
        if (address_equal(addresses->v[i], address))
            return true;
    }
    return false;
}

/* The body's own sender, one of its mailboxes, or the list that our confirmations come back by. */
static bool is_own_address(const struct conf_body *body, const char *address)
{
    struct arena *arena = arena_new();
    const char *name, *from;
    bool own = address_split(arena, body->from, &name, &from) && address_equal(from, address);

    arena_free(arena);
    for (size_t i = 0; i < body->mailbox_count && !own; i++)
        own = has_address(&body->mailboxes[i].addresses, address);
    return own || (body->list != NULL && address_equal(body->list, address));
}

/* Who handed the mail in, whoever wrote what it hands on. */
static const char *outer_address(const struct case_file *file)
{
    if (file->verdict == NULL)
        return NULL;
    return file->verdict->forwarder != NULL ? file->verdict->forwarder : file->verdict->address;
}

static bool is_own(const struct case_file *file)
{
    const char *address = outer_address(file);

    return file->known->own || (address != NULL && is_own_address(file->body, address));
}

static bool is_before_start(const struct case_file *file)
{
    const struct conf_start *start = &file->mailbox->ignore_before;
    struct day day = moment_day(file->arrival.at);

    if (day_is_none(start->day) || day.n != start->day.n)
        return !day_is_none(start->day) && day.n < start->day.n;
    return moment_minute(file->arrival.at) * 60 + (int)(file->arrival.at % 60) < start->second;
}

static bool has_same_bytes(const struct case_file *file)
{
    return file->known->same_bytes != 0;
}

static bool is_same_mail(const struct case_file *file)
{
    return file->known->same_mail != 0;
}

static bool is_too_large(const struct case_file *file)
{
    return file->body->max_size > 0 && file->size > file->body->max_size;
}

static bool is_unreadable(const struct case_file *file)
{
    return file->reading == NULL || file->unreadable != NULL;
}

static bool has_motion(const struct case_file *file)
{
    return file->reading != NULL && file->reading->motions.n > 0;
}

static bool has_no_motion(const struct case_file *file)
{
    return !has_motion(file);
}

/* A file that may be a letter and has given no text.  Signatures are none. */
static bool is_closed_letter(const struct mail_part *part)
{
    static const char *const no_letters[] = {"application/pgp-signature",
                                             "application/pkcs7-signature",
                                             "application/x-pkcs7-signature"};

    if (part->text == PART_EXTRACTED || part->type == NULL ||
        !text_starts(part->type, "application/"))
        return false;
    for (size_t i = 0; i < COUNT(no_letters); i++) {
        if (text_equal(part->type, no_letters[i]))
            return false;
    }
    return true;
}

static const struct mail_part *find_closed_letter(const struct case_file *file)
{
    for (size_t i = 0; file->reading != NULL && i < file->reading->mail->part_count; i++) {
        if (is_closed_letter(&file->reading->mail->parts[i]))
            return &file->reading->mail->parts[i];
    }
    return NULL;
}

static bool has_closed_letter(const struct case_file *file)
{
    return find_closed_letter(file) != NULL;
}

static bool is_closed_by(const struct case_file *file, enum part_text cause)
{
    const struct mail_part *part = find_closed_letter(file);

    return part != NULL && part->text == cause;
}

static bool has_locked_letter(const struct case_file *file)
{
    return is_closed_by(file, PART_ENCRYPTED);
}

static bool has_damaged_letter(const struct case_file *file)
{
    return is_closed_by(file, PART_UNREADABLE) || is_closed_by(file, PART_TOO_LARGE);
}

static bool has_scanned_letter(const struct case_file *file)
{
    return is_closed_by(file, PART_IMAGE);
}

/* A copier sends letters with Auto-Submitted, a list may be copied in: what can be a motion is a
 * person's to judge. */
static bool has_something_to_judge(const struct case_file *file)
{
    return has_motion(file) || has_closed_letter(file);
}

static bool has_nothing_to_judge(const struct case_file *file)
{
    return !has_something_to_judge(file);
}

/* RFC 2142, RFC 3834 section 2, and what programs that take no mail call themselves. */
static bool is_role(const char *local)
{
    static const char *const whole[] = {"mailer-daemon", "mail-daemon", "postmaster", "listserv",
                                        "majordomo",     "bounce",      "bounces"};
    static const char *const starts[] = {
        "owner-",        "noreply",         "no-reply",        "no_reply",         "donotreply",
        "do-not-reply",  "do_not_reply",    "nicht-antworten", "nichtantworten",   "keine-antwort",
        "nepasrepondre", "ne-pas-repondre", "ne_pas_repondre", "niet-beantwoorden"};
    static const char *const ends[] = {"-request", "-owner",    "-bounces",
                                       "-noreply", "-no-reply", ".noreply"};
    size_t n = strlen(local);

    for (size_t i = 0; i < COUNT(whole); i++) {
        if (text_equal(local, whole[i]))
            return true;
    }
    for (size_t i = 0; i < COUNT(starts); i++) {
        if (text_starts(local, starts[i]))
            return true;
    }
    for (size_t i = 0; i < COUNT(ends); i++) {
        size_t k = strlen(ends[i]);

        if (n > k && text_equal(local + n - k, ends[i]))
            return true;
    }
    return false;
}

static bool is_of_a_role(const struct case_file *file)
{
    const char *address = outer_address(file);
    struct arena *arena;
    bool role;

    if (address == NULL)
        return false;
    arena = arena_new();
    role = is_role(text_fold(arena, arena_strndup(arena, address, strcspn(address, "@"))));
    arena_free(arena);
    return role;
}

/* Postfix gives up at as many (hopcount_limit). */
#define MANY_HOPS 50

static bool has_many_hops(const struct case_file *file)
{
    return file->reading != NULL && file->reading->mail->hop_count > MANY_HOPS;
}

/* Where an answer may make a program write again.  What may be a motion is answered all the same,
 * since the answer goes to the roster's address, unless the mail itself is an answer. */
static bool is_not_to_be_told(const struct case_file *file)
{
    const struct mail *mail = file->reading == NULL ? NULL : file->reading->mail;

    if (mail == NULL)
        return false;
    if (mail->responds || (is_automatic(file) && mail->in_reply_to.n > 0) || has_many_hops(file))
        return true;
    return (mail->suppressed || file->known->loop) && has_nothing_to_judge(file);
}

static bool is_unlisted(const struct case_file *file)
{
    return file->verdict->level < TRUST_LISTED;
}

static bool is_of_no_member(const struct case_file *file)
{
    return file->verdict == NULL || file->verdict->level < TRUST_LISTED;
}

static bool has_no_one_from(const struct case_file *file)
{
    return file->verdict->address == NULL;
}

static bool is_forwarder(const struct case_file *file)
{
    const char *address = outer_address(file);

    return address != NULL && has_address(&file->body->forwarders, address);
}

static bool has_citizens_suggestion(const struct case_file *file)
{
    for (size_t i = 0; i < file->reading->motions.n; i++) {
        if (file->reading->motions.v[i].kind == MOTION_CITIZEN_SUGGESTION)
            return true;
    }
    return false;
}

static bool lacks_attachment(const struct case_file *file)
{
    return texts_has(&file->reading->mail->defects, "attachment-missing");
}

static bool is_reply(const struct case_file *file)
{
    return file->reading->mail->in_reply_to.n > 0;
}

/* A mere "Ja, das ist richtig" asks for nothing and yet is what we asked for. */
static bool answers_naming(const struct case_file *file)
{
    const struct texts *ids = &file->reading->mail->in_reply_to;

    for (size_t i = 0; i < ids->n; i++) {
        if (strstr(ids->v[i], NAMING_MARK) != NULL)
            return true;
    }
    return false;
}

static bool asks_nothing(const struct case_file *file)
{
    const char *text = file->reading->mail->text;

    return text == NULL || !asks_something(text);
}

static bool has_known_content(const struct case_file *file)
{
    return file->known->same_content != NULL;
}

static bool is_below_required_trust(const struct case_file *file)
{
    return file->verdict->level < file->body->required_trust;
}

static bool may_not_submit(const struct case_file *file)
{
    return file->verdict->member != NULL && !file->verdict->member->submit;
}

/* ---- what a sentence speaks of ----------------------------------------------------------------
 */

static const char *name_same_bytes(struct arena *arena, const struct case_file *file)
{
    return arena_printf(arena, "m%lld", (long long)file->known->same_bytes);
}

static const char *name_same_mail(struct arena *arena, const struct case_file *file)
{
    return arena_printf(arena, "m%lld", (long long)file->known->same_mail);
}

static const char *name_same_content(struct arena *arena, const struct case_file *file)
{
    return arena_strdup(arena, file->known->same_content);
}

static const char *name_mistake(struct arena *arena, const struct case_file *file)
{
    return arena_strdup(arena, file->unreadable != NULL ? file->unreadable : "no cause is known");
}

static const char *name_part(struct arena *arena, const struct mail_part *part)
{
    return text_squeeze(arena, part->name != NULL ? part->name : part->path);
}

static const char *name_closed_letter(struct arena *arena, const struct case_file *file)
{
    const struct mail_part *part = find_closed_letter(file);

    return part == NULL ? NULL : name_part(arena, part);
}

/* "o34 failed: unknown-user" */
static const char *name_report(struct arena *arena, const struct case_file *file)
{
    const struct mail_report *report = file->reading->mail->report;

    if (report == NULL)
        return arena_printf(arena, "an answer to the return address of o%lld",
                            (long long)file->known->reported);
    return arena_printf(arena, "o%lld %s: %s", (long long)file->known->reported,
                        report_action_to_text(report->action),
                        report_reason_to_text(report->reason));
}

static const char *name_level(struct arena *arena, const struct case_file *file)
{
    return arena_strdup(arena, trust_level_to_text(file->verdict->level));
}

/* ---- the table of a mail ----------------------------------------------------------------------
 */

static const struct mail_rule {
    const char *name;
    bool (*tests[3])(const struct case_file *file); /* all must hold */
    enum message_state state;
    const char *sentence; /* "{}" is the detail */
    const char *(*detail)(struct arena *arena, const struct case_file *file);
} mail_rules[] = {
    {.name = "bounce-answer",
     .tests = {reports_our_answer},
     .state = MESSAGE_IGNORED,
     .sentence = "bounce: {}",
     .detail = name_report},
    {.name = "bounce",
     .tests = {is_bounce},
     .state = MESSAGE_IGNORED,
     .sentence = "bounce: a report on a mail that could not be delivered"},
    {.name = "disposition",
     .tests = {is_disposition},
     .state = MESSAGE_IGNORED,
     .sentence = "disposition: a read receipt"},
    {.name = "own",
     .tests = {is_own},
     .state = MESSAGE_IGNORED,
     .sentence = "own mail: it comes from an address of the body itself"},
    {.name = "automatic",
     .tests = {is_automatic, has_nothing_to_judge},
     .state = MESSAGE_IGNORED,
     .sentence = "automatic mail"},
    {.name = "list",
     .tests = {is_list, is_of_no_member},
     .state = MESSAGE_IGNORED,
     .sentence = "list: it comes by a mailing list"},
    {.name = "list-without-motion",
     .tests = {is_list, has_nothing_to_judge},
     .state = MESSAGE_IGNORED,
     .sentence = "list: it comes by a mailing list and holds no motion"},
    {.name = "role",
     .tests = {is_of_a_role, has_nothing_to_judge},
     .state = MESSAGE_IGNORED,
     .sentence = "automatic mail: its address is that of a program or an office, and no motion"},
    {.name = "before-start",
     .tests = {is_before_start},
     .state = MESSAGE_IGNORED,
     .sentence = "arrived before ignore-before"},
    {.name = "same-bytes",
     .tests = {has_same_bytes},
     .state = MESSAGE_DUPLICATE,
     .sentence = "{}: the same bytes were registered before",
     .detail = name_same_bytes},
    {.name = "same-mail",
     .tests = {is_same_mail},
     .state = MESSAGE_DUPLICATE,
     .sentence = "{}: the same Message-ID, sender and content were registered before",
     .detail = name_same_mail},
    {.name = "too-large",
     .tests = {is_too_large},
     .state = MESSAGE_HELD,
     .sentence = "too large: beyond max-size only the headers are read"},
    {.name = "unreadable",
     .tests = {is_unreadable},
     .state = MESSAGE_UNREADABLE,
     .sentence = "unreadable: {}",
     .detail = name_mistake},
    {.name = "many-hops",
     .tests = {has_many_hops},
     .state = MESSAGE_HELD,
     .sentence = "more than 50 servers handed it on: it goes in a circle"},
    {.name = "automatic-letter",
     .tests = {is_automatic},
     .state = MESSAGE_HELD,
     .sentence = "sent by a machine (a copier?), but may hold a motion"},
    {.name = "list-letter",
     .tests = {is_list},
     .state = MESSAGE_HELD,
     .sentence = "a member's motion that came by a mailing list"},
    {.name = "not-one-from",
     .tests = {has_no_one_from},
     .state = MESSAGE_HELD,
     .sentence = "unknown sender: there is not exactly one From address"},
    {.name = "forwarder",
     .tests = {is_forwarder, is_unlisted},
     .state = MESSAGE_HELD,
     .sentence = "forwarded by the town's staff: whose mail it was is a person's to say"},
    {.name = "unknown-citizen",
     .tests = {is_unlisted, has_citizens_suggestion},
     .state = MESSAGE_HELD,
     .sentence = "citizen's suggestion by an unknown sender"},
    {.name = "unknown-motion",
     .tests = {is_unlisted, has_motion},
     .state = MESSAGE_HELD,
     .sentence = "unknown sender: a motion, but the sender is not on the roster"},
    {.name = "unknown",
     .tests = {is_unlisted},
     .state = MESSAGE_HELD,
     .sentence = "unknown sender: not on the roster, and no motion found"},
    {.name = "same-content",
     .tests = {has_known_content},
     .state = MESSAGE_HELD,
     .sentence = "the same text or attachment by this sender is registered as {}",
     .detail = name_same_content},
    {.name = "locked-letter",
     .tests = {has_no_motion, has_locked_letter},
     .state = MESSAGE_HELD,
     .sentence = "no motion found: the attachment {} is encrypted",
     .detail = name_closed_letter},
    {.name = "damaged-letter",
     .tests = {has_no_motion, has_damaged_letter},
     .state = MESSAGE_HELD,
     .sentence = "no motion found: the attachment {} cannot be read",
     .detail = name_closed_letter},
    {.name = "scanned-letter",
     .tests = {has_no_motion, has_scanned_letter},
     .state = MESSAGE_HELD,
     .sentence = "no motion found: the attachment {} is a picture without text",
     .detail = name_closed_letter},
    {.name = "closed-letter",
     .tests = {has_no_motion, has_closed_letter},
     .state = MESSAGE_HELD,
     .sentence = "no motion found: the attachment {} is not read yet",
     .detail = name_closed_letter},
    {.name = "attachment-missing",
     .tests = {lacks_attachment},
     .state = MESSAGE_HELD,
     .sentence = "attachment missing: the mail speaks of one and has none"},
    {.name = "naming-reply",
     .tests = {has_no_motion, answers_naming},
     .state = MESSAGE_HELD,
     .sentence = "no motion found: it answers whether a faction is rightly named"},
    {.name = "reply",
     .tests = {has_no_motion, is_reply, asks_nothing},
     .state = MESSAGE_IGNORED,
     .sentence = "a reply that asks nothing"},
    {.name = "asking-reply",
     .tests = {has_no_motion, is_reply},
     .state = MESSAGE_HELD,
     .sentence = "no motion found: a reply that may ask for something"},
    {.name = "no-motion",
     .tests = {has_no_motion},
     .state = MESSAGE_HELD,
     .sentence = "no motion found"},
    {.name = "trust",
     .tests = {is_below_required_trust},
     .state = MESSAGE_HELD,
     .sentence = "trust below required: the sender is only {}",
     .detail = name_level},
    {.name = "may-not-submit",
     .tests = {may_not_submit},
     .state = MESSAGE_HELD,
     .sentence = "sender may not submit: the roster says submit = no"},
    {.name = "motions", .state = MESSAGE_REGISTERED, .sentence = "registered"},
};

/* ---- tests of a motion ------------------------------------------------------------------------
 */

static bool is_citizens(const struct case_file *file, const struct motion *motion)
{
    (void)file;
    return motion->kind == MOTION_CITIZEN_SUGGESTION;
}

static bool is_withdrawal(const struct case_file *file, const struct motion *motion)
{
    (void)file;
    return motion->kind == MOTION_WITHDRAWAL;
}

static bool is_replacement(const struct case_file *file, const struct motion *motion)
{
    (void)file;
    return motion->kind == MOTION_REPLACEMENT;
}

static bool names_our_recipient(const struct case_file *file, const char *address)
{
    return address != NULL && (has_address(&file->mailbox->addresses, address) ||
                               has_address(&file->body->mayor.addresses, address));
}

static bool one_is_our_recipient(const struct case_file *file, const struct mail_addresses *list)
{
    for (size_t i = 0; i < list->n; i++) {
        if (names_our_recipient(file, list->v[i].address))
            return true;
    }
    return false;
}

static bool mail_is_for_us(const struct case_file *file)
{
    const struct mail *mail = file->reading->mail;

    if (one_is_our_recipient(file, &mail->to) || one_is_our_recipient(file, &mail->cc))
        return true;
    for (size_t i = 0; i < mail->delivered_to.n; i++) {
        if (names_our_recipient(file, mail->delivered_to.v[i]))
            return true;
    }
    return false;
}

/* "buergermeister der gemeinde bedburg hau" is an office "buergermeister" of this body, the one
 * "der gemeinde kranenburg" is not. */
static bool is_office(struct arena *arena, const struct conf_body *body, const char *addressee,
                      const char *office)
{
    const char *name = label_fold(arena, body->name);
    const char *place = strchr(name, ' ') == NULL ? name : strchr(name, ' ') + 1;
    size_t n = strlen(office);

    if (n == 0 || !text_starts(addressee, office))
        return false;
    if (addressee[n] == '\0')
        return true;
    return addressee[n] == ' ' && strstr(addressee + n, place) != NULL;
}

static bool letter_is_for_us(const struct case_file *file, const char *addressee)
{
    const struct texts *offices = &file->body->mayor.offices;
    struct arena *arena = arena_new();
    const char *key = label_fold(arena, addressee);
    bool ours = false;

    for (size_t i = 0; i < offices->n && !ours; i++)
        ours = is_office(arena, file->body, key, label_fold(arena, offices->v[i]));
    arena_free(arena);
    return ours;
}

static bool is_for_another(const struct case_file *file, const struct motion *motion)
{
    if (motion->addressee != NULL && letter_is_for_us(file, motion->addressee))
        return false;
    return !mail_is_for_us(file);
}

/* The letter names movers, and the sender's faction is none of them. */
static bool is_of_another_faction(const struct case_file *file, const struct motion *motion)
{
    for (size_t i = 0; i < motion->factions.n; i++) {
        if (trust_find_faction(file->body, motion->factions.v[i]) == file->verdict->faction)
            return false;
    }
    return motion->factions.n > 0;
}

/* Whether the letter may act by itself: on an open motion of the sender's faction alone, and from
 * a sender who is more than a name in From, which anybody can write.  It must not be one that would
 * be held if it were a motion, what was read off a picture may be misread, and who hands a letter
 * on does not say the same. */
static bool may_follow(const struct case_file *file, const struct motion *motion)
{
    const struct known_motion *referred = file->known->referred;

    return referred != NULL && referred->state == MOTION_STATE_REGISTERED &&
           file->verdict->level >= TRUST_AUTHENTICATED && referred->movers.n == 1 &&
           trust_find_faction(file->body, referred->movers.v[0]) == file->verdict->faction &&
           !motion->is_ocr && !motion->is_forwarded && !is_for_another(file, motion) &&
           !is_of_another_faction(file, motion);
}

static bool may_withdraw(const struct case_file *file, const struct motion *motion)
{
    return motion->kind == MOTION_WITHDRAWAL && may_follow(file, motion);
}

static bool may_replace(const struct case_file *file, const struct motion *motion)
{
    return motion->kind == MOTION_REPLACEMENT && may_follow(file, motion);
}

static const char *name_reference(struct arena *arena, const struct motion *motion)
{
    return motion->refers_to == NULL ? NULL : text_squeeze(arena, motion->refers_to);
}

static const char *name_addressee(struct arena *arena, const struct motion *motion)
{
    return motion->addressee == NULL ? NULL : text_squeeze(arena, motion->addressee);
}

static const char *name_factions(struct arena *arena, const struct motion *motion)
{
    return text_squeeze(arena, text_join(arena, &motion->factions, ", "));
}

/* ---- the table of a motion --------------------------------------------------------------------
 */

static const struct motion_rule {
    const char *name;
    bool (*test)(const struct case_file *file, const struct motion *motion); /* NULL: holds */
    bool registered;
    enum follow follow;
    const char *sentence;
    const char *(*detail)(struct arena *arena, const struct motion *motion);
} motion_rules[] = {
    {.name = "citizen",
     .test = is_citizens,
     .sentence = "citizen's suggestion: it takes another way than a faction's motion"},
    {.name = "withdrawn",
     .test = may_withdraw,
     .follow = FOLLOW_WITHDRAWS,
     .sentence = "follow-up: {} is withdrawn"},
    {.name = "replaced",
     .test = may_replace,
     .follow = FOLLOW_REPLACES,
     .sentence = "follow-up: {} is replaced"},
    {.name = "withdrawal",
     .test = is_withdrawal,
     .sentence = "follow-up: a withdrawal of {}",
     .detail = name_reference},
    {.name = "replacement",
     .test = is_replacement,
     .sentence = "follow-up: a replacement or correction of {}",
     .detail = name_reference},
    {.name = "addressee",
     .test = is_for_another,
     .sentence = "addressed to someone else: {}",
     .detail = name_addressee},
    {.name = "faction",
     .test = is_of_another_faction,
     .sentence = "letter's faction is not the sender's: it names {}",
     .detail = name_factions},
    {.name = "registered", .registered = true},
};

const char *decide_row_name(size_t i)
{
    if (i < COUNT(mail_rules))
        return mail_rules[i].name;
    i -= COUNT(mail_rules);
    return i < COUNT(motion_rules) ? motion_rules[i].name : NULL;
}

/* ---- judging ----------------------------------------------------------------------------------
 */

static const char *fill(struct arena *arena, const char *sentence, const char *detail)
{
    const char *gap = sentence == NULL ? NULL : strstr(sentence, "{}");
    struct text text;

    if (gap == NULL)
        return sentence;
    text_init(&text, arena);
    text_add_bytes(&text, sentence, (size_t)(gap - sentence));
    text_add(&text, detail != NULL ? detail : "?");
    text_add(&text, gap + 2);
    return text.s;
}

static bool holds(const struct mail_rule *rule, const struct case_file *file)
{
    for (size_t i = 0; i < COUNT(rule->tests) && rule->tests[i] != NULL; i++) {
        if (!rule->tests[i](file))
            return false;
    }
    return true;
}

static const struct mail_rule *find_mail_rule(const struct case_file *file)
{
    for (size_t i = 0; i < COUNT(mail_rules); i++) {
        if (holds(&mail_rules[i], file))
            return &mail_rules[i];
    }
    panic("decide: the table of a mail has no last row");
}

static const struct motion_rule *find_motion_rule(const struct case_file *file,
                                                  const struct motion *motion)
{
    for (size_t i = 0; i < COUNT(motion_rules); i++) {
        if (motion_rules[i].test == NULL || motion_rules[i].test(file, motion))
            return &motion_rules[i];
    }
    panic("decide: the table of a motion has no last row");
}

static void find_named(struct arena *arena, const struct case_file *file,
                       struct decided_motion *decided)
{
    const struct texts *labels = &decided->motion->factions;

    for (size_t i = 0; i < labels->n; i++) {
        const struct conf_faction *faction = trust_find_faction(file->body, labels->v[i]);
        const char *title = faction != NULL ? faction->title : text_squeeze(arena, labels->v[i]);

        if ((faction == NULL || faction != decided->mover) && !texts_has(&decided->named, title))
            texts_add(&decided->named, arena, title);
    }
}

/* No last day can be known then, but whether there is a rule for the kind at all. */
static struct deadline judge_without_council(struct arena *arena, const struct case_file *file,
                                             enum motion_kind kind)
{
    const struct conf_deadline *rule = &file->body->deadline;
    struct deadline deadline;

    deadline_judge(arena, file->body, rule->set ? rule : NULL, kind, DAY_NONE, -1, file->arrival.at,
                   &deadline);
    return deadline;
}

static void decide_consultation(struct arena *arena, const struct case_file *file,
                                enum motion_kind kind, const struct motion_consultation *wanted,
                                struct decided_consultation *decided)
{
    const struct conf_council *council = council_find(file->body, wanted->organization);

    decided->organization =
        council != NULL ? council->name : text_squeeze(arena, wanted->organization);
    decided->meeting = wanted->meeting;
    if (council == NULL)
        decided->deadline = judge_without_council(arena, file, kind);
    else
        deadline_judge(arena, file->body, &council->deadline, kind, wanted->meeting,
                       council_meeting_minute(council, wanted->meeting), file->arrival.at,
                       &decided->deadline);
}

void decide_deadlines(struct arena *arena, const struct case_file *file,
                      struct decided_motion *decided)
{
    const struct motion *motion = decided->motion;

    decided->deadline = judge_without_council(arena, file, motion->kind);
    decided->consultation_count = motion->consultation_count;
    decided->consultations =
        arena_array(arena, motion->consultation_count, sizeof(struct decided_consultation));
    for (size_t i = 0; i < motion->consultation_count; i++) {
        struct decided_consultation *one = &decided->consultations[i];

        decide_consultation(arena, file, motion->kind, &motion->consultations[i], one);
        decided->deadline =
            i == 0 ? one->deadline : *deadline_strictest(&decided->deadline, &one->deadline);
    }
}

void decide_describe(struct arena *arena, const struct case_file *file, const struct motion *motion,
                     const struct conf_faction *mover, struct decided_motion *decided)
{
    decided->motion = motion;
    decided->mover = mover;
    find_named(arena, file, decided);
    decide_deadlines(arena, file, decided);
}

void decide_find_unread(struct arena *arena, const struct mail *mail, struct texts *unread)
{
    for (size_t i = 0; i < mail->part_count; i++) {
        if (is_closed_letter(&mail->parts[i]))
            texts_add(unread, arena, name_part(arena, &mail->parts[i]));
    }
}

static void describe_all(struct arena *arena, const struct case_file *file,
                         struct decision *decision)
{
    const struct motions *motions = &file->reading->motions;

    decision->motions = arena_array(arena, motions->n, sizeof(struct decided_motion));
    decision->motion_count = motions->n;
    for (size_t i = 0; i < motions->n; i++) {
        struct decided_motion *decided = &decision->motions[i];

        decide_describe(arena, file, &motions->v[i], file->verdict->faction, decided);
        decided->position = i;
        decided->count = motions->n;
    }
}

static void hold_all(struct decision *decision)
{
    for (size_t i = 0; i < decision->motion_count; i++) {
        decision->motions[i].row = decision->row;
        decision->motions[i].reason = decision->reason;
        decision->motions[i].detail = decision->detail;
    }
}

/* What the new paper leaves open stays as it was. */
static void follow(struct arena *arena, const struct case_file *file,
                   struct decided_motion *decided)
{
    const struct known_motion *known = decided->follows;
    struct motion *motion = ARENA_NEW(arena, struct motion);

    *motion = *decided->motion;
    if (motion->title == NULL || decided->follow == FOLLOW_WITHDRAWS)
        motion->title = known->title;
    if (motion->consultation_count == 0 || decided->follow == FOLLOW_WITHDRAWS) {
        motion->consultations = known->consultations;
        motion->consultation_count = known->consultation_count;
    }
    motion->kind = known->kind;
    motion->confidential = motion->confidential || known->confidential;
    decided->motion = motion;
    decided->number = known->number;
    decided->named = known->named;
    decide_deadlines(arena, file, decided);
}

static void judge_motion(struct arena *arena, const struct case_file *file, int *counter,
                         struct decided_motion *decided)
{
    const struct motion_rule *rule = find_motion_rule(file, decided->motion);
    int year, month, mday;

    decided->row = rule->name;
    decided->registered = rule->registered;
    decided->follow = rule->follow;
    decided->follows = file->known->referred;
    if (rule->follow != FOLLOW_NONE)
        follow(arena, file, decided);
    decided->detail = rule->follow != FOLLOW_NONE ? decided->number
                      : rule->detail == NULL      ? NULL
                                                  : rule->detail(arena, decided->motion);
    decided->reason = fill(arena, rule->sentence, decided->detail);
    if (!rule->registered)
        return;
    day_to_ymd(moment_day(file->arrival.at), &year, &month, &mday);
    decided->number = number_format(arena, file->body->number, year, (*counter)++);
}

/* The message stands as its motions do: registered if one of them is. */
static void sum_up(struct arena *arena, const struct case_file *file, struct decision *decision)
{
    const struct decided_motion *held = NULL;
    size_t registered = 0;

    for (size_t i = decision->motion_count; i-- > 0;) {
        bool done = decision->motions[i].registered || decision->motions[i].follow != FOLLOW_NONE;

        registered += done;
        if (!done)
            held = &decision->motions[i];
    }
    decision->row = held == NULL ? "registered" : held->row;
    if (registered == 0 && held != NULL) {
        decision->state = MESSAGE_HELD;
        decision->reason = held->reason;
        decision->detail = held->detail;
    } else if (held != NULL) {
        decision->reason = arena_printf(arena, "registered in part; held: %s", held->reason);
        decision->row = "registered";
    } else if (decision->motions[0].follow != FOLLOW_NONE) {
        decision->row = decision->motions[0].row;
        decision->reason = decision->motions[0].reason;
        decision->detail = decision->motions[0].detail;
    } else if (decision->unread.n > 0) {
        decision->reason = arena_printf(arena, "registered; not read yet: %s",
                                        text_join(arena, &decision->unread, ", "));
    } else if (file->known->other_of_id != NULL) {
        decision->reason =
            arena_printf(arena, "registered; %s has the same Message-ID and other content",
                         file->known->other_of_id);
    }
}

void decide(struct arena *arena, const struct case_file *file, struct decision *decision_r)
{
    const struct mail_rule *rule = find_mail_rule(file);
    int counter = file->known->next_counter;

    *decision_r = (struct decision){.state = rule->state,
                                    .row = rule->name,
                                    .silent = is_not_to_be_told(file),
                                    .whole = rule->state != MESSAGE_REGISTERED,
                                    .arrival = file->arrival};
    decision_r->detail = rule->detail == NULL ? NULL : rule->detail(arena, file);
    decision_r->reason = fill(arena, rule->sentence, decision_r->detail);
    if (file->reading == NULL || (rule->state != MESSAGE_REGISTERED && rule->state != MESSAGE_HELD))
        return;
    decide_find_unread(arena, file->reading->mail, &decision_r->unread);
    describe_all(arena, file, decision_r);
    if (decision_r->whole) {
        hold_all(decision_r);
        return;
    }
    for (size_t i = 0; i < decision_r->motion_count; i++)
        judge_motion(arena, file, &counter, &decision_r->motions[i]);
    sum_up(arena, file, decision_r);
}
