/* SPDX-License-Identifier: EUPL-1.2 */
#include "town.h"

#include "base/err.h"

struct day town_day(const char *iso)
{
    struct day day = DAY_NONE;

    if (!day_parse(iso, &day))
        panic("test: %s is no day", iso);
    return day;
}

int64_t town_moment(const char *rfc3339)
{
    int64_t moment = MOMENT_NONE;

    if (!moment_parse(rfc3339, &moment))
        panic("test: %s is no moment", rfc3339);
    return moment;
}

void town_set(struct arena *arena, struct texts *texts, const char *first)
{
    *texts = (struct texts){0};
    if (first != NULL)
        texts_add(texts, arena, first);
}

static void add_member(struct arena *arena, struct conf_faction *faction,
                       const struct conf_member *member)
{
    faction->members = arena_grow(arena, faction->members, faction->member_count,
                                  faction->member_count + 1, sizeof(*member));
    faction->members[faction->member_count++] = *member;
}

static void add_factions(struct arena *arena, struct conf_body *body)
{
    body->faction_count = 3;
    body->factions = arena_array(arena, 3, sizeof(*body->factions));
    body->factions[0] =
        (struct conf_faction){.title = "SPD", .name = "SPD-Ratsfraktion Bedburg-Hau"};
    body->factions[1] = (struct conf_faction){.title = "CDU", .name = "CDU-Fraktion"};
    body->factions[2] = (struct conf_faction){.title = "GRÜNE", .name = "Ratsfraktion der GRÜNEN"};
    town_set(arena, &body->factions[2].aliases, "Bündnis 90/Die Grünen");
    add_member(arena, &body->factions[0],
               &(struct conf_member){.address = "wilhelm.vanbeek@spd-bedburg-hau.example",
                                     .name = "Wilhelm van Beek",
                                     .role = "Fraktionsvorsitzender",
                                     .chair = true,
                                     .since = town_day("2014-06-01"),
                                     .until = town_day("2020-10-31"),
                                     .submit = true,
                                     .acknowledge = true});
    town_set(arena, &body->factions[0].members[0].addresses, "vanbeek@mail.example");
    add_member(arena, &body->factions[0],
               &(struct conf_member){.address = "geschaeftsstelle@spd-bedburg-hau.example",
                                     .name = "Geschäftsstelle der SPD",
                                     .since = DAY_NONE,
                                     .until = DAY_NONE,
                                     .submit = false,
                                     .acknowledge = true});
    add_member(arena, &body->factions[0],
               &(struct conf_member){.address = "still@spd-bedburg-hau.example",
                                     .name = "Ida Still",
                                     .since = DAY_NONE,
                                     .until = DAY_NONE,
                                     .submit = true,
                                     .acknowledge = false});
    add_member(arena, &body->factions[1],
               &(struct conf_member){.address = "vorsitz@cdu-bedburg-hau.example",
                                     .name = "Silke Gorissen",
                                     .chair = true,
                                     .since = DAY_NONE,
                                     .until = DAY_NONE,
                                     .submit = true,
                                     .acknowledge = false});
    add_member(arena, &body->factions[1],
               &(struct conf_member){.address = "mitglied@cdu-bedburg-hau.example",
                                     .name = "Karl Kleve",
                                     .since = DAY_NONE,
                                     .until = DAY_NONE,
                                     .submit = true,
                                     .acknowledge = true});
}

static void add_council(struct arena *arena, struct conf_body *body)
{
    body->council_count = 1;
    body->councils = ARENA_NEW(arena, struct conf_council);
    body->councils[0] = (struct conf_council){.name = "Rat", .meeting_count = 1};
    town_set(arena, &body->councils[0].aliases, "Gemeinderat");
    body->councils[0].meetings = ARENA_NEW(arena, struct conf_meeting);
    body->councils[0].meetings[0] =
        (struct conf_meeting){.day = town_day("2015-09-24"), .minute = 18 * 60};
    body->councils[0].deadline = (struct conf_deadline){.set = true,
                                                        .days = 14,
                                                        .unit = CONF_UNIT_CALENDAR,
                                                        .cutoff = 1440,
                                                        .count = CONF_COUNT_BEFORE,
                                                        .text = "§ 3 Abs. 1 GeschO"};
}

static void add_mailbox(struct arena *arena, struct conf_body *body)
{
    body->mailbox_count = 1;
    body->mailboxes = ARENA_NEW(arena, struct conf_mailbox);
    body->mailboxes[0] =
        (struct conf_mailbox){.name = "rathaus", .ignore_before = {.day = DAY_NONE}};
    town_set(arena, &body->mailboxes[0].addresses, "antraege@bedburg-hau.example");
    town_set(arena, &body->mailboxes[0].own_servers, "mx.bedburg-hau.example");
    texts_add(&body->mailboxes[0].own_servers, arena, "Filter.krz.example");
}

