/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Tables of formats that say of each paragraph only in how many tables it stands, and then where a
 * cell and a row end: RTF and the older Word's.
 */
#ifndef MAIL_FLAT_H
#define MAIL_FLAT_H

#include "mail/page.h"

#define FLAT_MAX_DEPTH (PAGE_MAX_FRAMES / 2 - 2) /* a table is two frames */

struct flat {
    struct page *page;
    long depth; /* tables that are open */
    bool cell;  /* a cell is open in the innermost */
};

/* The paragraph that follows stands in so many tables, at most FLAT_MAX_DEPTH. */
void flat_enter(struct flat *flat, long depth);
/* Of the table at that depth, 1 for the outermost. */
void flat_end_cell(struct flat *flat, long depth);
void flat_end_row(struct flat *flat, long depth);

#endif
