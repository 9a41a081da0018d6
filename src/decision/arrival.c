/* SPDX-License-Identifier: EUPL-1.2 */
#include "decision/arrival.h"

static bool is_own(const struct conf_mailbox *mailbox, const char *host)
{
    return host != NULL && texts_has_nocase(&mailbox->own_servers, host);
}

/* Below a hop that took the mail from a stranger everything was written by strangers, also a field
 * that claims to be ours: a sender could antedate the mail with it. */
static bool goes_on_below(const struct conf_mailbox *mailbox, const struct mail_hop *hop)
{
    return hop->from == NULL || text_equal_nocase(hop->from, "localhost") ||
           is_own(mailbox, hop->from);
}

void arrival_find(struct arena *arena, const struct mail *mail, const struct conf_mailbox *mailbox,
                  int64_t internaldate, struct arrival *arrival_r)
{
    *arrival_r = (struct arrival){.at = internaldate, .basis = "INTERNALDATE"};
    if (mail == NULL)
        return;
    for (size_t i = 0; i < mail->hop_count && is_own(mailbox, mail->hops[i].by); i++) {
        const struct mail_hop *hop = &mail->hops[i];

        if (hop->at != MOMENT_NONE) {
            arrival_r->at = hop->at;
            arrival_r->basis = arena_strdup(arena, hop->by);
        }
        if (!goes_on_below(mailbox, hop))
            return;
    }
}
