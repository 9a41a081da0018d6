/* SPDX-License-Identifier: EUPL-1.2 */
/* Who it is from. */
#include "decision/case.h"

#include "mail/address.h"

/* Who handed the mail in, whoever wrote what it hands on. */
const char *case_outer_address(const struct case_file *file)
{
    if (file->verdict == NULL)
        return NULL;
    return file->verdict->forwarder != NULL ? file->verdict->forwarder : file->verdict->address;
}

bool case_is_own(const struct case_file *file)
{
    const char *address = case_outer_address(file);

    return file->known->own || (address != NULL && trust_is_own_address(file->body, address));
}

bool case_hands_our_own_on(const struct case_file *file)
{
    const struct mail *mail = file->reading == NULL ? NULL : file->reading->mail;

    for (size_t i = 0; mail != NULL && i < mail->forward_count; i++) {
        const struct mail_addresses *from = &mail->forwards[i].from;

        if (from->n == 1 && trust_is_own_address(file->body, from->v[0].address))
            return true;
    }
    return false;
}

bool case_is_unlisted(const struct case_file *file)
{
    return file->verdict->level < TRUST_LISTED;
}

bool case_is_of_no_member(const struct case_file *file)
{
    return file->verdict == NULL || file->verdict->level < TRUST_LISTED;
}

bool case_has_no_one_from(const struct case_file *file)
{
    return file->verdict->address == NULL;
}

bool case_is_forwarder(const struct case_file *file)
{
    const char *address = case_outer_address(file);

    return address != NULL && address_is_among(&file->body->forwarders, address);
}

bool case_answers_notice(const struct case_file *file)
{
    return file->known->notice != NULL;
}

bool case_bears_token(const struct case_file *file)
{
    return file->known->notice != NULL && file->known->notice->count > 0;
}

bool case_is_of_office(const struct case_file *file)
{
    const char *address = case_outer_address(file);

    return address != NULL && address_is_among(&file->body->office, address);
}

bool case_is_of_confirmed_office(const struct case_file *file)
{
    return case_is_of_office(file) &&
           (file->verdict->confirmed || file->verdict->level >= TRUST_AUTHENTICATED);
}

const char *case_name_notice(struct arena *arena, const struct case_file *file)
{
    return arena_printf(arena, "o%lld", (long long)file->known->notice->delivery);
}

bool case_is_below_required_trust(const struct case_file *file)
{
    return file->verdict->level < file->body->required_trust;
}

bool case_may_not_submit(const struct case_file *file)
{
    return file->verdict->member != NULL && !file->verdict->member->submit;
}

const char *case_name_level(struct arena *arena, const struct case_file *file)
{
    return arena_strdup(arena, trust_level_to_text(file->verdict->level));
}
