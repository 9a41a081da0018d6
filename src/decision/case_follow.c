/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of what a mail asks of a motion of the register. */
#include "decision/case.h"

#include "decision/follow.h"
#include "mail/address.h"
#include "trust/label.h"

#include <string.h>

/* ---- what is asked for ------------------------------------------------------------------------
 */

/* No letter says it, only the words of a reply. */
bool case_is_by_word(const struct case_file *file, const struct motion *motion)
{
    const struct motions *motions = &file->reading->motions;

    return motion < motions->v || motion >= motions->v + motions->n;
}

static bool wishes(const struct case_file *file, enum wish_kind kind)
{
    return file->reading->wish.kind == kind;
}

static bool stands_in_body(const struct case_file *file, const struct motion *motion)
{
    const struct mail *mail = file->reading->mail;

    for (size_t i = 0; i < mail->part_count; i++) {
        if (text_equal(mail->parts[i].path, motion->found_in))
            return mail->parts[i].is_body;
    }
    return false;
}

bool case_is_withdrawal(const struct case_file *file, const struct motion *motion)
{
    (void)file;
    return motion->kind == MOTION_WITHDRAWAL;
}

static bool has_title(const struct motion *motion, const char *title)
{
    if (motion->title == NULL || title == NULL)
        return false;
    struct arena *arena = arena_new();
    bool same = text_equal(label_fold(arena, motion->title), label_fold(arena, title));

    arena_free(arena);
    return same;
}

/* The only letter in an answer is a new version where the words around it say so; where it has the
 * old title, it may be one. */
static bool may_be_version(const struct case_file *file, const struct motion *motion)
{
    const struct known_motion *known = file->known->referred;

    if (known == NULL || file->reading->motions.n != 1 || case_is_by_word(file, motion) ||
        (motion->kind != known->kind && motion->kind != MOTION_MOTION))
        return false;
    return has_title(motion, known->title) ||
           (wishes(file, WISH_REPLACE) && !stands_in_body(file, motion));
}

bool case_is_replacement(const struct case_file *file, const struct motion *motion)
{
    return motion->kind == MOTION_REPLACEMENT || may_be_version(file, motion);
}

bool case_is_correction(const struct case_file *file, const struct motion *motion)
{
    return case_is_by_word(file, motion) && wishes(file, WISH_CORRECT);
}

enum follow case_find_change(const struct case_file *file, const struct motion *motion)
{
    if (case_is_withdrawal(file, motion))
        return FOLLOW_WITHDRAWS;
    if (case_is_replacement(file, motion))
        return FOLLOW_REPLACES;
    return case_is_correction(file, motion) ? FOLLOW_CORRECTS : FOLLOW_NONE;
}

const char *case_name_referred(struct arena *arena, const struct case_file *file)
{
    return file->known->referred == NULL ? NULL
                                         : arena_strdup(arena, file->known->referred->number);
}

/* ---- papers that are sent after ---------------------------------------------------------------
 */

/* A file of its own; a picture may be a logo, a text without a name what a server added, and keys
 * and signatures are none. */
static bool is_paper(const struct mail_part *part)
{
    return !part->is_body && part->size > 0 && part->name != NULL &&
           (text_starts(part->type, "application/pdf") ||
            text_starts(part->type, "application/msword") ||
            text_starts(part->type, "application/rtf") ||
            text_starts(part->type, "application/vnd.") || part->text == PART_EXTRACTED ||
            part->text == PART_ENCRYPTED || part->text == PART_UNREADABLE);
}

bool case_brings_papers(const struct case_file *file)
{
    const struct mail *mail = file->reading->mail;

    for (size_t i = 0; i < mail->part_count; i++) {
        if (is_paper(&mail->parts[i]))
            return true;
    }
    return false;
}

/* ---- who may ----------------------------------------------------------------------------------
 */

size_t case_count_own(const struct case_file *file, const struct texts *titles)
{
    size_t n = 0;

    for (size_t i = 0; i < titles->n && file->verdict->faction != NULL; i++)
        n += trust_find_faction(file->body, titles->v[i]) == file->verdict->faction;
    return n;
}

static bool has_faction(const struct case_file *file, const struct texts *titles)
{
    return case_count_own(file, titles) > 0;
}

static bool has_others(const struct case_file *file, const struct texts *titles)
{
    return case_count_own(file, titles) < titles->n;
}

/* As much as a motion of her own would have to show. */
static bool may_submit(const struct case_file *file)
{
    if (file->vouched)
        return true;
    return file->verdict->member != NULL && file->verdict->member->submit &&
           file->verdict->level >= TRUST_LISTED && !case_is_below_required_trust(file);
}

static bool is_mover(const struct case_file *file)
{
    const struct known_motion *referred = file->known->referred;

    return referred != NULL && referred->state == MOTION_STATE_REGISTERED && may_submit(file) &&
           has_faction(file, &referred->movers);
}

