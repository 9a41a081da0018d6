/* SPDX-License-Identifier: EUPL-1.2 */
/* Whether a reply wants something, or only says thank you.  Pure. */
#ifndef DECISION_ASKS_H
#define DECISION_ASKS_H

#include <stdbool.h>

/* The mail's text; what it quotes of the mail it answers is not looked at.  Errs on the side of
 * asking: a question mark or one of the beginnings of words in asks_words.def is enough. */
bool asks_something(const char *text);

#endif
