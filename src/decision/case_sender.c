/* SPDX-License-Identifier: EUPL-1.2 */
/* Who it is from. */
#include "decision/case.h"

#include "mail/address.h"

bool case_has_address(const struct texts *addresses, const char *address)
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
        own = case_has_address(&body->mailboxes[i].addresses, address);
    return own || (body->list != NULL && address_equal(body->list, address));
}

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

    return file->known->own || (address != NULL && is_own_address(file->body, address));
}

bool case_hands_our_own_on(const struct case_file *file)
{
    const struct mail *mail = file->reading == NULL ? NULL : file->reading->mail;

    for (size_t i = 0; mail != NULL && i < mail->forward_count; i++) {
        const struct mail_addresses *from = &mail->forwards[i].from;

        if (from->n == 1 && is_own_address(file->body, from->v[0].address))
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

    return address != NULL && case_has_address(&file->body->forwarders, address);
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

    return address != NULL && case_has_address(&file->body->office, address);
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
