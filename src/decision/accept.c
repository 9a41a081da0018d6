/* SPDX-License-Identifier: EUPL-1.2 */
/* What a person decides about a motion: registered although the table held it, or corrected. */
#include "decision/decision.h"

#include "decision/case.h"
#include "decision/describe.h"
#include "decision/follow.h"
#include "decision/number.h"

static const struct motion *amend(struct arena *arena, const struct motion *motion,
                                  const struct amendment *amendment)
{
    struct motion *copy = ARENA_NEW(arena, struct motion);

    *copy = *motion;
    if (amendment->kind >= 0)
        copy->kind = (enum motion_kind)amendment->kind;
    if (amendment->title != NULL)
        copy->title = amendment->title;
    if (amendment->consultation_count > 0) {
        copy->consultation_count = amendment->consultation_count;
        copy->consultations =
            arena_array(arena, amendment->consultation_count, sizeof *copy->consultations);
        for (size_t i = 0; i < amendment->consultation_count; i++)
            copy->consultations[i] = amendment->consultations[i];
    }
    return copy;
}

/* ---- a person registers -----------------------------------------------------------------------
 */

#define ROW "accepted"
#define REASON "registered by a person"

struct accepting {
    struct arena *arena;
    const struct case_file *file; /* vouched for */
    const struct amendment *amendment;
    int counter;
    struct decision *decision;
    const struct motion *left; /* what it asks of a motion of the register is not clear; or NULL */
};

/* As it is for a person who knows the sender, and may say of which faction she is. */
static struct case_file vouch(struct arena *arena, const struct case_file *file,
                              const struct amendment *amendment)
{
    struct verdict *verdict = ARENA_NEW(arena, struct verdict);
    struct case_file vouched = *file;

    *verdict = *file->verdict;
    if (amendment->mover != NULL)
        verdict->faction = amendment->mover;
    vouched.verdict = verdict;
    vouched.vouched = true;
    return vouched;
}

static bool has_no_letter(const struct case_file *file)
{
    return file->reading == NULL || file->reading->motions.n == 0;
}

static struct decided_motion *describe(struct accepting *accepting, const struct motion *motion,
                                       size_t position)
{
    const struct case_file *file = accepting->file;
    struct decision *decision = accepting->decision;
    struct decided_motion *decided = &decision->motions[decision->motion_count];

    *decided = (struct decided_motion){.position = position};
    decided->count = has_no_letter(file) ? 1 : file->reading->motions.n;
    decide_describe(accepting->arena, file, motion, file->verdict->faction, decided);
    return decided;
}

static void add_numbered(struct accepting *accepting, const struct motion *motion, size_t position)
{
    const struct case_file *file = accepting->file;
    const struct motion *amended = amend(accepting->arena, motion, accepting->amendment);
    struct decided_motion *decided = describe(accepting, amended, position);
    int year, month, mday;

    day_to_ymd(moment_day(file->arrival.at), &year, &month, &mday);
    decided->number =
        number_format(accepting->arena, file->body->number, year, accepting->counter++);
    decided->registered = true;
    decided->row = ROW;
    decided->reason = REASON;
    accepting->decision->motion_count++;
}

/* What the table would do by itself if it knew the sender. */
static void add_follow_up(struct accepting *accepting, const struct motion *motion, size_t position)
{
    struct decided_motion *decided = describe(accepting, motion, position);

    decide_judge(accepting->arena, accepting->file, &accepting->counter, decided);
    if (decided->follow == FOLLOW_NONE) {
        accepting->left = motion;
        return;
    }
    decided->row = ROW;
    decided->reason = arena_printf(accepting->arena, "%s; accepted by a person", decided->reason);
    accepting->decision->motion_count++;
}

/* Words without a letter, unless the person says that they are a motion. */
static bool is_by_words(const struct accepting *accepting, const struct motion **motion_r)
{
    const struct case_file *file = accepting->file;

    if (file->reading == NULL || file->known->referred == NULL || accepting->amendment->kind >= 0)
        return false;
    *motion_r = follow_read_wish(accepting->arena, file);
    return case_find_change(file, *motion_r) != FOLLOW_NONE ||
           (case_follows_up(file) && accepting->amendment->title == NULL);
}