static bool speaks_for_itself(const struct case_file *file)
{
    const char *speaker = file->reading->wish.speaker;

    return speaker == NULL || trust_find_faction(file->body, speaker) == file->verdict->faction;
}

/* The time that is as sure as the sender: a signature covers its own, not the Date around it. */
static int64_t find_written_at(const struct case_file *file)
{
    int64_t at;

    if (file->verdict->level < TRUST_SIGNED)
        return file->reading->mail->date_at;
    return file->verdict->signature->signed_at != NULL &&
                   moment_parse(file->verdict->signature->signed_at, &at)
               ? at
               : MOMENT_NONE;
}

bool case_is_outdated(const struct case_file *file)
{
    const struct known_motion *referred = file->known->referred;
    int64_t at = find_written_at(file);

    return referred != NULL && (at == MOMENT_NONE || at < referred->written_at);
}

/*
 * Who sends it is more than a name in From, which anybody can write.  Who has an old mail of hers,
 * signed as it was, may send it once more: it must be newer than what it would change.  What was
 * read off a picture may be misread, who hands a letter on does not say the same, and what is
 * addressed to someone else is not for us.  A person can look at all that.
 */
static bool is_sure(const struct case_file *file, const struct motion *motion)
{
    return file->verdict->level >= TRUST_AUTHENTICATED && !case_is_outdated(file) &&
           !motion->is_ocr && !motion->is_forwarded && !case_is_for_another(file, motion);
}

/* Whether it may act: of a member of a moving faction, and clearly its word. */
static bool may_act(const struct case_file *file, const struct motion *motion)
{
    return is_mover(file) && (file->vouched || is_sure(file, motion)) && speaks_for_itself(file) &&
           !motion->is_doubtful && !case_is_of_another_faction(file, motion);
}

/* The same for all who move it: nobody changes what is another's, too. */
static bool may_act_alone(const struct case_file *file, const struct motion *motion)
{
    return may_act(file, motion) && !has_others(file, &file->known->referred->movers);
}

/* ---- whether it is said clearly ----------------------------------------------------------------
 */

/* Who withdraws "X" in a reply about another motion means another motion. */
static bool calls_it_else(const struct case_file *file)
{
    const char *called = file->reading->wish.title;
    const struct known_motion *known = file->known->referred;

    if (!wishes(file, WISH_WITHDRAW) || called == NULL || known == NULL || known->title == NULL)
        return false;
    struct arena *arena = arena_new();
    const char *a = label_fold(arena, called), *b = label_fold(arena, known->title);
    bool other = strstr(a, b) == NULL && strstr(b, a) == NULL;

    arena_free(arena);
    return other;
}

static bool says_clearly(const struct case_file *file, enum wish_kind kind)
{
    return wishes(file, kind) && file->reading->wish.clear && !calls_it_else(file);
}

/* A letter that withdraws needs no words around it; where there are some, they must say the same.
 */
static bool withdraws_clearly(const struct case_file *file, const struct motion *motion)
{
    bool enclosed = !case_is_by_word(file, motion) && !stands_in_body(file, motion);

    return says_clearly(file, WISH_WITHDRAW) ||
           (enclosed && (wishes(file, WISH_NONE) || wishes(file, WISH_ADD)));
}

/* A letter that announces what it replaces; or the words around it do. */
static bool replaces_clearly(const struct case_file *file, const struct motion *motion)
{
    if (case_is_by_word(file, motion) || wishes(file, WISH_WITHDRAW))
        return false;
    if (says_clearly(file, WISH_REPLACE))
        return true;
    return motion->kind == MOTION_REPLACEMENT &&
           (stands_in_body(file, motion) || !wishes(file, WISH_REPLACE));
}

/* Beside other letters a withdrawal may be meant for one of them, or one of them may be meant to
 * replace what it withdraws. */
static bool stands_alone(const struct case_file *file, const struct motion *motion)
{
    return file->reading->motions.n == (case_is_by_word(file, motion) ? 0 : 1);
}

bool case_would_change(const struct case_file *file)
{
    return file->known->referred != NULL &&
           (says_clearly(file, WISH_WITHDRAW) || says_clearly(file, WISH_REPLACE) ||
            says_clearly(file, WISH_CORRECT));
}

bool case_may_withdraw(const struct case_file *file, const struct motion *motion)
{
    return case_is_withdrawal(file, motion) && may_act_alone(file, motion) &&
           withdraws_clearly(file, motion) && stands_alone(file, motion);
}

bool case_may_leave(const struct case_file *file, const struct motion *motion)
{
    return case_is_withdrawal(file, motion) && may_act(file, motion) &&
           has_others(file, &file->known->referred->movers) && withdraws_clearly(file, motion) &&
           stands_alone(file, motion);
}

/* Of two letters for one motion nobody knows which is to hold. */
static bool is_the_only_change(const struct case_file *file)
{
    const struct motions *motions = &file->reading->motions;
    size_t n = 0;

    for (size_t i = 0; i < motions->n; i++)
        n += case_find_change(file, &motions->v[i]) != FOLLOW_NONE;
    return n <= 1;
}

