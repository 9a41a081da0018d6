/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * XML of office files, read from front to back: no tree is built, no entity expanded, nothing
 * fetched.  Namespaces are resolved; which names they have is the caller's.
 */
#ifndef MAIL_XML_H
#define MAIL_XML_H

#include "base/arena.h"

#include <stdbool.h>
#include <stddef.h>

#define XML_READ_MAX_DEPTH 200
#define XML_READ_MAX_ATTRIBUTES 200  /* of one tag: libxml2 compares each with every other */
#define XML_READ_MAX_NAMESPACES 1000 /* that are open: each prefix is looked up in all */

/* Lives for the call only. */
struct xml_element {
    const char *space; /* URI of its namespace, "" for none */
    const char *name;  /* without prefix */
    const void *attributes;
    int attribute_count;
};

enum xml_next {
    XML_GO_ON,
    XML_SKIP, /* nothing more of this element is told, not even its end */
    XML_STOP, /* nothing more at all: xml_read() then returns true */
};

/* The context is the caller's. */
struct xml_handler {
    enum xml_next (*start)(void *context, const struct xml_element *element);
    void (*end)(void *context);
    void (*text)(void *context, const char *s, size_t n);
};

/* An attribute by its name without prefix, whatever its namespace; NULL: missing. */
const char *xml_attribute(struct arena *arena, const struct xml_element *element, const char *name);
/* The same for on and off, as in OOXML and ODF: a missing value means the one given. */
bool xml_attribute_is_on(const struct xml_element *element, const char *name, bool missing);

/* False: it is no XML, or damaged, or beyond the limits; *defect_r then may have a word, else NULL.
 */
bool xml_read(const char *bytes, size_t n, const struct xml_handler *handler, void *context,
              const char **defect_r);

#endif