static void add_all(struct accepting *accepting, const struct open_motions *open)
{
    const struct case_file *file = accepting->file;
    const struct motion *by_words;

    for (size_t i = 0; i < open->count; i++) {
        const struct motion *motion = &file->reading->motions.v[open->positions[i]];

        if (accepting->amendment->kind < 0 && case_find_change(file, motion) != FOLLOW_NONE)
            add_follow_up(accepting, motion, open->positions[i]);
        else
            add_numbered(accepting, motion, open->positions[i]);
    }
    if (!has_no_letter(file))
        return;
    if (is_by_words(accepting, &by_words))
        add_follow_up(accepting, by_words, 0);
    else
        add_numbered(accepting, &(struct motion){.letter_date = DAY_NONE}, 0);
}

/* ---- what must be said first ------------------------------------------------------------------
 */

static bool check_one(const struct case_file *file, const struct decided_motion *decided,
                      struct err *err_r)
{
    long long id = (long long)file->known->message;

    if (decided->follow != FOLLOW_NONE)
        return true;
    if (decided->motion->kind == MOTION_WITHDRAWAL || decided->motion->kind == MOTION_REPLACEMENT)
        return err_set(err_r, ERR_USAGE,
                       "--kind: a withdrawal or replacement takes no number of its own");
    if (decided->motion->title == NULL && has_no_letter(file))
        return err_set(err_r, ERR_USAGE,
                       "m%lld: no motion was found in it; say what it is called with --title", id);
    if (decided->mover == NULL && decided->motion->kind != MOTION_CITIZEN_SUGGESTION)
        return err_set(err_r, ERR_USAGE,
                       "m%lld: its sender belongs to no faction; say who moves it with --faction",
                       id);
    return true;
}

static const char *say_why_left(const struct accepting *accepting)
{
    const struct case_file *file = accepting->file;
    const struct known_motion *known = file->known->referred;
    const char *number = known->number;
    size_t own = case_count_own(file, &known->movers);

    if (known->state != MOTION_STATE_REGISTERED)
        return arena_printf(accepting->arena, "%s is %s already", number,
                            motion_state_to_text(known->state));
    if (own == 0)
        return arena_printf(accepting->arena, "%s is no motion of %s", number,
                            file->verdict->faction->title);
    if (known->movers.n > own && case_find_change(file, accepting->left) != FOLLOW_WITHDRAWS)
        return arena_printf(accepting->arena, "several factions move %s", number);
    return arena_printf(accepting->arena, "its words do not say clearly what is to become of %s",
                        number);
}

static const char *name_commands(const struct accepting *accepting)
{
    const struct case_file *file = accepting->file;
    const char *number = file->known->referred->number;
    switch (case_find_change(file, accepting->left)) {
    case FOLLOW_WITHDRAWS:
        return arena_printf(accepting->arena, "use withdraw %s --reason", number);
    case FOLLOW_REPLACES:
    case FOLLOW_CORRECTS:
        return arena_printf(accepting->arena,
                            "use correct %s --reason, or --kind for a motion of its own", number);
    case FOLLOW_NONE:
    case FOLLOW_LEAVES:
    case FOLLOW_ADDS:
    case FOLLOW_JOINS:
        break;
    }
    return arena_printf(accepting->arena,
                        "use withdraw or correct %s --reason, or --title for a motion of its own",
                        number);
}

static bool fail_left(const struct accepting *accepting, struct err *err_r)
{
    const struct case_file *file = accepting->file;
    long long id = (long long)file->known->message;

    if (accepting->left == NULL || file->known->referred == NULL)
        return err_set(err_r, ERR_DATA,
                       "m%lld: what is held in it is a withdrawal or replacement and takes no "
                       "number; use withdraw or correct with the motion's number, then ignore "
                       "m%lld",
                       id, id);
    if (file->verdict->faction == NULL)
        return err_set(err_r, ERR_USAGE,
                       "m%lld: its sender belongs to no faction; say whose word it is with "
                       "--faction",
                       id);
    return err_set(err_r, ERR_DATA, "m%lld: %s; %s, then ignore m%lld", id, say_why_left(accepting),
                   name_commands(accepting), id);
}

