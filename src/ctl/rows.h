/* SPDX-License-Identifier: EUPL-1.2 */
/* Rows of the registry as JSON, with the contract's field names. */
#ifndef CTL_ROWS_H
#define CTL_ROWS_H

#include "ctl/ctl.h"

struct json *rows_deadline_to_json(struct ctl *ctl, const struct deadline *deadline);
struct json *rows_motion_to_json(struct ctl *ctl, const struct motion_row *row);
struct json *rows_message_to_json(struct ctl *ctl, const struct message_row *row);
struct json *rows_delivery_to_json(struct ctl *ctl, const struct delivery *row);
struct json *rows_event_to_json(struct ctl *ctl, const struct event_row *row);

/* For people: what stands in the place of words that are not there. */
const char *rows_title(const struct motion_row *row);
const char *rows_to(const struct delivery *row);
/* NULL where there is none. */
const char *rows_reason(struct ctl *ctl, const struct message_row *row);
/* ERR_DATA where it was erased. */
bool rows_check_kept(struct ctl *ctl, const struct message_row *row, struct err *err_r);

#endif
