/* SPDX-License-Identifier: EUPL-1.2 */
/* What a person decides about a motion: registered although the table held it, or corrected. */
#include "decision/decision.h"

#include "decision/case.h"
#include "decision/describe.h"
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

static bool takes_number(enum motion_kind kind)
{
    return kind != MOTION_WITHDRAWAL && kind != MOTION_REPLACEMENT;
}

/* The motions that this decision is about: the open ones that can take a number; where the mail
 * holds none, an empty one to be filled. */
static const struct motion **choose(struct arena *arena, const struct case_file *file,
                                    const struct open_motions *open,
                                    const struct amendment *amendment, size_t *positions,
                                    size_t *count_r)
{
    const struct motion **chosen = arena_array(arena, open->count + 1, sizeof *chosen);

    *count_r = 0;
    for (size_t i = 0; i < open->count; i++) {
        const struct motion *motion = &file->reading->motions.v[open->positions[i]];

        if (!takes_number(motion->kind) && amendment->kind < 0)
            continue;
        positions[*count_r] = open->positions[i];
        chosen[(*count_r)++] = motion;
    }
    if (file->reading == NULL || file->reading->motions.n == 0) {
        struct motion *empty = ARENA_NEW(arena, struct motion);

        empty->letter_date = DAY_NONE;
        positions[0] = 0;
        chosen[(*count_r)++] = empty;
    }
    return chosen;
}

static bool check_one(const struct case_file *file, const struct decided_motion *decided,
                      struct err *err_r)
{
    long long id = (long long)file->known->message;

    if (!takes_number(decided->motion->kind))
        return err_set(err_r, ERR_USAGE,
                       "--kind: a withdrawal or replacement takes no number of its own");
    if (decided->motion->title == NULL && (file->reading == NULL || file->reading->motions.n == 0))
        return err_set(err_r, ERR_USAGE,
                       "m%lld: no motion was found in it; say what it is called with --title", id);
    if (decided->mover == NULL && decided->motion->kind != MOTION_CITIZEN_SUGGESTION)
        return err_set(err_r, ERR_USAGE,
                       "m%lld: its sender belongs to no faction; say who moves it with --faction",
                       id);
    return true;
}

static bool check_choice(const struct case_file *file, const struct amendment *amendment,
                         size_t count, struct err *err_r)
{
    long long id = (long long)file->known->message;

    if (count == 0)
        return err_set(err_r, ERR_DATA,
                       "m%lld: what is held in it is a withdrawal or replacement and takes no "
                       "number; use withdraw or correct with the motion's number, then ignore "
                       "m%lld",
                       id, id);
    if (count > 1 && (amendment->title != NULL || amendment->kind >= 0))
        return err_set(err_r, ERR_USAGE,
                       "m%lld: %zu motions are held in it, and --title and --kind are for one; "
                       "accept them as they are and correct their numbers then",
                       id, count);
    return true;
}

static void give_number(struct arena *arena, const struct case_file *file, int counter,
                        struct decided_motion *decided)
{
    int year, month, mday;

    day_to_ymd(moment_day(file->arrival.at), &year, &month, &mday);
    decided->number = number_format(arena, file->body->number, year, counter);
    decided->registered = true;
    decided->row = "accepted";
    decided->reason = "registered by a person";
}

bool decide_accept(struct arena *arena, const struct case_file *file,
                   const struct open_motions *open, const struct amendment *amendment,
                   struct decision *decision_r, struct err *err_r)
{
    const struct conf_faction *mover =
        amendment->mover != NULL ? amendment->mover : file->verdict->faction;
    size_t *positions = arena_array(arena, open->count + 1, sizeof *positions);
    size_t count;
    const struct motion **chosen = choose(arena, file, open, amendment, positions, &count);

    *decision_r = (struct decision){.state = MESSAGE_REGISTERED,
                                    .row = "accepted",
                                    .reason = "registered by a person",
                                    .arrival = file->arrival};
    if (!check_choice(file, amendment, count, err_r))
        return false;
    if (file->reading != NULL)
        decide_find_unread(arena, file->reading->mail, &decision_r->unread);
    decision_r->motions = arena_array(arena, count, sizeof *decision_r->motions);
    decision_r->motion_count = count;
    for (size_t i = 0; i < count; i++) {
        struct decided_motion *decided = &decision_r->motions[i];

        decide_describe(arena, file, amend(arena, chosen[i], amendment), mover, decided);
        decided->position = positions[i];
        decided->count =
            file->reading == NULL || file->reading->motions.n == 0 ? 1 : file->reading->motions.n;
        if (!check_one(file, decided, err_r))
            return false;
        give_number(arena, file, file->known->next_counter + (int)i, decided);
    }
    return true;
}

void decide_correct(struct arena *arena, const struct case_file *file,
                    const struct amendment *amendment, struct decided_motion *decided)
{
    decided->motion = amend(arena, decided->motion, amendment);
    if (amendment->mover != NULL)
        decided->mover = amendment->mover;
    if (amendment->kind >= 0 || amendment->consultation_count > 0)
        decide_deadlines(arena, file, decided);
}

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
