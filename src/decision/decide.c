/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The table.  A mail is judged by mail_rules, from above; the first row of which all tests hold
 * says what happens.  Its last row has each motion judged by motion_rules, likewise.  The tests are
 * those of case.h.
 */
#include "decision/decision.h"

#include "decision/case.h"
#include "decision/describe.h"
#include "decision/follow.h"
#include "decision/number.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ---- the table of a mail ----------------------------------------------------------------------
 */

static const struct mail_rule {
    const char *name;
    bool (*tests[3])(const struct case_file *file); /* all must hold */
    enum message_state state;
    const char *sentence; /* "{}" is the detail */
    const char *(*detail)(struct arena *arena, const struct case_file *file);
} mail_rules[] = {
    {.name = "not-recorded",
     .tests = {case_has_failed},
     .state = MESSAGE_HELD,
     .sentence = "a mistake of this program: {}",
     .detail = case_name_failure},
    {.name = "bounce-answer",
     .tests = {case_reports_our_answer},
     .state = MESSAGE_IGNORED,
     .sentence = "bounce: {}",
     .detail = case_name_report},
    {.name = "bounce",
     .tests = {case_is_bounce},
     .state = MESSAGE_IGNORED,
     .sentence = "bounce: a report on a mail that could not be delivered"},
    {.name = "disposition",
     .tests = {case_is_disposition},
     .state = MESSAGE_IGNORED,
     .sentence = "disposition: a read receipt"},
    {.name = "own",
     .tests = {case_is_own},
     .state = MESSAGE_IGNORED,
     .sentence = "own mail: it comes from an address of the body itself"},
    {.name = "own-handed-on",
     .tests = {case_hands_our_own_on, case_has_nothing_to_judge, case_asks_nothing},
     .state = MESSAGE_IGNORED,
     .sentence = "own mail that its recipient hands on, without a word"},
    {.name = "automatic",
     .tests = {case_is_automatic, case_is_beyond_doubt, case_has_nothing_to_judge},
     .state = MESSAGE_IGNORED,
     .sentence = "automatic mail"},
    {.name = "list",
     .tests = {case_is_list, case_is_of_no_member},
     .state = MESSAGE_IGNORED,
     .sentence = "list: it comes by a mailing list"},
    {.name = "list-without-motion",
     .tests = {case_is_list, case_has_nothing_to_judge},
     .state = MESSAGE_IGNORED,
     .sentence = "list: it comes by a mailing list and holds no motion"},
    {.name = "role",
     .tests = {case_is_of_a_role, case_has_nothing_to_judge},
     .state = MESSAGE_IGNORED,
     .sentence = "automatic mail: its address is that of a program or an office, and no motion"},
    {.name = "before-start",
     .tests = {case_is_before_start},
     .state = MESSAGE_IGNORED,
     .sentence = "arrived before ignore-before"},
    {.name = "same-bytes",
     .tests = {case_has_same_bytes},
     .state = MESSAGE_DUPLICATE,
     .sentence = "{}: the same bytes were registered before",
     .detail = case_name_same_bytes},
    {.name = "same-mail",
     .tests = {case_is_same_mail},
     .state = MESSAGE_DUPLICATE,
     .sentence = "{}: the same sender, content and Message-ID (or date, where one has none) were "
                 "registered "
                 "before",
     .detail = case_name_same_mail},
    {.name = "too-large",
     .tests = {case_is_too_large},
     .state = MESSAGE_HELD,
     .sentence = "too large: beyond max-size only the headers are read"},
    {.name = "unreadable",
     .tests = {case_is_unreadable},
     .state = MESSAGE_UNREADABLE,
     .sentence = "unreadable: {}",
     .detail = case_name_mistake},
    {.name = "many-hops",
     .tests = {case_has_many_hops},
     .state = MESSAGE_HELD,
     .sentence = "more than 50 servers handed it on: it goes in a circle"},
    {.name = "automatic-perhaps",
     .tests = {case_is_automatic, case_has_nothing_to_judge},
     .state = MESSAGE_HELD,
     .sentence = "worded as a program's mail, but nothing says that it is one"},
    {.name = "automatic-letter",
     .tests = {case_is_automatic},
     .state = MESSAGE_HELD,
     .sentence = "sent by a machine (a copier?), but may hold a motion"},
    {.name = "list-letter",
     .tests = {case_is_list},
     .state = MESSAGE_HELD,
     .sentence = "a member's motion that came by a mailing list"},
    {.name = "not-one-from",
     .tests = {case_has_no_one_from},
     .state = MESSAGE_HELD,
     .sentence = "unknown sender: there is not exactly one From address"},
    {.name = "office-decides",
     .tests = {case_answers_notice, case_is_of_confirmed_office, case_brings_no_paper},
     .state = MESSAGE_IGNORED,
     .sentence = "the office replies to {}",
     .detail = case_name_notice},
    {.name = "office-unconfirmed",
     .tests = {case_answers_notice, case_is_of_office},
     .state = MESSAGE_HELD,
     .sentence = "a reply to {} that decides nothing: its sender is not confirmed, or it brings a "
                 "motion",
     .detail = case_name_notice},
    {.name = "not-the-office",
     .tests = {case_bears_token, case_has_no_motion},
     .state = MESSAGE_HELD,
     .sentence = "a reply to {} that decides nothing: its sender is not the office",
     .detail = case_name_notice},
    {.name = "forwarder",
     .tests = {case_is_forwarder, case_is_unlisted},
     .state = MESSAGE_HELD,
     .sentence = "forwarded by the town's staff: whose mail it was is a person's to say"},
    {.name = "unknown-citizen",
     .tests = {case_is_unlisted, case_has_citizens_suggestion},
     .state = MESSAGE_HELD,
     .sentence = "citizen's suggestion by an unknown sender"},
    {.name = "unknown-motion",
     .tests = {case_is_unlisted, case_has_motion},
     .state = MESSAGE_HELD,
     .sentence = "unknown sender: a motion, but the sender is not on the roster"},
    {.name = "unknown",
     .tests = {case_is_unlisted},
     .state = MESSAGE_HELD,
     .sentence = "unknown sender: not on the roster, and no motion found"},
    {.name = "same-content",
     .tests = {case_has_known_content},
     .state = MESSAGE_HELD,
     .sentence = "the same text or attachment by this sender is registered as {}",
     .detail = case_name_same_content},
    {.name = "held-papers",
     .tests = {case_brings_missing},
     .state = MESSAGE_HELD,
     .sentence = "it brings what {} lacked, which waits for another reason, too",
     .detail = case_name_held},
    {.name = "follow-up",
     .tests = {case_has_no_motion, case_follows_up},
     .state = MESSAGE_REGISTERED,
     .sentence = "follow-up"},
    {.name = "locked-letter",
     .tests = {case_has_no_motion, case_has_locked_letter},
     .state = MESSAGE_HELD,
     .sentence = "no motion found: the attachment {} is encrypted",
     .detail = case_name_closed_letter},
    {.name = "damaged-letter",
     .tests = {case_has_no_motion, case_has_damaged_letter},
     .state = MESSAGE_HELD,
     .sentence = "no motion found: the attachment {} cannot be read",
     .detail = case_name_closed_letter},
    {.name = "scanned-letter",
     .tests = {case_has_no_motion, case_has_scanned_letter},
     .state = MESSAGE_HELD,
     .sentence = "no motion found: the attachment {} is a picture without text",
     .detail = case_name_closed_letter},
    {.name = "closed-letter",
     .tests = {case_has_no_motion, case_has_closed_letter},
     .state = MESSAGE_HELD,
     .sentence = "no motion found: the attachment {} is not read yet",
     .detail = case_name_closed_letter},
    {.name = "attachment-missing",
     .tests = {case_lacks_attachment},
     .state = MESSAGE_HELD,
     .sentence = "attachment missing: the mail speaks of one and has none"},
    {.name = "naming-refused",
     .tests = {case_has_no_motion, case_refuses_naming},
     .state = MESSAGE_HELD,
     .sentence = "no motion found: a faction answers that it does not move {}",
     .detail = case_name_referred},
    {.name = "naming-reply",
     .tests = {case_has_no_motion, case_answers_naming},
     .state = MESSAGE_HELD,
     .sentence = "no motion found: it answers whether a faction is rightly named"},
    {.name = "reply",
     .tests = {case_has_no_motion, case_is_reply, case_asks_nothing},
     .state = MESSAGE_IGNORED,
     .sentence = "a reply that asks nothing"},
    {.name = "held-reply",
     .tests = {case_has_no_motion, case_answers_held},
     .state = MESSAGE_HELD,
     .sentence = "no motion found: a reply about {}, which waits for a person",
     .detail = case_name_held},
    {.name = "asking-reply",
     .tests = {case_has_no_motion, case_is_reply},
     .state = MESSAGE_HELD,
     .sentence = "no motion found: a reply that may ask for something"},
    {.name = "no-motion",
     .tests = {case_has_no_motion},
     .state = MESSAGE_HELD,
     .sentence = "no motion found"},
    {.name = "trust",
     .tests = {case_is_below_required_trust},
     .state = MESSAGE_HELD,
     .sentence = "trust below required: the sender is only {}",
     .detail = case_name_level},
    {.name = "may-not-submit",
     .tests = {case_may_not_submit},
     .state = MESSAGE_HELD,
     .sentence = "sender may not submit: the roster says submit = no"},
    {.name = "motions", .state = MESSAGE_REGISTERED, .sentence = "registered"},
};

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
     .test = case_is_citizens,
     .sentence = "citizen's suggestion: it takes another way than a faction's motion"},
    {.name = "withdrawn",
     .test = case_may_withdraw,
     .follow = FOLLOW_WITHDRAWS,
     .sentence = "follow-up: {} is withdrawn"},
    {.name = "left",
     .test = case_may_leave,
     .follow = FOLLOW_LEAVES,
     .sentence = "follow-up: one of the factions that move {} withdraws; the others go on"},
    {.name = "replaced",
     .test = case_may_replace,
     .follow = FOLLOW_REPLACES,
     .sentence = "follow-up: {} is replaced"},
    {.name = "corrected",
     .test = case_may_correct,
     .follow = FOLLOW_CORRECTS,
     .sentence = "follow-up: {} is corrected"},
    {.name = "papers",
     .test = case_may_add,
     .follow = FOLLOW_ADDS,
     .sentence = "follow-up: papers that belong to {}"},
    {.name = "joined",
     .test = case_may_join,
     .follow = FOLLOW_JOINS,
     .sentence = "follow-up: a faction that was named moves {} along"},
    {.name = "withdrawal",
     .test = case_is_withdrawal,
     .sentence = "follow-up: a withdrawal of {}",
     .detail = case_name_reference},
    {.name = "replacement",
     .test = case_is_replacement,
     .sentence = "follow-up: a replacement or correction of {}",
     .detail = case_name_reference},
    {.name = "correction",
     .test = case_is_correction,
     .sentence = "follow-up: a correction of {}",
     .detail = case_name_reference},
    {.name = "unclear",
     .test = case_is_by_word,
     .sentence = "follow-up: a reply about {} that may ask for something",
     .detail = case_name_reference},
    {.name = "addressee",
     .test = case_is_for_another,
     .sentence = "addressed to someone else: {}",
     .detail = case_name_addressee},
    {.name = "faction",
     .test = case_is_of_another_faction,
     .sentence = "letter's faction is not the sender's: it names {}",
     .detail = case_name_factions},
    {.name = "registered", .registered = true},
};

