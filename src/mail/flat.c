/* SPDX-License-Identifier: EUPL-1.2 */
#include "mail/flat.h"

static void leave(struct flat *flat, long depth)
{
    for (; flat->depth > depth; flat->depth--) {
        if (flat->cell)
            page_end_cell(flat->page);
        page_end_row(flat->page);
        page_end_table(flat->page);
        flat->cell = flat->depth > 1; /* the one that the table was in */
    }
}

static void open_cell(struct flat *flat)
{
    if (!flat->cell)
        page_begin_cell(flat->page);
    flat->cell = true;
}

void flat_enter(struct flat *flat, long depth)
{
    if (depth > FLAT_MAX_DEPTH)
        depth = FLAT_MAX_DEPTH;
    leave(flat, depth);
    while (flat->depth < depth) {
        if (flat->depth > 0)
            open_cell(flat);
        page_begin_table(flat->page);
        flat->depth++;
        flat->cell = false;
    }
    if (depth > 0)
        open_cell(flat);
}

void flat_end_cell(struct flat *flat, long depth)
{
    flat_enter(flat, depth);
    page_end_cell(flat->page);
    flat->cell = false;
}

void flat_end_row(struct flat *flat, long depth)
{
    if (depth > FLAT_MAX_DEPTH)
        depth = FLAT_MAX_DEPTH;
    leave(flat, depth);
    if (flat->depth < depth)
        return;
    if (flat->cell)
        page_end_cell(flat->page);
    flat->cell = false;
    page_end_row(flat->page);
}
