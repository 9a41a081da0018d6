/* SPDX-License-Identifier: EUPL-1.2 */
#include "decision/arrival.h"

#include "trust/chain.h"

void arrival_find(struct arena *arena, const struct mail *mail, const struct conf_mailbox *mailbox,
                  int64_t internaldate, struct arrival *arrival_r)
{
    *arrival_r = (struct arrival){.at = internaldate, .basis = "INTERNALDATE"};
    if (mail == NULL || mailbox == NULL)
        return;
    for (size_t i = chain_count(mail, &mailbox->own_servers); i > 0; i--) {
        const struct mail_hop *hop = &mail->hops[i - 1];

        if (hop->at == MOMENT_NONE)
            continue;
        arrival_r->at = hop->at;
        arrival_r->basis = arena_strdup(arena, hop->by);
        return;
    }
}
