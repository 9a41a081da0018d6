/* SPDX-License-Identifier: EUPL-1.2 */
/* Certificates and lists of revoked ones that end: then signed mail is held, or not known to be
 * good. */
#include "base/pem.h"
#include "ctl/trial.h"

#include <time.h>

#define SOON_SECONDS ((int64_t)30 * 86400)

static const char *say_end(struct ctl *ctl, const struct pem_block *block, int64_t now)
{
    return arena_printf(ctl->arena, "%s: %s %s", block->name,
                        block->until <= now ? "ended on" : "ends on",
                        day_to_text(ctl->arena, moment_day(block->until)));
}

static size_t add_ends(struct ctl *ctl, const char *subject, const struct pem_blocks *blocks,
                       int64_t soon, const char *advice, struct findings *findings)
{
    int64_t now = (int64_t)time(NULL);
    size_t ends = 0;
    for (size_t i = 0; i < blocks->n; i++) {
        if (blocks->v[i].until == MOMENT_NONE || blocks->v[i].until > now + soon)
            continue;
        ends++;
        findings_add(ctl, findings, subject, FINDING_NOTE, say_end(ctl, &blocks->v[i], now),
                     advice);
    }
    return ends;
}

/* The configuration was loaded just now, and so the file is sound. */
static void try_file(struct ctl *ctl, const char *subject, const char *path, enum pem_kind kind,
                     int64_t soon, const char *advice, struct findings *findings)
{
    struct pem_blocks blocks;
    struct err err;
    if (!path)
        return;
    if (!pem_read(ctl->arena, path, kind, &blocks, &err))
        findings_add(ctl, findings, subject, FINDING_BROKEN, err.text, NULL);
    else if (add_ends(ctl, subject, &blocks, soon, advice, findings) == 0)
        findings_add(ctl, findings, subject, FINDING_OK,
                     arena_printf(ctl->arena, "%zu in %s, none of them ends soon", blocks.n, path),
                     NULL);
}

static void try_members(struct ctl *ctl, const struct conf_faction *faction,
                        struct findings *findings)
{
    for (size_t i = 0; i < faction->member_count; i++) {
        const struct conf_member *member = &faction->members[i];
        try_file(ctl, arena_printf(ctl->arena, "certificate of %s", member->address),
                 member->certificate, PEM_CERTIFICATES, SOON_SECONDS,
                 "Ask the member for the new one; both may stand in the file.", findings);
    }
}

void trial_smime(struct ctl *ctl, const struct conf_body *body, struct findings *findings)
{
    try_file(ctl, arena_printf(ctl->arena, "S/MIME authorities of %s", body->id), body->trusted_ca,
             PEM_CERTIFICATES, SOON_SECONDS,
             "Put its new certificate into trusted-ca, and reload antragd.", findings);
    try_file(ctl, arena_printf(ctl->arena, "revoked certificates of %s", body->id), body->crl_file,
             PEM_CRLS, 0, "Fetch the new list into crl-file, and reload antragd.", findings);
    for (size_t i = 0; i < body->faction_count; i++)
        try_members(ctl, &body->factions[i], findings);
}
