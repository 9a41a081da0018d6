/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Templates of a town's own: files NAME.txt in a folder, each instead of the built-in text of that
 * name in the body's language.  Names that are not there stay built-in.
 */
#ifndef REPLY_OVERRIDES_H
#define REPLY_OVERRIDES_H

#include "base/arena.h"
#include "base/text.h"

struct template_set;

/*
 * Reads the folder.  The set (in the arena) has those that are sound; what is wrong with others is
 * in *mistakes_r, "file:line: what; what to do".  A set is never NULL.
 */
const struct template_set *template_set_read(struct arena *arena, const char *directory,
                                             const char *language, struct texts *mistakes_r);

/* The body's own template, else the built-in one, else the German one; set may be NULL. */
const char *template_choose(const struct template_set *set, const char *language, const char *name);

#endif
