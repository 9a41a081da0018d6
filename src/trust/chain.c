/* SPDX-License-Identifier: EUPL-1.2 */
#include "trust/chain.h"

/* One of two lists; the second may be NULL. */
static bool is_in(const char *host, const struct texts *servers, const struct texts *more)
{
    return host && (texts_has_nocase(servers, host) || (more && texts_has_nocase(more, host)));
}

static size_t count(const struct mail *mail, const struct texts *servers, const struct texts *more,
                    bool first_is_ours)
{
    size_t n = 0;
    while (n < mail->hop_count) {
        const struct mail_hop *hop = &mail->hops[n];
        if (!is_in(hop->by, servers, more) && !(first_is_ours && n == 0))
            break;
        n++;
        bool from_us = !hop->from || text_equal_nocase(hop->from, "localhost") ||
                       is_in(hop->from, servers, more);
        if (!from_us)
            break;
    }
    return n;
}

size_t chain_count(const struct mail *mail, const struct texts *servers)
{
    return count(mail, servers, NULL, false);
}

size_t chain_own_hops(const struct mail *mail, const struct conf_body *body,
                      const struct conf_mailbox *mailbox)
{
    static const struct texts none;
    const struct texts *servers = mailbox ? &mailbox->own_servers : &none;
    return count(mail, servers, &body->authserv_id, servers->n == 0);
}
