/* SPDX-License-Identifier: EUPL-1.2 */
#include "test.h"

#include "decision/council.h"
#include "town.h"

#include <stdio.h>
#include <string.h>

static struct arena *arena;

static int set_up(void **state)
{
    struct err err;

    (void)state;
    arena = arena_new();
    motion_preload();
    return zone_set("Europe/Berlin", &err) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

/* ---- a mail, and what a case changes in it ----------------------------------------------------
 */

struct setting {
    struct conf_body *body;
    struct reading *reading; /* NULL: unreadable */
    struct mail *mail;
    struct motion *motion; /* the first */
    struct known known;
    const char *arrived;
    const char *unreadable;
    const char *failure;
    size_t size;
    bool mailbox_is_gone; /* from the configuration */
};

static void from(struct setting *s, const char *address)
{
    s->mail->from.v[0].address = address;
}

static void by_stranger(struct setting *s)
{
    from(s, "stranger@example.example");
}

static void without_motion(struct setting *s)
{
    s->reading->motions.n = 0;
}

static void with_pdf(struct setting *s)
{
    s->mail->part_count = 2;
    s->mail->parts[1].type = "application/pdf";
    s->mail->parts[1].name = "Antrag.pdf";
    s->mail->parts[1].text = PART_NONE;
}

static void as_reply(struct setting *s)
{
    without_motion(s);
    s->mail->part_count = 1;
    town_set(arena, &s->mail->in_reply_to, "a-2015-0001@bedburg-hau.example");
    s->mail->text = "Vielen Dank für die schnelle Bestätigung und ein schönes Wochenende!\n\n"
                    "Wilhelm van Beek\n\nAm 04.08.2015 um 12:05 schrieb Gemeinde Bedburg-Hau:\n"
                    "> Bitte antworten Sie, wenn etwas nicht stimmt.\n";
}

static void as_naming_reply(struct setting *s)
{
    without_motion(s);
    town_set(arena, &s->mail->in_reply_to, "0f" NAMING_MARK "2@bedburg-hau.example");
    s->mail->text = "Ja, das ist richtig.\n\nSilke Gorissen\n";
}

static void to_stranger(struct setting *s)
{
    s->mail->to.v[0].address = "landrat@kreis-kleve.example";
}

static void change_bounce(struct setting *s)
{
    s->mail->class = MAIL_BOUNCE;
    without_motion(s);
}

static void change_bounce_answer(struct setting *s)
{
    static struct mail_report report = {.action = REPORT_FAILED, .reason = REPORT_UNKNOWN_USER};

    s->mail->class = MAIL_BOUNCE;
    s->mail->report = &report;
    s->known.reported = 34;
}

static void change_disposition(struct setting *s)
{
    s->mail->class = MAIL_DISPOSITION;
}

static void change_own(struct setting *s)
{
    from(s, "Antraege@bedburg-hau.example");
}

static void change_own_list(struct setting *s)
{
    s->mail->class = MAIL_LIST;
    from(s, "rat@lists.bedburg-hau.example");
}

static void change_handed_on(struct setting *s)
{
    static struct mail_address ours = {.address = "antraege@bedburg-hau.example"};
    static struct mail_forward forward = {.from = {&ours, 1}};

    without_motion(s);
    s->mail->part_count = 1;
    s->mail->forwards = &forward;
    s->mail->forward_count = 1;
    s->mail->text = "";
}

static void change_handed_on_asking(struct setting *s)
{
    change_handed_on(s);
    s->mail->text = "Bitte korrigieren Sie das.\n";
}

static void change_handed_on_motion(struct setting *s)
{
    struct motions motions = s->reading->motions;

    change_handed_on(s);
    s->reading->motions = motions;
}

static void change_automatic(struct setting *s)
{
    s->mail->class = MAIL_AUTO_REPLY;
    without_motion(s);
}

static void change_doubtful(struct setting *s)
{
    change_automatic(s);
    s->mail->doubtful = true;
    s->mail->responds = true;
}

static void change_copier(struct setting *s)
{
    change_automatic(s);
    with_pdf(s);
    from(s, "kopierer@spd-bedburg-hau.example");
}

static void with_picture(struct setting *s, const char *type, size_t size)
{
    s->mail->parts[1].type = type;
    s->mail->parts[1].text = PART_IMAGE;
    s->mail->parts[1].size = size;
}

static void change_reply_with_page(struct setting *s)
{
    as_reply(s);
    s->mail->part_count = 2;
    with_picture(s, "image/jpeg", 400000);
}

static void change_reply_with_label(struct setting *s)
{
    as_reply(s);
    s->mail->text = "Vielen Dank.\n\nAntrag der Fraktion: Parkbank am See\n";
}

static void change_copier_fax(struct setting *s)
{
    change_automatic(s);
    with_picture(s, "image/tiff", 4000);
}

static void change_copier_photo(struct setting *s)
{
    change_automatic(s);
    with_picture(s, "image/jpeg", 400000);
}

static void change_absence_with_logo(struct setting *s)
{
    change_automatic(s);
    with_picture(s, "image/png", 9000);
}

static void change_copier_text(struct setting *s)
{
    s->mail->class = MAIL_AUTO_REPLY;
}

static void change_null_sender(struct setting *s)
{
    s->mail->class = MAIL_BOUNCE;
    s->mail->return_path = "";
}

static void change_report_with_motion(struct setting *s)
{
    s->mail->class = MAIL_BOUNCE;
    s->mail->responds = true;
}

static void change_own_id(struct setting *s)
{
    s->known.own = true;
}

static void change_many_hops(struct setting *s)
{
    s->mail->hop_count = 51;
    s->mail->hops = arena_array(arena, 51, sizeof(struct mail_hop));
}

static void change_role(struct setting *s)
{
    without_motion(s);
    from(s, "No-Reply+17@werbung.example");
}

static void change_request(struct setting *s)
{
    without_motion(s);
    from(s, "rat-request@lists.example");
}

static void change_role_letter(struct setting *s)
{
    from(s, "noreply@scanner.example");
}

static void change_list(struct setting *s)
{
    s->mail->class = MAIL_LIST;
    by_stranger(s);
}

static void change_newsletter(struct setting *s)
{
    s->mail->class = MAIL_LIST;
    without_motion(s);
}

static void change_list_motion(struct setting *s)
{
    s->mail->class = MAIL_LIST;
}

static void change_before(struct setting *s)
{
    s->body->mailboxes[0].ignore_before.day = town_day("2015-08-05");
}

static void change_not_before(struct setting *s)
{
    s->body->mailboxes[0].ignore_before.day = town_day("2015-08-04");
}

static void change_mailbox_gone(struct setting *s)
{
    s->mailbox_is_gone = true;
}

static void change_second_before(struct setting *s)
{
    s->body->mailboxes[0].ignore_before =
        (struct conf_start){town_day("2015-08-04"), 12 * 3600 + 3 * 60 + 12};
}

static void change_second_of(struct setting *s)
{
    s->body->mailboxes[0].ignore_before =
        (struct conf_start){town_day("2015-08-04"), 12 * 3600 + 3 * 60 + 11};
}

static void change_same_bytes(struct setting *s)
{
    s->known.same_bytes = 12;
}

static void change_same_mail(struct setting *s)
{
    s->known.same_mail = 13;
}

static void change_too_large(struct setting *s)
{
    s->size = s->body->max_size + 1;
}

static void change_just_fits(struct setting *s)
{
    s->size = s->body->max_size;
}

static void change_unreadable(struct setting *s)
{
    s->reading = NULL;
    s->unreadable = "more than 500 parts";
}

static void change_unreadable_again(struct setting *s)
{
    change_unreadable(s);
    change_same_bytes(s);
}

static void change_failed(struct setting *s)
{
    s->failure = "a motion changed since it was looked up";
}

static void change_failed_unread(struct setting *s)
{
    change_unreadable_again(s);
    change_failed(s);
}

static void change_two_from(struct setting *s)
{
    s->mail->from.v = arena_array(arena, 2, sizeof(struct mail_address));
    s->mail->from.v[0].address = "vanbeek@mail.example";
    s->mail->from.v[1].address = "x@y.example";
    s->mail->from.n = 2;
}

static void change_forwarder(struct setting *s)
{
    from(s, "sekretariat@bedburg-hau.example");
}

static void change_stranger_citizen(struct setting *s)
{
    by_stranger(s);
    s->motion->kind = MOTION_CITIZEN_SUGGESTION;
}

static void change_stranger_reply(struct setting *s)
{
    as_reply(s);
    by_stranger(s);
}

/* A reply to a notice that asked the office to decide. */
static void by_office_unconfirmed(struct setting *s)
{
    static struct known_grant grant = {.delivery = 34, .message = 7};
    static struct known_notice notice = {.delivery = 34, .grants = &grant, .count = 1};

    without_motion(s);
    s->mail->part_count = 1;
    s->known.notice = &notice;
    from(s, "Ratsbuero@bedburg-hau.example");
}

static void by_office(struct setting *s)
{
    static struct mail_authres authres = {
        "mx.bedburg-hau.example; dmarc=pass header.from=bedburg-hau.example", 0};

    by_office_unconfirmed(s);
    town_set(arena, &s->body->authserv_id, "mx.bedburg-hau.example");
    s->mail->authres = &authres;
    s->mail->authres_count = 1;
}

static void by_no_office(struct setting *s)
{
    by_office(s);
    by_stranger(s);
}

static void change_left_faction(struct setting *s)
{
    s->arrived = "2020-11-01T10:00:00+01:00";
}

static void change_same_content(struct setting *s)
{
    s->known.same_content = "A/2015/0007";
}

static void change_locked(struct setting *s)
{
    without_motion(s);
    with_pdf(s);
    s->mail->parts[1].text = PART_ENCRYPTED;
}

static void change_damaged(struct setting *s)
{
    change_locked(s);
    s->mail->parts[1].text = PART_UNREADABLE;
}

static void change_scanned(struct setting *s)
{
    change_locked(s);
    s->mail->parts[1].text = PART_IMAGE;
}

static void change_closed(struct setting *s)
{
    without_motion(s);
    with_pdf(s);
}

static void change_closed_reply(struct setting *s)
{
    as_reply(s);
    with_pdf(s);
}

static void change_signed_reply(struct setting *s)
{
    as_reply(s);
    s->mail->parts[1].type = "application/pkcs7-signature";
    s->mail->parts[1].text = PART_NONE;
}

static void change_attachment(struct setting *s)
{
    without_motion(s);
    town_set(arena, &s->mail->defects, "attachment-missing");
}

static void change_attachment_of_motion(struct setting *s)
{
    town_set(arena, &s->mail->defects, "attachment-missing");
}

static void change_asking_reply(struct setting *s)
{
    as_reply(s);
    s->mail->text = "Guten Tag,\n\nder Titel muss anders heißen, bitte korrigieren.\n";
}

static void change_trust(struct setting *s)
{
    s->body->required_trust = TRUST_AUTHENTICATED;
}

static void change_office_of_faction(struct setting *s)
{
    from(s, "geschaeftsstelle@spd-bedburg-hau.example");
}

static void change_citizen(struct setting *s)
{
    s->motion->kind = MOTION_CITIZEN_SUGGESTION;
}

static void change_withdrawal(struct setting *s)
{
    s->motion->kind = MOTION_WITHDRAWAL;
    s->motion->refers_to = "A/2015/0001";
}

static void change_replacement(struct setting *s)
{
    s->motion->kind = MOTION_REPLACEMENT;
    s->motion->refers_to = "Antrag vom 04.08.2015";
}

/* The letter of change_withdrawal() and the motion it means, of a member who is more than a name.
 */
static void change_withdrawn(struct setting *s)
{
    static struct mail_authres authres = {"mx.bedburg-hau.example; dmarc=pass "
                                          "header.from=spd-bedburg-hau.example",
                                          0};
    struct known_motion *known = ARENA_NEW(arena, struct known_motion);

    change_withdrawal(s);
    town_set(arena, &s->body->authserv_id, "mx.bedburg-hau.example");
    s->mail->authres = &authres;
    s->mail->authres_count = 1;
    *known = (struct known_motion){.number = "A/2015/0001",
                                   .version = 1,
                                   .kind = MOTION_URGENT,
                                   .title = "Radweg",
                                   .deadline = {.last_day = DAY_NONE}};
    town_set(arena, &known->movers, "SPD");
    s->known.referred = known;
}

static struct known_motion *referred(struct setting *s)
{
    return (struct known_motion *)(uintptr_t)s->known.referred;
}

/* No letter, but words in answer to the acknowledgement. */
static void reply_with(struct setting *s, const char *text)
{
    static struct motion_consultation wanted = {.organization = "Rat"};

    change_withdrawn(s);
    without_motion(s);
    town_set(arena, &s->mail->in_reply_to, "0f.acknowledgement.1@bedburg-hau.example");
    s->mail->subject = "Re: [A/2015/0001] Eingang bestätigt";
    s->mail->text = text;
    s->mail->part_count = 1;
    wanted.meeting = town_day("2015-09-10");
    referred(s)->consultations = &wanted;
    referred(s)->consultation_count = 1;
    referred(s)->arrived_at = town_moment("2015-08-01T12:00:00+02:00");
}

static void unproven(struct setting *s)
{
    s->mail->authres_count = 0;
}

static void with_papers(struct setting *s)
{
    static struct mail_part parts[2];

    parts[0] = s->mail->parts[0];
    parts[1] = (struct mail_part){.path = "2",
                                  .type = "application/pdf",
                                  .name = "Lageplan.pdf",
                                  .size = 1000,
                                  .sha256 = "00",
                                  .text = PART_IMAGE};
    s->mail->parts = parts;
    s->mail->part_count = 2;
}

static void change_word_withdraws(struct setting *s)
{
    reply_with(s, "Wir ziehen den Antrag zurück.");
}

static void change_word_withdraws_by_title(struct setting *s)
{
    reply_with(s, "Wir ziehen unseren Antrag \"Radweg an der Uedemer Straße\" zurück.");
    referred(s)->title = "Radweg an der Uedemer Straße bauen";
}

/* A reply about one, which withdraws another. */
static void change_word_withdraws_another(struct setting *s)
{
    reply_with(s, "Wir ziehen unseren Antrag \"Umkleiden am Sportplatz\" zurück.");
}

static void change_word_withdraws_unproven(struct setting *s)
{
    change_word_withdraws(s);
    unproven(s);
}

static void change_word_withdraws_unclear(struct setting *s)
{
    reply_with(s, "Wir überlegen, den Antrag zurückzuziehen.");
}

static void change_word_withdraws_not(struct setting *s)
{
    reply_with(s, "Wir ziehen den Antrag nicht zurück.");
}

static void change_word_withdraws_for_others(struct setting *s)
{
    reply_with(s, "Die CDU zieht ihren Antrag zurück.");
}

static void change_word_withdraws_for_itself(struct setting *s)
{
    reply_with(s, "Die SPD-Fraktion zieht ihren Antrag zurück.");
}

static void change_word_withdraws_by_another(struct setting *s)
{
    change_word_withdraws(s);
    town_set(arena, &referred(s)->movers, "CDU");
}

static void change_word_withdraws_by_stranger(struct setting *s)
{
    change_word_withdraws(s);
    by_stranger(s);
}

static void change_word_withdraws_gone(struct setting *s)
{
    change_word_withdraws(s);
    referred(s)->state = MOTION_STATE_WITHDRAWN;
}

static void change_word_leaves(struct setting *s)
{
    change_word_withdraws(s);
    texts_add(&referred(s)->movers, arena, "CDU");
}

static void change_word_withdraws_office(struct setting *s)
{
    change_word_withdraws(s);
    change_office_of_faction(s);
}

/* The motion in the letter is another one than the reply withdraws. */
static void change_word_withdraws_and_motion(struct setting *s)
{
    change_withdrawn(s);
    s->motion->kind = MOTION_MOTION;
    s->motion->refers_to = NULL;
    s->mail->text = "Wir ziehen den Antrag zurück. Anbei ein anderer.";
}

static void change_letter_takes_back_words(struct setting *s)
{
    change_withdrawn(s);
    s->mail->text = "Anbei ein Entwurf. Wir überlegen noch, ob wir den Antrag zurückziehen.";
}

static void change_doubtful_letter(struct setting *s)
{
    change_withdrawn(s);
    s->motion->is_doubtful = true;
}

static void change_word_replaces(struct setting *s)
{
    change_withdrawn(s);
    s->motion->kind = MOTION_MOTION;
    s->motion->refers_to = NULL;
    s->motion->found_in = "2";
    s->mail->text = "Anbei die korrigierte Fassung unseres Antrags.";
}

static void change_word_replaces_later(struct setting *s)
{
    change_word_replaces(s);
    s->mail->text = "Die korrigierte Fassung folgt, anbei ein Entwurf.";
}

static void change_word_replaces_by_nothing(struct setting *s)
{
    reply_with(s, "Anbei die korrigierte Fassung unseres Antrags.");
}

static void change_same_title(struct setting *s)
{
    change_word_replaces(s);
    s->mail->text = "Guten Tag, anbei noch einmal.";
    referred(s)->title = s->motion->title;
}

static void change_replaced_jointly(struct setting *s)
{
    change_word_replaces(s);
    texts_add(&referred(s)->movers, arena, "CDU");
}

static void change_word_corrects(struct setting *s)
{
    reply_with(s, "Bitte auf der Sitzung am 24.09. statt 10.09. behandeln.");
}

static void change_word_corrects_title(struct setting *s)
{
    reply_with(s, "Der Titel muss lauten: „Radweg an der Uedemer Straße“");
}

static void change_word_corrects_unproven(struct setting *s)
{
    change_word_corrects(s);
    unproven(s);
}

static void change_word_corrects_other_day(struct setting *s)
{
    reply_with(s, "Bitte auf der Sitzung am 24.09. statt 03.09. behandeln.");
}

static void change_word_corrects_no_session(struct setting *s)
{
    reply_with(s, "Bitte auf der Sitzung am 25.09. statt 10.09. behandeln.");
}

static void change_word_corrects_content(struct setting *s)
{
    reply_with(s, "In Ziffer 2 muss es 500 statt 5000 Euro heißen.");
}

static void change_papers(struct setting *s)
{
    reply_with(s, "Anbei die vergessene Anlage.");
    with_papers(s);
    unproven(s);
}

static void change_papers_by_another(struct setting *s)
{
    change_papers(s);
    town_set(arena, &referred(s)->movers, "CDU");
}

static void change_papers_without_word(struct setting *s)
{
    reply_with(s, "Viele Grüße");
    with_papers(s);
}

static void change_papers_missing(struct setting *s)
{
    reply_with(s, "Anbei die vergessene Anlage.");
    town_set(arena, &s->mail->defects, "attachment-missing");
}

/* The SPD was asked whether it is rightly named in a motion of the CDU. */
static void answer_naming(struct setting *s, const char *text)
{
    reply_with(s, text);
    unproven(s);
    town_set(arena, &s->mail->in_reply_to, "0f" NAMING_MARK "2@bedburg-hau.example");
    town_set(arena, &s->known.asked, "wilhelm.vanbeek@spd-bedburg-hau.example");
    town_set(arena, &referred(s)->movers, "CDU");
    town_set(arena, &referred(s)->named, "SPD");
}

/* The review of a mail of the same faction is answered. */
static void answer_review(struct setting *s, const char *row)
{
    struct known_held *held = ARENA_NEW(arena, struct known_held);

    *held = (struct known_held){.message = 12,
                                .waits = true,
                                .row = row,
                                .sender = "vanbeek@mail.example",
                                .arrived_at = town_moment("2015-08-03T08:00:00+02:00")};
    s->known.held = held;
}

static struct known_held *held(struct setting *s)
{
    return (struct known_held *)(uintptr_t)s->known.held;
}

static void change_held_reply(struct setting *s)
{
    reply_with(s, "Was fehlt denn noch?");
    s->known.referred = NULL;
    answer_review(s, "attachment-missing");
}

static void change_held_papers(struct setting *s)
{
    reply_with(s, "Pardon!");
    with_papers(s);
    s->known.referred = NULL;
    answer_review(s, "attachment-missing");
    held(s)->threaded = true;
    texts_add(&held(s)->titles, arena, "Radweg");
}

static void change_completes(struct setting *s)
{
    answer_review(s, "attachment-missing");
    held(s)->threaded = true;
    unproven(s);
}

static void confirmed(struct setting *s)
{
    static struct mail_authres authres = {
        "mx.bedburg-hau.example; dmarc=pass header.from=spd-bedburg-hau.example", 0};

    town_set(arena, &s->body->authserv_id, "mx.bedburg-hau.example");
    s->mail->authres = &authres;
    s->mail->authres_count = 1;
}

static void change_completes_confirmed(struct setting *s)
{
    answer_review(s, "attachment-missing");
    confirmed(s);
}

static void change_completes_by_number(struct setting *s)
{
    change_completes(s);
    held(s)->threaded = false;
}

static void change_completes_a_scan(struct setting *s)
{
    answer_review(s, "scanned-letter");
    held(s)->threaded = true;
    confirmed(s);
}

static void change_completes_same_title(struct setting *s)
{
    answer_review(s, "faction");
    held(s)->threaded = true;
    texts_add(&held(s)->titles, arena, s->motion->title);
}

static void change_held_papers_by_number(struct setting *s)
{
    change_held_papers(s);
    held(s)->threaded = false;
    unproven(s);
}

static void change_completes_for_others(struct setting *s)
{
    change_completes(s);
    held(s)->sender = "vorsitz@cdu-bedburg-hau.example";
}

static void change_completes_another(struct setting *s)
{
    answer_review(s, "trust");
    held(s)->threaded = true;
    texts_add(&held(s)->titles, arena, "Etwas anderes");
}

static void change_joined(struct setting *s)
{
    answer_naming(s, "Ja, wir sind dabei.");
}

static void change_joined_unasked(struct setting *s)
{
    change_joined(s);
    town_set(arena, &s->known.asked, "silke.gorissen@cdu-bedburg-hau.example");
}

static void change_joined_perhaps(struct setting *s)
{
    answer_naming(s, "Ja, falls die Fraktion zustimmt.");
}

static void change_refused(struct setting *s)
{
    answer_naming(s, "Dazu haben wir nicht zugestimmt.");
}

static void change_replaced(struct setting *s)
{
    change_withdrawn(s);
    s->motion->kind = MOTION_REPLACEMENT;
}

static void change_withdrawn_unproven(struct setting *s)
{
    change_withdrawn(s);
    s->mail->authres_count = 0;
}

/* Sent once more by whoever has it. */
static void change_withdrawn_before(struct setting *s)
{
    change_withdrawn(s);
    s->mail->date_at = town_moment("2015-08-01T11:59:59+02:00");
    referred(s)->written_at = town_moment("2015-08-01T12:00:00+02:00");
}

static void change_replaced_twice(struct setting *s)
{
    change_replaced(s);
    town_add_motion(arena, s->reading)->title = "Radweg, breiter";
}

static void change_replaced_unproven(struct setting *s)
{
    change_replaced(s);
    s->mail->authres_count = 0;
}

static void change_withdrawn_by_others(struct setting *s)
{
    change_withdrawn(s);
    referred(s)->movers.v[0] = "CDU";
}

static void change_withdrawn_jointly(struct setting *s)
{
    change_withdrawn(s);
    referred(s)->movers = (struct texts){0};
    texts_add(&referred(s)->movers, arena, "SPD");
    texts_add(&referred(s)->movers, arena, "CDU");
}

static void change_withdrawn_twice(struct setting *s)
{
    change_withdrawn(s);
    referred(s)->state = MOTION_STATE_WITHDRAWN;
}

static void change_withdrawn_from_another(struct setting *s)
{
    change_withdrawn(s);
    to_stranger(s);
    s->motion->addressee = "Landrat des Kreises Kleve";
}

static void change_withdrawn_for_others(struct setting *s)
{
    change_withdrawn(s);
    s->motion->factions = (struct texts){0};
    texts_add(&s->motion->factions, arena, "CDU");
}

static void change_withdrawn_in_a_picture(struct setting *s)
{
    change_withdrawn(s);
    s->motion->is_ocr = true;
}

static void change_withdrawn_forwarded(struct setting *s)
{
    change_withdrawn(s);
    s->motion->is_forwarded = true;
}

static void change_addressee(struct setting *s)
{
    to_stranger(s);
    s->motion->addressee = "Landrat des Kreises Kleve";
}

static void change_other_mayor(struct setting *s)
{
    to_stranger(s);
    s->motion->addressee = "Bürgermeister der Gemeinde Kranenburg";
}

static void change_no_addressee(struct setting *s)
{
    to_stranger(s);
    s->motion->addressee = NULL;
}

static void change_mayor_in_letter(struct setting *s)
{
    to_stranger(s);
    s->motion->addressee = "Buergermeister";
}

static void change_mayor_in_cc(struct setting *s)
{
    change_addressee(s);
    s->mail->cc.v = ARENA_NEW(arena, struct mail_address);
    s->mail->cc.v[0].address = "buergermeister@bedburg-hau.example";
    s->mail->cc.n = 1;
}

static void change_delivered(struct setting *s)
{
    change_addressee(s);
    town_set(arena, &s->mail->delivered_to, "antraege@bedburg-hau.example");
}

static void change_faction(struct setting *s)
{
    town_set(arena, &s->motion->factions, "CDU");
}

static void change_unknown_faction(struct setting *s)
{
    town_set(arena, &s->motion->factions, "FDP");
}

static void change_no_faction(struct setting *s)
{
    s->motion->factions.n = 0;
}

static void change_joint(struct setting *s)
{
    town_set(arena, &s->motion->factions, "CDU-Fraktion");
    texts_add(&s->motion->factions, arena, "SPD");
    texts_add(&s->motion->factions, arena, "FDP");
    texts_add(&s->motion->factions, arena, "BÜNDNIS 90/DIE GRÜNEN");
    texts_add(&s->motion->factions, arena, "Die Grünen");
}

static void change_late(struct setting *s)
{
    s->arrived = "2015-09-23T10:00:00+02:00";
}

static void change_mixed(struct setting *s)
{
    struct motion *second = town_add_motion(arena, s->reading);

    town_set(arena, &second->factions, "CDU");
    town_add_motion(arena, s->reading);
}

static void change_same_id(struct setting *s)
{
    s->known.other_of_id = "m7";
}

/* ---- the table --------------------------------------------------------------------------------
 */

static const struct decision_case {
    const char *name;
    void (*change)(struct setting *s);
    enum message_state state;
    const char *row;
    const char *reason;  /* stands in the reason */
    const char *motions; /* a letter each: r registered, h held */
} cases[] = {
    {"a member's motion", NULL, MESSAGE_REGISTERED, "registered", "registered", "r"},
    {"bounce of an answer", change_bounce_answer, MESSAGE_IGNORED, "bounce-answer",
     "bounce: o34 failed: unknown-user", ""},
    {"bounce", change_bounce, MESSAGE_IGNORED, "bounce", "bounce", ""},
    {"read receipt", change_disposition, MESSAGE_IGNORED, "disposition", "disposition", ""},
    {"own mail", change_own, MESSAGE_IGNORED, "own", "own mail", ""},
    {"own confirmation back from the list", change_own_list, MESSAGE_IGNORED, "own", "own", ""},
    {"our own mail, handed on", change_handed_on, MESSAGE_IGNORED, "own-handed-on", "own", ""},
    {"the same with a question", change_handed_on_asking, MESSAGE_HELD, "no-motion", "no motion",
     ""},
    {"a motion above it", change_handed_on_motion, MESSAGE_REGISTERED, "registered", "registered",
     "r"},
    {"out of office", change_automatic, MESSAGE_IGNORED, "automatic", "automatic mail", ""},
    {"a mail worded as a program's", change_doubtful, MESSAGE_HELD, "automatic-perhaps", "worded",
     ""},
    {"a copier's letter", change_copier, MESSAGE_HELD, "automatic-letter", "machine", ""},
    {"a fax", change_copier_fax, MESSAGE_HELD, "automatic-letter", "machine", ""},
    {"a copier's picture", change_copier_photo, MESSAGE_HELD, "automatic-letter", "machine", ""},
    {"out of office, with a logo", change_absence_with_logo, MESSAGE_IGNORED, "automatic",
     "automatic mail", ""},
    {"a copier's motion", change_copier_text, MESSAGE_HELD, "automatic-letter", "machine", "h"},
    {"a null sender's motion", change_null_sender, MESSAGE_HELD, "automatic-letter", "machine",
     "h"},
    {"a report on a motion", change_report_with_motion, MESSAGE_IGNORED, "bounce", "bounce", ""},
    {"our own answer under another sender", change_own_id, MESSAGE_IGNORED, "own", "own", ""},
    {"in a circle", change_many_hops, MESSAGE_HELD, "many-hops", "circle", "h"},
    {"a role's mail", change_role, MESSAGE_IGNORED, "role", "automatic", ""},
    {"a list's office", change_request, MESSAGE_IGNORED, "role", "automatic", ""},
    {"a role's motion", change_role_letter, MESSAGE_HELD, "unknown-motion", "roster", "h"},
    {"a list of strangers", change_list, MESSAGE_IGNORED, "list", "list", ""},
    {"newsletter", change_newsletter, MESSAGE_IGNORED, "list-without-motion", "list", ""},
    {"a member's motion by a list", change_list_motion, MESSAGE_HELD, "list-letter", "list", "h"},
    {"before ignore-before", change_before, MESSAGE_IGNORED, "before-start", "ignore-before", ""},
    {"a second before it", change_second_before, MESSAGE_IGNORED, "before-start", "ignore-before",
     ""},
    {"in the second of it", change_second_of, MESSAGE_REGISTERED, "registered", "", "r"},
    {"on the day of it", change_not_before, MESSAGE_REGISTERED, "registered", "", "r"},
    {"its mailbox is gone", change_mailbox_gone, MESSAGE_REGISTERED, "registered", "", "r"},
    {"same bytes", change_same_bytes, MESSAGE_DUPLICATE, "same-bytes", "m12:", ""},
    {"same mail", change_same_mail, MESSAGE_DUPLICATE, "same-mail", "m13:", ""},
    {"too large", change_too_large, MESSAGE_HELD, "too-large", "too large", "h"},
    {"just not too large", change_just_fits, MESSAGE_REGISTERED, "registered", "", "r"},
    {"a mistake of ours", change_failed, MESSAGE_HELD, "not-recorded", "since it was looked up",
     "h"},
    {"the same with nothing to read", change_failed_unread, MESSAGE_HELD, "not-recorded",
     "a mistake of this program", ""},
    {"unreadable", change_unreadable, MESSAGE_UNREADABLE, "unreadable", "more than 500 parts", ""},
    {"unreadable again", change_unreadable_again, MESSAGE_DUPLICATE, "same-bytes", "m12:", ""},
    {"two From", change_two_from, MESSAGE_HELD, "not-one-from", "unknown sender", "h"},
    {"the office decides", by_office, MESSAGE_IGNORED, "office-decides", "o34", ""},
    {"the office, perhaps", by_office_unconfirmed, MESSAGE_HELD, "office-unconfirmed", "o34", ""},
    {"a token in other hands", by_no_office, MESSAGE_HELD, "not-the-office", "o34", ""},
    {"forwarded by staff", change_forwarder, MESSAGE_HELD, "forwarder", "forwarded", "h"},
    {"a citizen", change_stranger_citizen, MESSAGE_HELD, "unknown-citizen", "citizen's", "h"},
    {"a stranger's motion", by_stranger, MESSAGE_HELD, "unknown-motion", "unknown sender", "h"},
    {"a stranger's reply", change_stranger_reply, MESSAGE_HELD, "unknown", "unknown sender", ""},
    {"no member any more", change_left_faction, MESSAGE_HELD, "unknown-motion", "roster", "h"},
    {"same content", change_same_content, MESSAGE_HELD, "same-content", "A/2015/0007", "h"},
    {"locked PDF", change_locked, MESSAGE_HELD, "locked-letter", "Antrag.pdf is encrypted", ""},
    {"damaged PDF", change_damaged, MESSAGE_HELD, "damaged-letter", "cannot be read", ""},
    {"scanned PDF", change_scanned, MESSAGE_HELD, "scanned-letter", "picture", ""},
    {"PDF not read", change_closed, MESSAGE_HELD, "closed-letter",
     "the attachment Antrag.pdf is not read yet", ""},
    {"reply with a PDF", change_closed_reply, MESSAGE_HELD, "closed-letter", "Antrag.pdf", ""},
    {"signed reply", change_signed_reply, MESSAGE_IGNORED, "reply", "asks nothing", ""},
    {"attachment missing", change_attachment, MESSAGE_HELD, "attachment-missing",
     "attachment missing", ""},
    {"attachment of a motion missing", change_attachment_of_motion, MESSAGE_HELD,
     "attachment-missing", "attachment missing", "h"},
    {"thanks", as_reply, MESSAGE_IGNORED, "reply", "a reply that asks nothing", ""},
    {"a faction says yes", as_naming_reply, MESSAGE_HELD, "naming-reply", "rightly named", ""},
    {"a reply with the picture of a page", change_reply_with_page, MESSAGE_HELD, "asking-reply",
     "no motion found", ""},
    {"a reply with a motion's label", change_reply_with_label, MESSAGE_HELD, "asking-reply",
     "no motion found", ""},
    {"a reply that corrects", change_asking_reply, MESSAGE_HELD, "asking-reply", "no motion found",
     ""},
    {"no motion", without_motion, MESSAGE_HELD, "no-motion", "no motion found", ""},
    {"trust", change_trust, MESSAGE_HELD, "trust", "trust below required", "h"},
    {"may not submit", change_office_of_faction, MESSAGE_HELD, "may-not-submit", "may not submit",
     "h"},
    {"a member hands on a citizen's suggestion", change_citizen, MESSAGE_HELD, "citizen",
     "citizen's suggestion", "h"},
    {"an authenticated withdrawal", change_withdrawn, MESSAGE_REGISTERED, "withdrawn",
     "A/2015/0001 is withdrawn", "f"},
    {"an authenticated new version", change_replaced, MESSAGE_REGISTERED, "replaced",
     "A/2015/0001 is replaced", "f"},
    {"two new versions of one motion", change_replaced_twice, MESSAGE_HELD, "replacement", "",
     "hh"},
    {"a withdrawal that anybody can write", change_withdrawn_unproven, MESSAGE_HELD, "withdrawal",
     "", "h"},
    {"a withdrawal older than what it withdraws", change_withdrawn_before, MESSAGE_HELD,
     "withdrawal", "", "h"},
    {"a version that anybody can write", change_replaced_unproven, MESSAGE_HELD, "replacement", "",
     "h"},
    {"a withdrawal by another faction", change_withdrawn_by_others, MESSAGE_HELD, "withdrawal", "",
     "h"},
    {"by one of two movers", change_withdrawn_jointly, MESSAGE_REGISTERED, "left",
     "that move A/2015/0001", "f"},
    {"a reply withdraws", change_word_withdraws, MESSAGE_REGISTERED, "withdrawn",
     "A/2015/0001 is withdrawn", "f"},
    {"a reply withdraws it by its title", change_word_withdraws_by_title, MESSAGE_REGISTERED,
     "withdrawn", "A/2015/0001 is withdrawn", "f"},
    {"a reply withdraws another by its title", change_word_withdraws_another, MESSAGE_HELD,
     "withdrawal", "", "h"},
    {"a reply that anybody can write", change_word_withdraws_unproven, MESSAGE_HELD, "withdrawal",
     "a withdrawal of A/2015/0001", "h"},
    {"a reply thinks of withdrawing", change_word_withdraws_unclear, MESSAGE_HELD, "withdrawal", "",
     "h"},
    {"a reply does not withdraw", change_word_withdraws_not, MESSAGE_HELD, "withdrawal", "", "h"},
    {"a reply says who withdraws", change_word_withdraws_for_itself, MESSAGE_REGISTERED,
     "withdrawn", "", "f"},
    {"a reply says that others withdraw", change_word_withdraws_for_others, MESSAGE_HELD,
     "withdrawal", "", "h"},
    {"a reply of another faction", change_word_withdraws_by_another, MESSAGE_HELD, "withdrawal", "",
     "h"},
    {"a reply of a stranger who knows the number", change_word_withdraws_by_stranger, MESSAGE_HELD,
     "unknown", "", "h"},
    {"a reply about what is withdrawn", change_word_withdraws_gone, MESSAGE_HELD, "withdrawal", "",
     "h"},
    {"a reply of one who may not submit", change_word_withdraws_office, MESSAGE_HELD, "withdrawal",
     "", "h"},
    {"a reply of one of two movers", change_word_leaves, MESSAGE_REGISTERED, "left", "", "f"},
    {"another motion, and a withdrawal in words", change_word_withdraws_and_motion,
     MESSAGE_REGISTERED, "registered", "in part", "rh"},
    {"words around the letter that say something else", change_letter_takes_back_words,
     MESSAGE_HELD, "withdrawal", "", "h"},
    {"a letter whose words are not clear", change_doubtful_letter, MESSAGE_HELD, "withdrawal", "",
     "h"},
    {"a new version by the words around it", change_word_replaces, MESSAGE_REGISTERED, "replaced",
     "", "f"},
    {"a new version that is to come", change_word_replaces_later, MESSAGE_HELD, "replacement", "",
     "h"},
    {"a new version that is not there", change_word_replaces_by_nothing, MESSAGE_HELD,
     "replacement", "", "h"},
    {"an answer with a letter of the same title", change_same_title, MESSAGE_HELD, "replacement",
     "", "h"},
    {"a new version by one of two movers", change_replaced_jointly, MESSAGE_HELD, "replacement", "",
     "h"},
    {"a reply corrects the meeting", change_word_corrects, MESSAGE_REGISTERED, "corrected",
     "A/2015/0001 is corrected", "f"},
    {"a reply corrects the title", change_word_corrects_title, MESSAGE_REGISTERED, "corrected", "",
     "f"},
    {"a correction that anybody can write", change_word_corrects_unproven, MESSAGE_HELD,
     "correction", "a correction of A/2015/0001", "h"},
    {"instead of a meeting that nobody wanted", change_word_corrects_other_day, MESSAGE_HELD,
     "correction", "", "h"},
    {"a day without a meeting", change_word_corrects_no_session, MESSAGE_HELD, "correction", "",
     "h"},
    {"a correction of something else", change_word_corrects_content, MESSAGE_HELD, "correction", "",
     "h"},
    {"papers that were missing", change_papers, MESSAGE_REGISTERED, "papers", "", "f"},
    {"papers of another faction", change_papers_by_another, MESSAGE_HELD, "unclear",
     "a reply about A/2015/0001", "h"},
    {"papers without a word", change_papers_without_word, MESSAGE_HELD, "unclear", "", "h"},
    {"papers that are missing again", change_papers_missing, MESSAGE_HELD, "attachment-missing", "",
     ""},
    {"a named faction's yes", change_joined, MESSAGE_REGISTERED, "joined", "moves A/2015/0001",
     "f"},
    {"the yes of one who was not asked", change_joined_unasked, MESSAGE_HELD, "naming-reply", "",
     ""},
    {"a yes on condition", change_joined_perhaps, MESSAGE_HELD, "naming-reply", "", ""},
    {"a question about a mail that is held", change_held_reply, MESSAGE_HELD, "held-reply",
     "a reply about m12", ""},
    {"papers that a held mail lacked", change_held_papers, MESSAGE_HELD, "held-papers",
     "what m12 lacked", ""},
    {"the same in answer to a number", change_held_papers_by_number, MESSAGE_HELD, "scanned-letter",
     "picture", ""},
    {"what a held mail lacked", change_completes, MESSAGE_REGISTERED, "registered", "completes m12",
     "r"},
    {"the same from who is confirmed", change_completes_confirmed, MESSAGE_REGISTERED, "registered",
     "completes m12", "r"},
    {"the same in answer to a number", change_completes_by_number, MESSAGE_REGISTERED, "registered",
     "registered", "r"},
    {"in answer to the review of a scan", change_completes_a_scan, MESSAGE_REGISTERED, "registered",
     "registered", "r"},
    {"in answer to the review of the same motion", change_completes_same_title, MESSAGE_REGISTERED,
     "registered", "completes m12", "r"},
    {"in answer to another faction's review", change_completes_for_others, MESSAGE_REGISTERED,
     "registered", "registered", "r"},
    {"in answer to the review of another motion", change_completes_another, MESSAGE_REGISTERED,
     "registered", "registered", "r"},
    {"a named faction's no", change_refused, MESSAGE_HELD, "naming-refused", "A/2015/0001", ""},
    {"to another body", change_withdrawn_from_another, MESSAGE_HELD, "withdrawal", "", "h"},
    {"in another faction's name", change_withdrawn_for_others, MESSAGE_HELD, "withdrawal", "", "h"},
    {"read off a picture", change_withdrawn_in_a_picture, MESSAGE_HELD, "withdrawal", "", "h"},
    {"in a mail handed on", change_withdrawn_forwarded, MESSAGE_HELD, "withdrawal", "", "h"},
    {"of what is withdrawn", change_withdrawn_twice, MESSAGE_HELD, "withdrawal", "", "h"},
    {"withdrawal", change_withdrawal, MESSAGE_HELD, "withdrawal", "A/2015/0001", "h"},
    {"replacement", change_replacement, MESSAGE_HELD, "replacement", "Antrag vom 04.08.2015", "h"},
    {"to the Landrat", change_addressee, MESSAGE_HELD, "addressee", "Landrat", "h"},
    {"to another mayor", change_other_mayor, MESSAGE_HELD, "addressee", "Kranenburg", "h"},
    {"to nobody", change_no_addressee, MESSAGE_HELD, "addressee", "someone else", "h"},
    {"the letter's office is enough", change_mayor_in_letter, MESSAGE_REGISTERED, "registered", "",
     "r"},
    {"the mayor in Cc is enough", change_mayor_in_cc, MESSAGE_REGISTERED, "registered", "", "r"},
    {"Delivered-To is enough", change_delivered, MESSAGE_REGISTERED, "registered", "", "r"},
    {"another faction's letter", change_faction, MESSAGE_HELD, "faction", "CDU", "h"},
    {"a faction that is none here", change_unknown_faction, MESSAGE_HELD, "faction", "FDP", "h"},
    {"no faction in the letter", change_no_faction, MESSAGE_REGISTERED, "registered", "", "r"},
    {"a joint motion", change_joint, MESSAGE_REGISTERED, "registered", "", "r"},
    {"late", change_late, MESSAGE_REGISTERED, "registered", "", "r"},
    {"clear, doubtful, clear", change_mixed, MESSAGE_REGISTERED, "registered", "in part", "rhr"},
    {"a motion in the text, and a PDF besides", with_pdf, MESSAGE_REGISTERED, "registered",
     "not read yet: Antrag.pdf", "r"},
    {"same Message-ID, other content", change_same_id, MESSAGE_REGISTERED, "registered", "m7", "r"},
};

static void judge(void (*change)(struct setting *), struct setting *setting,
                  struct decision *decision_r)
{
    struct verdict *verdict = ARENA_NEW(arena, struct verdict);
    struct case_file file;

    *setting = (struct setting){.body = town_new(arena),
                                .reading = town_letter(arena),
                                .known = {.message = 20, .next_counter = 41},
                                .arrived = "2015-08-04T12:03:11+02:00",
                                .size = 200000};
    setting->mail = setting->reading->mail;
    setting->motion = &setting->reading->motions.v[0];
    if (change != NULL)
        change(setting);
    if (setting->reading != NULL)
        wish_find(arena, setting->mail, &setting->reading->wish);
    file = (struct case_file){.body = setting->body,
                              .mailbox =
                                  setting->mailbox_is_gone ? NULL : &setting->body->mailboxes[0],
                              .reading = setting->reading,
                              .unreadable = setting->unreadable,
                              .failure = setting->failure,
                              .known = &setting->known,
                              .arrival = {.at = town_moment(setting->arrived), .basis = "test"},
                              .size = setting->size};
    if (setting->reading != NULL) {
        trust_judge(arena, setting->reading, setting->body, file.mailbox,
                    moment_day(file.arrival.at), verdict);
        file.verdict = verdict;
    }
    decide(arena, &file, decision_r);
}

static void check_motions(const struct decision *decision, const char *expected)
{
    assert_int_equal(decision->motion_count, strlen(expected));
    for (size_t i = 0; i < decision->motion_count; i++) {
        assert_int_equal(decision->motions[i].registered, expected[i] == 'r');
        assert_int_equal(decision->motions[i].follow != FOLLOW_NONE, expected[i] == 'f');
        assert_int_equal(decision->motions[i].number != NULL, expected[i] != 'h');
        assert_int_equal(decision->motions[i].reason == NULL, expected[i] == 'r');
        assert_non_null(decision->motions[i].row);
    }
}

static void test_table(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct setting setting;
        struct decision decision;

        judge(cases[i].change, &setting, &decision);
        print_message("%s: %s, %s\n", cases[i].name, decision.row, decision.reason);
        assert_string_equal(message_state_to_text(decision.state),
                            message_state_to_text(cases[i].state));
        assert_string_equal(decision.row, cases[i].row);
        assert_non_null(strstr(decision.reason, cases[i].reason));
        assert_null(strstr(decision.reason, "{}"));
        assert_int_equal(decision.completes != NULL, strstr(cases[i].reason, "completes") != NULL);
        check_motions(&decision, cases[i].motions);
    }
}

