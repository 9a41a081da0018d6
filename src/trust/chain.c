/* SPDX-License-Identifier: EUPL-1.2 */
#include "trust/chain.h"

#include <string.h>

struct ours {
    const struct texts *servers;
    const struct texts *more; /* or NULL */
    bool exchange;            /* and all of Exchange Online, which nobody can list */
};

static bool ends_with(const char *host, const char *domain)
{
    size_t n = strlen(host), m = strlen(domain);
    return n > m && text_equal_nocase(host + n - m, domain);
}

static bool is_ours(const struct ours *ours, const char *host)
{
    if (!host)
        return false;
    return texts_has_nocase(ours->servers, host) ||
           (ours->more && texts_has_nocase(ours->more, host)) ||
           (ours->exchange &&
            (ends_with(host, ".outlook.com") || ends_with(host, ".outlook.office365.com")));
}

static size_t count(const struct mail *mail, const struct ours *ours, bool first_is_ours)
{
    size_t n = 0;
    while (n < mail->hop_count) {
        const struct mail_hop *hop = &mail->hops[n];
        if (!is_ours(ours, hop->by) && !(first_is_ours && n == 0))
            break;
        n++;
        bool from_us =
            !hop->from || text_equal_nocase(hop->from, "localhost") || is_ours(ours, hop->from);
        if (!from_us)
            break;
    }
    return n;
}

size_t chain_count(const struct mail *mail, const struct texts *servers)
{
    return count(mail, &(struct ours){.servers = servers}, false);
}

bool chain_is_exchange_online(const struct conf_body *body)
{
    return body->authres_profile && strcmp(body->authres_profile, "exchange-online") == 0;
}

size_t chain_own_hops(const struct mail *mail, const struct conf_body *body,
                      const struct conf_mailbox *mailbox)
{
    static const struct texts none;
    struct ours ours = {.servers = mailbox ? &mailbox->own_servers : &none,
                        .more = &body->authserv_id,
                        .exchange = chain_is_exchange_online(body)};
    return count(mail, &ours, ours.servers->n == 0);
}
