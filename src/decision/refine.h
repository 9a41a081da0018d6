/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What a body's own words make of what a letter leaves open: its councils, factions and members
 * know what no grammar can.  Pure; the reading itself stays as it was read.
 *
 *     council-alias      "HFA" is the council that the configuration calls so
 *     council-acronym    "HFA" is the only council whose name it abbreviates
 *     faction-split      "CDU/FWV" are two, for only the two are on the roster
 *     faction-joined     "SPD" and "Gruene" are one, for only "SPD/Gruene" is
 *     faction-alias      another spelling of a faction is that faction
 *     faction-of-member  nobody is named as mover, but members of a faction sign
 */
#ifndef DECISION_REFINE_H
#define DECISION_REFINE_H

#include "conf/conf.h"
#include "motion/reading.h"

struct refinement {
    size_t motion; /* its position in the reading */
    const char *from;
    const char *to;
    const char *rule; /* one of those above */
};

struct refinements {
    struct refinement *v;
    size_t n;
};

/* The same mail with motions in the body's words, in the arena; their values have no places any
 * more (motion->found).  day: that of the arrival, on which members must be on the roster.  NULL
 * for NULL. */
const struct reading *refine_reading(struct arena *arena, const struct conf_body *body,
                                     struct day day, const struct reading *reading,
                                     struct refinements *refinements_r);

#endif