static bool is_hit(const char *row)
{
    /* the rows that hand over to the motions' table are hit by what is found there */
    if (strcmp(row, "motions") == 0)
        row = "registered";
    if (strcmp(row, "follow-up") == 0)
        row = "unclear";
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (strcmp(cases[i].row, row) == 0)
            return true;
    }
    return false;
}

static void test_every_row_is_hit(void **state)
{
    (void)state;
    for (size_t i = 0; decide_row_name(i) != NULL; i++) {
        if (!is_hit(decide_row_name(i)))
            fail_msg("no case hits the row %s", decide_row_name(i));
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(decide_row_name(k), decide_row_name(i));
    }
}

static void test_numbers(void **state)
{
    struct setting setting;
    struct decision decision;

    (void)state;
    judge(change_mixed, &setting, &decision);
    assert_string_equal(decision.motions[0].number, "A/2015/0041");
    assert_null(decision.motions[1].number);
    assert_string_equal(decision.motions[2].number, "A/2015/0042");
}

static void change_new_year(struct setting *s)
{
    s->arrived = "2015-12-31T23:30:00Z"; /* 2016 in the town */
}

static void test_year_is_local(void **state)
{
    struct setting setting;
    struct decision decision;

    (void)state;
    judge(change_new_year, &setting, &decision);
    assert_string_equal(decision.motions[0].number, "A/2016/0041");
}

