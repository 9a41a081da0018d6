/* SPDX-License-Identifier: EUPL-1.2 */
/* libxml2's tree of a page to the text that a person sees. */
#ifndef MAIL_HTML_WALK_H
#define MAIL_HTML_WALK_H

#include "mail/html_sheet.h"

#include <libxml/tree.h>

/* Onto an empty sheet; its totals say where the page holds more than is read. */
void html_walk(struct sheet *sheet, const xmlDoc *doc);

#endif
