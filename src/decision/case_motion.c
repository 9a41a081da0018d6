/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of one motion of a mail. */
#include "decision/case.h"

#include "mail/address.h"
#include "trust/label.h"

#include <string.h>

bool case_is_citizens(const struct case_file *file, const struct motion *motion)
{
    (void)file;
    return motion->kind == MOTION_CITIZEN_SUGGESTION;
}

static bool names_our_recipient(const struct case_file *file, const char *address)
{
    return address != NULL &&
           ((file->mailbox != NULL && address_is_among(&file->mailbox->addresses, address)) ||
            address_is_among(&file->body->mayor.addresses, address));
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

bool case_is_for_another(const struct case_file *file, const struct motion *motion)
{
    if (motion->addressee != NULL && letter_is_for_us(file, motion->addressee))
        return false;
    return !mail_is_for_us(file);
}

/* The letter names movers, and the sender's faction is none of them. */
bool case_is_of_another_faction(const struct case_file *file, const struct motion *motion)
{
    for (size_t i = 0; i < motion->factions.n; i++) {
        if (trust_find_faction(file->body, motion->factions.v[i]) == file->verdict->faction)
            return false;
    }
    return motion->factions.n > 0;
}

const char *case_name_reference(struct arena *arena, const struct motion *motion)
{
    return motion->refers_to == NULL ? NULL : text_squeeze(arena, motion->refers_to);
}

const char *case_name_addressee(struct arena *arena, const struct motion *motion)
{
    return motion->addressee == NULL ? NULL : text_squeeze(arena, motion->addressee);
}

const char *case_name_factions(struct arena *arena, const struct motion *motion)
{
    return text_squeeze(arena, text_join(arena, &motion->factions, ", "));
}