static void test_named(void **state)
{
    struct setting setting;
    struct decision decision;

    (void)state;
    judge(change_joint, &setting, &decision);
    assert_string_equal(decision.motions[0].mover->title, "SPD");
    assert_string_equal(text_join(arena, &decision.motions[0].named, "; "), "CDU; FDP; GRÜNE");
}

static void change_alias(struct setting *s)
{
    s->motion->consultations[0].organization = "GEMEINDERAT der Gemeinde Bedburg-Hau";
}

static void test_consultations(void **state)
{
    struct setting setting;
    struct decision decision;
    const struct decided_motion *motion;

    (void)state;
    judge(change_alias, &setting, &decision);
    motion = &decision.motions[0];
    assert_int_equal(motion->consultation_count, 2);
    assert_string_equal(motion->consultations[0].organization, "Rat");
    assert_int_equal(motion->consultations[0].deadline.state, DEADLINE_IN_TIME);
    assert_string_equal(motion->consultations[1].organization, "Fachausschuss");
    assert_int_equal(motion->consultations[1].deadline.state, DEADLINE_UNKNOWN);
    assert_int_equal(motion->deadline.state, DEADLINE_IN_TIME);
    assert_string_equal(day_to_text(arena, motion->deadline.last_day), "2015-09-10");
}