bool case_may_replace(const struct case_file *file, const struct motion *motion)
{
    return case_is_replacement(file, motion) && may_act_alone(file, motion) &&
           replaces_clearly(file, motion) && is_the_only_change(file);
}

bool case_may_correct(const struct case_file *file, const struct motion *motion)
{
    struct arena *arena;
    bool fits;

    if (!case_is_correction(file, motion) || !may_act_alone(file, motion) ||
        !says_clearly(file, WISH_CORRECT))
        return false;
    arena = arena_new();
    fits = day_is_none(file->reading->wish.meeting) || follow_move_meeting(arena, file) != NULL;
    arena_free(arena);
    return fits;
}

/* ---- whether it belongs to a mail that is held -------------------------------------------------
 */

static bool is_of_own_faction(const struct case_file *file, const char *address)
{
    const struct conf_faction *faction = file->verdict->faction;

    for (size_t i = 0; faction != NULL && address != NULL && i < faction->member_count; i++) {
        if (trust_member_has_address(&faction->members[i], address))
            return true;
    }
    return false;
}

bool case_is_about_held(const struct case_file *file)
{
    const struct known_held *held = file->known->held;

    return held != NULL && file->verdict != NULL && is_of_own_faction(file, held->sender);
}

bool case_answers_held(const struct case_file *file)
{
    return case_is_about_held(file) && file->known->held->waits;
}

const char *case_name_held(struct arena *arena, const struct case_file *file)
{
    return arena_printf(arena, "m%lld", (long long)file->known->held->message);
}

/* What takes a mail out of the office's hands is from who is more than a name in From, or has our
 * review in hand: "[m12]" anybody can count up to. */
static bool may_complete(const struct case_file *file)
{
    return case_answers_held(file) && may_submit(file) &&
           (file->vouched || file->known->held->threaded ||
            file->verdict->level >= TRUST_AUTHENTICATED);
}

static bool lacked_attachment(const struct known_held *held)
{
    return text_equal(held->row, "attachment-missing");
}

bool case_brings_missing(const struct case_file *file)
{
    return may_complete(file) && lacked_attachment(file->known->held) &&
           file->known->held->titles.n > 0 && case_has_no_motion(file) && case_brings_papers(file);
}

bool case_completes_held(const struct case_file *file, const struct motion *motion)
{
    if (!may_complete(file))
        return false;
    const struct known_held *held = file->known->held;
    return held->titles.n == 0 ? lacked_attachment(held)
                               : held->titles.n == 1 && has_title(motion, held->titles.v[0]);
}

/* We asked for them, so that they need no words. */
static bool was_missed(const struct case_file *file)
{
    return case_is_about_held(file) && text_equal(file->known->held->row, "completed");
}

/* A person has registered the held mail, and now what was sent after it. */
static bool is_sent_after(const struct case_file *file)
{
    return file->vouched && case_is_about_held(file) &&
           (wishes(file, WISH_NONE) || wishes(file, WISH_ADD));
}

/* Nothing of the motion changes: who may hand in a motion may add papers to one. */
bool case_may_add(const struct case_file *file, const struct motion *motion)
{
    return case_is_by_word(file, motion) && is_mover(file) &&
           (says_clearly(file, WISH_ADD) || was_missed(file) || is_sent_after(file)) &&
           case_brings_papers(file) && (file->vouched || !case_is_for_another(file, motion));
}

/* ---- whether a faction is rightly named --------------------------------------------------------
 */

/* Only who had our question in hand can answer it: its Message-ID is random. */
static bool was_asked(const struct case_file *file)
{
    const struct conf_faction *faction = file->verdict->faction;

    for (size_t i = 0; faction != NULL && i < faction->member_count; i++) {
        if (address_is_among(&file->known->asked, faction->members[i].address))
            return true;
    }
    return false;
}

bool case_may_join(const struct case_file *file, const struct motion *motion)
{
    const struct known_motion *referred = file->known->referred;

    return referred != NULL && referred->state == MOTION_STATE_REGISTERED && may_submit(file) &&
           (motion == NULL || case_is_by_word(file, motion)) && was_asked(file) &&
           has_faction(file, &referred->named) && says_clearly(file, WISH_CONSENT);
}

bool case_refuses_naming(const struct case_file *file)
{
    return case_answers_naming(file) && wishes(file, WISH_REFUSE);
}

/* ---- whether there is anything for the table of a motion ---------------------------------------
 */

bool case_follows_up(const struct case_file *file)
{
    if (file->known->referred == NULL)
        return false;
    switch (file->reading->wish.kind) {
    case WISH_WITHDRAW:
    case WISH_REPLACE:
    case WISH_CORRECT:
        return true;
    case WISH_CONSENT:
    case WISH_REFUSE:
        if (case_answers_naming(file))
            return case_may_join(file, NULL);
        return case_brings_papers(file);
    case WISH_ADD:
    case WISH_NONE:
        return case_brings_papers(file);
    }
    return false;
}