/* Its paper belongs to a motion that has no number yet. */
static bool check_turn(const struct accepting *accepting, struct err *err_r)
{
    const struct case_file *file = accepting->file;
    const struct amendment *amendment = accepting->amendment;

    return file->reading == NULL || amendment->title != NULL || amendment->kind >= 0 ||
           !case_brings_missing(file) ||
           err_set(err_r, ERR_DATA, "m%lld: it brings what m%lld lacked; accept m%lld first",
                   (long long)file->known->message, (long long)file->known->held->message,
                   (long long)file->known->held->message);
}

static bool check_amendment(const struct accepting *accepting, struct err *err_r)
{
    const struct amendment *amendment = accepting->amendment;
    const struct decision *decision = accepting->decision;
    long long id = (long long)accepting->file->known->message;

    if (decision->motion_count > 1 && (amendment->title != NULL || amendment->kind >= 0))
        return err_set(err_r, ERR_USAGE,
                       "m%lld: %zu motions are held in it, and --title and --kind are for one; "
                       "accept them as they are and correct their numbers then",
                       id, decision->motion_count);
    for (size_t i = 0; i < decision->motion_count; i++) {
        const struct decided_motion *decided = &decision->motions[i];

        if (decided->follow != FOLLOW_NONE &&
            (amendment->title != NULL || amendment->consultation_count > 0))
            return err_set(err_r, ERR_USAGE,
                           "m%lld: what it asks of %s is done as it says; --title and --meeting "
                           "are for correct %s, or say with --kind that it is a motion of its own",
                           id, decided->number, decided->number);
        if (!check_one(accepting->file, decided, err_r))
            return false;
    }
    return true;
}

static void sum_up(const struct accepting *accepting)
{
    const struct case_file *file = accepting->file;
    struct decision *decision = accepting->decision;

    decision->about_held = case_is_about_held(file);
    decision->completes = decide_find_completed(file, decision);
    decision->reason = decision->motions[0].reason;
    if (decision->completes != NULL)
        decision->reason = arena_printf(accepting->arena, "%s; it completes %s", decision->reason,
                                        case_name_held(accepting->arena, file));
}

bool decide_accept(struct arena *arena, const struct case_file *file,
                   const struct open_motions *open, const struct amendment *amendment,
                   struct decision *decision_r, struct err *err_r)
{
    const struct case_file vouched = vouch(arena, file, amendment);
    struct accepting accepting = {.arena = arena,
                                  .file = &vouched,
                                  .amendment = amendment,
                                  .counter = file->known->next_counter,
                                  .decision = decision_r};

    *decision_r = (struct decision){
        .state = MESSAGE_REGISTERED, .row = ROW, .vouched = true, .arrival = file->arrival};
    decision_r->motions = arena_array(arena, open->count + 1, sizeof *decision_r->motions);
    if (!check_turn(&accepting, err_r))
        return false;
    add_all(&accepting, open);
    if (decision_r->motion_count == 0)
        return fail_left(&accepting, err_r);
    if (!check_amendment(&accepting, err_r))
        return false;
    if (file->reading != NULL)
        decide_find_unread(arena, file->reading->mail, &decision_r->unread);
    sum_up(&accepting);
    return true;
}

/* ---- a person corrects ------------------------------------------------------------------------
 */

void decide_correct(struct arena *arena, const struct case_file *file,
                    const struct amendment *amendment, struct decided_motion *decided)
{
    decided->motion = amend(arena, decided->motion, amendment);
    if (amendment->mover != NULL)
        decided->mover = amendment->mover;
    if (amendment->kind >= 0 || amendment->consultation_count > 0)
        decide_deadlines(arena, file, decided);
}

/* ---- a person answers -------------------------------------------------------------------------
 */

bool decide_may_receipt(const struct case_file *file, struct err *err_r)
{
    const struct mail *mail = file->reading == NULL ? NULL : file->reading->mail;
    const char *why = NULL;

    if (mail == NULL)
        why = "it could not be read";
    else if (file->verdict->address == NULL || file->verdict->forwarder != NULL)
        why = "it is not from exactly one address that wrote itself";
    else if (mail->class != MAIL_PERSONAL || mail->responds || mail->suppressed ||
             text_equal(mail->return_path, ""))
        why = "a program or a list may have sent it";
    else if (case_is_of_a_role(file) || case_is_own(file))
        why = "its address is that of a program, an office or the body itself";
    return why == NULL || err_set(err_r, ERR_DATA, "m%lld: its sender cannot be answered: %s",
                                  (long long)file->known->message, why);
}