const char *decide_row_name(size_t i)
{
    if (i < COUNT(mail_rules))
        return mail_rules[i].name;
    i -= COUNT(mail_rules);
    return i < COUNT(motion_rules) ? motion_rules[i].name : NULL;
}

static const char *find_sentence(const char *row)
{
    for (size_t i = 0; i < COUNT(mail_rules); i++) {
        if (text_equal(mail_rules[i].name, row))
            return mail_rules[i].sentence;
    }
    for (size_t i = 0; i < COUNT(motion_rules); i++) {
        if (text_equal(motion_rules[i].name, row))
            return motion_rules[i].sentence;
    }
    return NULL;
}

const char *decide_find_detail(struct arena *arena, const char *row, const char *reason)
{
    const char *sentence = find_sentence(row);
    const char *gap = sentence == NULL ? NULL : strstr(sentence, "{}");
    size_t before;

    if (gap == NULL || reason == NULL)
        return NULL;
    before = (size_t)(gap - sentence);
    if (strncmp(reason, sentence, before) != 0)
        return NULL;
    reason += before;
    /* remarks may stand behind it */
    const char *end = strstr(reason, gap[2] == '\0' ? "; " : gap + 2);
    if (end == NULL && gap[2] != '\0')
        return NULL;
    return end == NULL ? reason : arena_strndup(arena, reason, (size_t)(end - reason));
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

/* Behind the reason, whatever that is. */
static const char *add_remark(struct arena *arena, const char *reason, const char *remark)
{
    if (remark == NULL)
        return reason;
    return arena_printf(arena, "%s; %s", reason != NULL ? reason : "registered", remark);
}

/* Of a motion that was held because of it this is the reason. */
static const char *find_outdated(const struct case_file *file, const struct decision *decision)
{
    for (size_t i = 0; i < decision->motion_count; i++) {
        if (decision->motions[i].wants != FOLLOW_NONE &&
            decision->motions[i].follow == FOLLOW_NONE && case_is_outdated(file))
            return "written before the motion was last changed, or nothing sure says when";
    }
    return NULL;
}

/* Who has signed, what could mislead whoever decides, and that a filter took the mail for junk. */
static const char *add_remarks(struct arena *arena, const struct case_file *file,
                               const struct decision *decision)
{
    const char *reason = add_remark(arena, decision->reason, find_outdated(file, decision));

    if (file->verdict != NULL)
        reason = add_remark(arena, reason, trust_remarks(arena, file->verdict));
    if (file->junk != NULL)
        reason = add_remark(arena, reason,
                            arena_printf(arena, "it lay in the folder for junk, %s", file->junk));
    return reason;
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

static void describe_one(struct arena *arena, const struct case_file *file,
                         const struct motion *motion, struct decision *decision)
{
    struct decided_motion *decided = &decision->motions[decision->motion_count];

    decide_describe(arena, file, motion, file->verdict->faction, decided);
    decided->position = decision->motion_count++;
    decided->wants = case_find_change(file, motion);
    if (decided->wants != FOLLOW_NONE)
        decided->follows = file->known->referred;
}

/* Words that would change a motion stand beside the letters as one of their own: who withdraws and
 * hands in something else with the same mail wants both, and of what a stranger writes in a
 * faction's name the faction is told. */
static bool has_words_of_its_own(const struct case_file *file)
{
    const struct motions *motions = &file->reading->motions;
    enum wish_kind kind = file->reading->wish.kind;

    if (file->known->referred == NULL)
        return false;
    for (size_t i = 0; i < motions->n; i++) {
        if (case_find_change(file, &motions->v[i]) != FOLLOW_NONE)
            return false;
    }
    return kind == WISH_WITHDRAW ||
           (motions->n == 0 && (kind == WISH_REPLACE || kind == WISH_CORRECT));
}

static void describe_all(struct arena *arena, const struct case_file *file,
                         struct decision *decision)
{
    const struct motions *motions = &file->reading->motions;
    bool by_word =
        has_words_of_its_own(file) || (motions->n == 0 && decision->state == MESSAGE_REGISTERED);

    decision->motions = arena_array(arena, motions->n + 1, sizeof(struct decided_motion));
    for (size_t i = 0; i < motions->n; i++)
        describe_one(arena, file, &motions->v[i], decision);
    if (by_word)
        describe_one(arena, file, follow_read_wish(arena, file), decision);
    for (size_t i = 0; i < decision->motion_count; i++)
        decision->motions[i].count = decision->motion_count;
}

static void hold_all(struct decision *decision)
{
    for (size_t i = 0; i < decision->motion_count; i++) {
        decision->motions[i].row = decision->row;
        decision->motions[i].reason = decision->reason;
        decision->motions[i].detail = decision->detail;
    }
}

void decide_judge(struct arena *arena, const struct case_file *file, int *counter,
                  struct decided_motion *decided)
{
    const struct motion_rule *rule = find_motion_rule(file, decided->motion);
    int year, month, mday;

    decided->row = rule->name;
    decided->registered = rule->registered;
    decided->follow = rule->follow;
    if (rule->follow != FOLLOW_NONE)
        decided->follows = file->known->referred;
    if (rule->follow != FOLLOW_NONE)
        follow_describe(arena, file, decided);
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
    } else if (decision->completes != NULL) {
        decision->reason =
            arena_printf(arena, "registered; it completes %s", case_name_held(arena, file));
    } else if (file->known->other_of_id != NULL) {
        decision->reason =
            arena_printf(arena, "registered; %s has the same Message-ID and other content",
                         file->known->other_of_id);
    }
}

/* Two mails that are one motion have one number. */
const char *decide_find_completed(const struct case_file *file, const struct decision *decision)
{
    for (size_t i = 0; i < decision->motion_count; i++) {
        const struct decided_motion *decided = &decision->motions[i];

        if (decided->registered && case_completes_held(file, decided->motion))
            return decided->number;
    }
    return NULL;
}

void decide(struct arena *arena, const struct case_file *file, struct decision *decision_r)
{
    const struct mail_rule *rule = find_mail_rule(file);
    int counter = file->known->next_counter;

    *decision_r = (struct decision){.state = rule->state,
                                    .row = rule->name,
                                    .silent = case_is_not_to_be_told(file),
                                    .whole = rule->state != MESSAGE_REGISTERED,
                                    .arrival = file->arrival};
    decision_r->detail = rule->detail == NULL ? NULL : rule->detail(arena, file);
    decision_r->reason = fill(arena, rule->sentence, decision_r->detail);
    if (file->reading == NULL || (rule->state != MESSAGE_REGISTERED && rule->state != MESSAGE_HELD))
        return;
    decision_r->about_held = case_is_about_held(file);
    decision_r->brings_paper = case_brings_missing(file);
    decide_find_unread(arena, file->reading->mail, &decision_r->unread);
    describe_all(arena, file, decision_r);
    if (decision_r->whole) {
        decision_r->reason = add_remarks(arena, file, decision_r);
        hold_all(decision_r);
        return;
    }
    for (size_t i = 0; i < decision_r->motion_count; i++)
        decide_judge(arena, file, &counter, &decision_r->motions[i]);
    decision_r->completes = decide_find_completed(file, decision_r);
    sum_up(arena, file, decision_r);
    decision_r->reason = add_remarks(arena, file, decision_r);
}