static void change_next_meeting(struct setting *s)
{
    s->motion->consultations[0].meeting = DAY_NONE;
}

/* "in der nächsten Sitzung": the one known meeting of the council is not made the letter's. */
static void test_no_meeting_is_invented(void **state)
{
    struct setting setting;
    struct decision decision;

    (void)state;
    judge(change_next_meeting, &setting, &decision);
    assert_true(day_is_none(decision.motions[0].consultations[0].meeting));
    assert_int_equal(decision.motions[0].deadline.state, DEADLINE_UNKNOWN);
}

static void change_no_council(struct setting *s)
{
    s->motion->consultation_count = 0;
    s->motion->kind = MOTION_AMENDMENT;
}

static void test_no_consultation(void **state)
{
    struct setting setting;
    struct decision decision;

    (void)state;
    judge(change_no_council, &setting, &decision);
    assert_int_equal(decision.motions[0].deadline.state, DEADLINE_NONE);
}

static void test_late_is_registered(void **state)
{
    struct setting setting;
    struct decision decision;

    (void)state;
    judge(change_late, &setting, &decision);
    assert_int_equal(decision.motions[0].deadline.state, DEADLINE_LATE);
    assert_true(decision.motions[0].registered);
}

static const struct {
    const char *organization;
    const char *council; /* NULL: none */
} councils[] = {
    {"Rat", "Rat"},
    {"RAT", "Rat"},
    {"Gemeinderat", "Rat"},
    {"Rat der Gemeinde Bedburg-Hau", "Rat"},
    {"Gemeinderat der Gemeinde Bedburg-Hau", "Rat"},
    {"Rat der Gemeinde Kranenburg", NULL},
    {"Gemeinde Bedburg-Hau", NULL},
    {"Fachausschuss", NULL},
    {"Beirat", NULL},
    {"", NULL},
};

