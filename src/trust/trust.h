/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Who says so: from a reading and the roster to a verdict.  Pure.
 */
#ifndef TRUST_TRUST_H
#define TRUST_TRUST_H

#include "conf/conf.h"
#include "motion/reading.h"

struct verdict {
    enum trust_level level;
    const struct conf_faction *faction; /* the sender's own, or NULL */
    const struct conf_member *member;   /* the sender, or NULL */
    const char *address; /* of the one From, or NULL where there is not exactly one */
    const char *reason;  /* a sentence in English for the log and explain */
};

/* The roster as of the day of arrival.  Only an addr-spec counts, never a display name; not exactly
 * one From address is TRUST_UNKNOWN. */
void trust_judge(struct arena *arena, const struct reading *reading, const struct conf_body *body,
                 struct day arrival, struct verdict *verdict_r);

/* The body's faction a letter's label means (title, name or alias, without "Fraktion" and its
 * compounds), or NULL. */
const struct conf_faction *trust_find_faction(const struct conf_body *body, const char *label);

/* Whether the member is on the roster on that day. */
bool trust_member_is_active(const struct conf_member *member, struct day day);

#endif
