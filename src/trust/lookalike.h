/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Addresses and domains that look like others.  Pure.
 *
 * Two look the same where their skeletons are equal: case, accents, width, what nobody sees and
 * A-labels aside, with letters of other scripts, digits and pairs of letters ("rn") put for what
 * they look like (lookalike.def; the idea is that of UTS #39 section 4).
 */
#ifndef TRUST_LOOKALIKE_H
#define TRUST_LOOKALIKE_H

#include "base/arena.h"

#include <stdbool.h>

/* For comparing only. */
const char *lookalike_skeleton(struct arena *arena, const char *s);

/* Whether both are the same to an eye, whatever their bytes. */
bool lookalike_is_same(struct arena *arena, const char *a, const char *b);

/* Whether address is not other, but looks like it: by its skeleton, by one letter more, less,
 * changed or exchanged, by another ending of the domain (".com"), or by a domain that only begins
 * with or contains the other's. */
bool lookalike_is_of(struct arena *arena, const char *address, const char *other);

#endif