static void test_councils(void **state)
{
    struct conf_body *body = town_new(arena);

    (void)state;
    for (size_t i = 0; i < sizeof(councils) / sizeof(councils[0]); i++) {
        const struct conf_council *council = council_find(body, councils[i].organization);

        print_message("%s\n", councils[i].organization);
        assert_int_equal(council == NULL, councils[i].council == NULL);
        if (council != NULL)
            assert_string_equal(council->name, councils[i].council);
    }
    assert_int_equal(council_meeting_minute(&body->councils[0], town_day("2015-09-24")), 18 * 60);
    assert_int_equal(council_meeting_minute(&body->councils[0], town_day("2015-09-25")), -1);
}

static void test_words(void **state)
{
    enum message_state message;
    enum motion_state motion;

    (void)state;
    for (int i = MESSAGE_REGISTERED; i <= MESSAGE_VANISHED; i++) {
        const char *word = message_state_to_text((enum message_state)i);

        assert_true(message_state_from_text(word, &message));
        assert_int_equal(message, i);
    }
    for (int i = MOTION_STATE_REGISTERED; i <= MOTION_STATE_VOID; i++) {
        assert_true(motion_state_from_text(motion_state_to_text((enum motion_state)i), &motion));
        assert_int_equal(motion, i);
    }
    assert_false(message_state_from_text("Registered", &message));
    assert_false(motion_state_from_text(NULL, &motion));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_every_row_is_hit),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_year_is_local),
        cmocka_unit_test(test_named),
        cmocka_unit_test(test_consultations),
        cmocka_unit_test(test_no_meeting_is_invented),
        cmocka_unit_test(test_no_consultation),
        cmocka_unit_test(test_late_is_registered),
        cmocka_unit_test(test_councils),
        cmocka_unit_test(test_words),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
