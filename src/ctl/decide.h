/* SPDX-License-Identifier: EUPL-1.2 */
/* One order to the daemon, or decided here where none runs. */
#ifndef CTL_DECIDE_H
#define CTL_DECIDE_H

#include "ctl/ctl.h"
#include "pipeline/ruling.h"

/* Prints what was done.  An order with more than its verb may take is ERR_USAGE. */
bool ctl_decide(struct ctl *ctl, const struct ruling_order *order, struct err *err_r);

#endif
