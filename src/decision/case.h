/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What the rows of decide.c are made of: tests of a mail and of one of its motions, and what a
 * row's sentence speaks of.  A test says what is, never what is to be done.  Pure.
 *
 * The tests of rows above "unreadable" bear a file without reading and verdict; all others may
 * rely on both.
 */
#ifndef DECISION_CASE_H
#define DECISION_CASE_H

#include "decision/decision.h"

/* ---- what kind of mail it is: case_kind.c ------------------------------------------------------
 */
bool case_has_failed(const struct case_file *file); /* what was decided could not be recorded */
const char *case_name_failure(struct arena *arena, const struct case_file *file);
bool case_reports_our_answer(const struct case_file *file);
bool case_is_bounce(const struct case_file *file);
bool case_is_disposition(const struct case_file *file);
bool case_is_automatic(const struct case_file *file);
/* Its class is known by more than wording, or is no automatic one: what only sounds like a program
 * (mail->doubtful) may be a person's. */
bool case_is_beyond_doubt(const struct case_file *file);
bool case_is_list(const struct case_file *file);
bool case_is_of_a_role(const struct case_file *file);
bool case_has_many_hops(const struct case_file *file);
bool case_is_not_to_be_told(const struct case_file *file);
bool case_is_before_start(const struct case_file *file);
bool case_is_too_large(const struct case_file *file);
bool case_is_unreadable(const struct case_file *file);
const char *case_name_mistake(struct arena *arena, const struct case_file *file);
const char *case_name_report(struct arena *arena, const struct case_file *file);

/* ---- who it is from: case_sender.c -------------------------------------------------------------
 */
const char *case_outer_address(const struct case_file *file); /* NULL: not one, or no verdict */
bool case_is_own(const struct case_file *file);
bool case_hands_our_own_on(const struct case_file *file); /* a mail of the body's own */
bool case_is_unlisted(const struct case_file *file);
bool case_is_of_no_member(const struct case_file *file);
bool case_has_no_one_from(const struct case_file *file);
bool case_is_forwarder(const struct case_file *file);
/* Replies to a notice that asked the office to decide. */
bool case_answers_notice(const struct case_file *file);
bool case_bears_token(const struct case_file *file);
bool case_is_of_office(const struct case_file *file);
bool case_is_of_confirmed_office(const struct case_file *file);
const char *case_name_notice(struct arena *arena, const struct case_file *file);
bool case_is_below_required_trust(const struct case_file *file);
bool case_may_not_submit(const struct case_file *file);
const char *case_name_level(struct arena *arena, const struct case_file *file);

/* ---- what it brings: case_letter.c -------------------------------------------------------------
 */
bool case_has_motion(const struct case_file *file);
/* No motion stands in an attachment. */
bool case_brings_no_paper(const struct case_file *file);
bool case_has_no_motion(const struct case_file *file);
bool case_has_citizens_suggestion(const struct case_file *file);
bool case_lacks_attachment(const struct case_file *file);

/* A closed letter is a file that may be a letter and has given no text. */
bool case_has_closed_letter(const struct case_file *file);
bool case_has_locked_letter(const struct case_file *file);
bool case_has_damaged_letter(const struct case_file *file);
bool case_has_scanned_letter(const struct case_file *file);
const char *case_name_closed_letter(struct arena *arena, const struct case_file *file);

/* A motion, a closed letter, or a picture that may be a page of one. */
bool case_has_something_to_judge(const struct case_file *file);
bool case_has_nothing_to_judge(const struct case_file *file);

bool case_is_reply(const struct case_file *file);
bool case_answers_naming(const struct case_file *file);
bool case_asks_nothing(const struct case_file *file);

/* What the registry knows of it. */
bool case_has_same_bytes(const struct case_file *file);
bool case_is_same_mail(const struct case_file *file);
bool case_has_known_content(const struct case_file *file);
const char *case_name_same_bytes(struct arena *arena, const struct case_file *file);
const char *case_name_same_mail(struct arena *arena, const struct case_file *file);
const char *case_name_same_content(struct arena *arena, const struct case_file *file);

/* ---- one of its motions: case_motion.c ---------------------------------------------------------
 */
bool case_is_citizens(const struct case_file *file, const struct motion *motion);
bool case_is_for_another(const struct case_file *file, const struct motion *motion);
bool case_is_of_another_faction(const struct case_file *file, const struct motion *motion);
const char *case_name_reference(struct arena *arena, const struct motion *motion);
const char *case_name_addressee(struct arena *arena, const struct motion *motion);
const char *case_name_factions(struct arena *arena, const struct motion *motion);

/* ---- what it asks of a motion of the register: case_follow.c ------------------------------------
 */
/* A mail without a letter that asks for something that the table of a motion judges; the paper is
 * then what follow_read_wish() makes of its words. */
bool case_follows_up(const struct case_file *file);
bool case_brings_papers(const struct case_file *file);
bool case_refuses_naming(const struct case_file *file);
const char *case_name_referred(struct arena *arena, const struct case_file *file);
/* How it would change the motion that it is about, if it were allowed to: FOLLOW_WITHDRAWS,
 * FOLLOW_REPLACES, FOLLOW_CORRECTS or FOLLOW_NONE. */
enum follow case_find_change(const struct case_file *file, const struct motion *motion);

/* Its words alone say clearly that a motion of the register is to be another. */
bool case_would_change(const struct case_file *file);

/* It was written before what it is about came to be as it is, or does not surely say when. */
bool case_is_outdated(const struct case_file *file);

/* It says that it answers the review of a mail of its own faction; of one that still waits. */
bool case_is_about_held(const struct case_file *file);
bool case_answers_held(const struct case_file *file);
const char *case_name_held(struct arena *arena, const struct case_file *file);
/* It brings the attachment that the held mail spoke of, and its sender is authenticated or has our
 * review in hand. */
bool case_brings_missing(const struct case_file *file);
/* With such a sender, the motion, registered now, is what the held mail was about: it has the title
 * of the one that waits, or is what was to be attached to a mail that holds none.  What a scan or a
 * locked file says we do not know, and whether this is the same a person has to see. */
bool case_completes_held(const struct case_file *file, const struct motion *motion);

/* How many of the titles are the sender's faction's: it may have another title today, or be what
 * has become of two that moved it together. */
size_t case_count_own(const struct case_file *file, const struct texts *titles);

bool case_may_withdraw(const struct case_file *file, const struct motion *motion);
bool case_may_leave(const struct case_file *file, const struct motion *motion);
bool case_may_replace(const struct case_file *file, const struct motion *motion);
bool case_may_correct(const struct case_file *file, const struct motion *motion);
bool case_may_add(const struct case_file *file, const struct motion *motion);
bool case_may_join(const struct case_file *file, const struct motion *motion);
bool case_is_withdrawal(const struct case_file *file, const struct motion *motion);
bool case_is_replacement(const struct case_file *file, const struct motion *motion);
bool case_is_correction(const struct case_file *file, const struct motion *motion);
bool case_is_by_word(const struct case_file *file, const struct motion *motion);

#endif
