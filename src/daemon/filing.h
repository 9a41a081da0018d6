/* SPDX-License-Identifier: EUPL-1.2 */
/* What became of a copy for the sent-folder; watch and clerk speak of it. */
#ifndef DAEMON_FILING_H
#define DAEMON_FILING_H

enum filing_outcome {
    FILING_DONE,    /* it lies there */
    FILING_FOUND,   /* it lay there already */
    FILING_REFUSED, /* it is surely not there */
    FILING_UNKNOWN, /* it may be there: the link was lost */
    FILING_OUTCOME_COUNT,
};

#endif