struct conf_body *town_new(struct arena *arena)
{
    struct conf_body *body = ARENA_NEW(arena, struct conf_body);

    *body = (struct conf_body){
        .id = "bedburg-hau",
        .name = "Gemeinde Bedburg-Hau",
        .language = "de",
        .time_zone = "Europe/Berlin",
        .state = "NW",
        .number = "A/%Y/%4n",
        .from = "Ratsbüro <antraege@bedburg-hau.example>",
        .contact = "Ratsbüro, Zimmer 12, Tel. 02821 000-12",
        .privacy_notice = "https://bedburg-hau.example/datenschutz",
        .list = "rat@lists.bedburg-hau.example",
        .list_trust = TRUST_LISTED,
        .max_size = 50 * 1024 * 1024,
        .answers = CONF_ANSWERS_SEND,
        .required_trust = TRUST_LISTED,
        .mayor = {.name = "Peter Driessen"},
    };
    town_set(arena, &body->office, "ratsbuero@bedburg-hau.example");
    town_set(arena, &body->notify, "held");
    town_set(arena, &body->forwarders, "sekretariat@bedburg-hau.example");
    town_set(arena, &body->mayor.offices, "Bürgermeister");
    town_set(arena, &body->mayor.addresses, "buergermeister@bedburg-hau.example");
    add_factions(arena, body);
    add_council(arena, body);
    add_mailbox(arena, body);
    return body;
}

static void add_one_address(struct arena *arena, struct mail_addresses *list, const char *name,
                            const char *address)
{
    list->v = ARENA_NEW(arena, struct mail_address);
    list->v[0] = (struct mail_address){.name = name, .address = address};
    list->n = 1;
}

static struct mail *new_mail(struct arena *arena)
{
    struct mail *mail = ARENA_NEW(arena, struct mail);

    *mail = (struct mail){
        .message_id = "123@spd.example",
        .date = "2015-08-04T12:03:11+02:00",
        .date_at = town_moment("2015-08-04T12:03:11+02:00"),
        .subject = "Antrag Radweg",
        .class = MAIL_PERSONAL,
        .text = "Sehr geehrter Herr Bürgermeister, anbei unser Antrag.\n",
        .part_count = 2,
    };
    add_one_address(arena, &mail->from, "Wilhelm van Beek",
                    "wilhelm.vanbeek@spd-bedburg-hau.example");
    add_one_address(arena, &mail->to, NULL, "antraege@bedburg-hau.example");
    mail->parts = arena_array(arena, 2, sizeof(*mail->parts));
    mail->parts[0] = (struct mail_part){
        .path = "1",
        .type = "text/plain",
        .size = 1234,
        .sha256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        .text = PART_EXTRACTED,
        .content = mail->text,
        .is_body = true,
    };
    mail->parts[1] = (struct mail_part){
        .path = "2",
        .type = "text/plain",
        .name = "Antrag.txt",
        .size = 152345,
        .sha256 = "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752",
        .text = PART_EXTRACTED,
        .content = "Antrag",
    };
    return mail;
}

struct reading *town_letter(struct arena *arena)
{
    struct reading *reading = ARENA_NEW(arena, struct reading);
    struct motion *motion = ARENA_NEW(arena, struct motion);

    *motion = (struct motion){
        .kind = MOTION_REVIEW_REQUEST,
        .label = "Antrag",
        .title = "Prüfung eines Radweges entlang der Uedemer Straße zwischen Hau und Louisendorf",
        .consultation_count = 2,
        .letter_date = DAY_NONE,
        .addressee = "Bürgermeister der Gemeinde Bedburg-Hau",
        .found_in = "2",
    };
    town_set(arena, &motion->factions, "SPD");
    motion->consultations = arena_array(arena, 2, sizeof(*motion->consultations));
    motion->consultations[0] =
        (struct motion_consultation){.organization = "Rat", .meeting = town_day("2015-09-24")};
    motion->consultations[1] =
        (struct motion_consultation){.organization = "Fachausschuss", .meeting = DAY_NONE};
    reading->mail = new_mail(arena);
    reading->motions = (struct motions){.v = motion, .n = 1};
    return reading;
}

struct motion *town_add_motion(struct arena *arena, struct reading *reading)
{
    struct motions *motions = &reading->motions;

    motions->v = arena_grow(arena, motions->v, motions->n, motions->n + 1, sizeof(*motions->v));
    motions->v[motions->n] = motions->v[0];
    return &motions->v[motions->n++];
}
