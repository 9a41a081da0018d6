/* SPDX-License-Identifier: EUPL-1.2 */
/* Which council of the configuration a letter means.  Pure. */
#ifndef DECISION_COUNCIL_H
#define DECISION_COUNCIL_H

#include "conf/conf.h"

/* By name or alias, without case, the body's own name behind it left out ("Rat der Gemeinde
 * Bedburg-Hau"); NULL where no council is called so. */
const struct conf_council *council_find(const struct conf_body *body, const char *organization);

/* The start of the council's meeting on that day in minutes since midnight, or -1. */
int council_meeting_minute(const struct conf_council *council, struct day meeting);

#endif
