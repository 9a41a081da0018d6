/* SPDX-License-Identifier: EUPL-1.2 */
#include "mail/xml.h"

#include <limits.h>
#include <string.h>
#include <strings.h>

#include <libxml/parser.h>
#include <libxml/parserInternals.h>

#define CHUNK ((size_t)64 * 1024)

struct walk {
    const struct xml_handler *handler;
    void *context;
    xmlParserCtxtPtr parser;
    size_t depth;
    size_t skip;                    /* depth of the element that is left out, 0: none is */
    int spaces[XML_READ_MAX_DEPTH]; /* namespaces that each open element has brought */
    int space_count;
    bool stopped; /* by the handler */
    const char *defect;
};

/* Five pointers each: name, prefix, URI, value and its end. */
static const xmlChar *const *find_attribute(const struct xml_element *element, const char *name)
{
    const xmlChar *const *attributes = element->attributes;
    for (int i = 0; i < element->attribute_count; i++)
        if (strcmp((const char *)attributes[i * 5], name) == 0)
            return &attributes[i * 5];
    return NULL;
}

const char *xml_attribute(struct arena *arena, const struct xml_element *element, const char *name)
{
    const xmlChar *const *attribute = find_attribute(element, name);
    return attribute ? arena_strndup(arena, (const char *)attribute[3],
                                     (size_t)(attribute[4] - attribute[3]))
                     : NULL;
}

bool xml_attribute_is_on(const struct xml_element *element, const char *name, bool missing)
{
    static const char *const off[] = {"0", "false", "off", "none"};
    const xmlChar *const *attribute = find_attribute(element, name);
    if (!attribute)
        return missing;
    const char *value = (const char *)attribute[3];
    size_t n = (size_t)(attribute[4] - attribute[3]);
    for (size_t i = 0; i < sizeof off / sizeof *off; i++)
        if (n == strlen(off[i]) && strncasecmp(value, off[i], n) == 0)
            return false;
    return true;
}

static void stop(struct walk *walk, const char *defect)
{
    if (!walk->stopped && !walk->defect) {
        walk->defect = defect;
        walk->stopped = !defect;
    }
    xmlStopParser(walk->parser);
}

static void on_start(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
                     int namespace_count, const xmlChar **namespaces, int attribute_count,
                     int defaulted, const xmlChar **attributes)
{
    struct walk *walk = context;
    (void)prefix, (void)namespaces, (void)defaulted;
    if (walk->stopped || walk->defect)
        return;
    if (walk->depth == XML_READ_MAX_DEPTH ||
        walk->space_count + namespace_count > XML_READ_MAX_NAMESPACES) {
        stop(walk, "too-deep");
        return;
    }
    walk->spaces[walk->depth++] = namespace_count;
    walk->space_count += namespace_count;
    if (walk->skip > 0)
        return;
    struct xml_element element = {.space = uri ? (const char *)uri : "",
                                  .name = (const char *)name,
                                  .attributes = attributes,
                                  .attribute_count = attribute_count};
    enum xml_next next = walk->handler->start(walk->context, &element);
    if (next == XML_SKIP)
        walk->skip = walk->depth;
    else if (next == XML_STOP)
        stop(walk, NULL);
}

static void on_end(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
    struct walk *walk = context;
    (void)name, (void)prefix, (void)uri;
    if (walk->stopped || walk->defect || walk->depth == 0)
        return;
    bool told = walk->skip == 0;
    if (walk->skip == walk->depth)
        walk->skip = 0;
    walk->space_count -= walk->spaces[--walk->depth];
    if (told)
        walk->handler->end(walk->context);
}

static void on_text(void *context, const xmlChar *s, int n)
{
    struct walk *walk = context;
    if (!walk->stopped && !walk->defect && walk->skip == 0)
        walk->handler->text(walk->context, (const char *)s, (size_t)n);
}

/* No office program declares any. */
static void on_entity(void *context, const xmlChar *name, int type, const xmlChar *public_id,
                      const xmlChar *system_id, xmlChar *content)
{
    (void)name, (void)type, (void)public_id, (void)system_id, (void)content;
    stop(context, "xml-entities");
}

static void swallow_error(void *context, const char *format, ...)
{
    (void)context, (void)format;
}

/* Behind the opening quote; the closing one, or the end. */
static const char *skip_quoted(const char *p, const char *end, char quote)
{
    const char *close = memchr(p, quote, (size_t)(end - p));
    return close ? close : end;
}

/* Where what begins with "<" at p has its end, if it is none of an element: quotes mean nothing in
 * it.  Else p. */
static const char *skip_aside(const char *p, const char *end)
{
    static const struct {
        const char *open, *close;
    } asides[] = {{"<!--", "-->"}, {"<![CDATA[", "]]>"}, {"<?", "?>"}};
    size_t left = (size_t)(end - p);
    for (size_t i = 0; i < sizeof asides / sizeof *asides; i++) {
        size_t n = strlen(asides[i].open);
        if (left < n || memcmp(p, asides[i].open, n) != 0)
            continue;
        const char *close = memmem(p + n, left - n, asides[i].close, strlen(asides[i].close));
        return close ? close : end;
    }
    return p;
}

/* Holds for every encoding that has ASCII's bytes, UTF-16 among them. */
static bool tags_are_sane(const char *bytes, size_t n)
{
    const char *end = bytes + n;
    for (const char *p = bytes; p < end && (p = memchr(p, '<', (size_t)(end - p)));) {
        size_t attributes = 0;
        const char *behind = skip_aside(p, end);
        if (behind > p) {
            p = behind;
            continue;
        }
        for (p++; p < end && *p != '>' && *p != '<'; p++) {
            if (*p == '=' && ++attributes > XML_READ_MAX_ATTRIBUTES)
                return false;
            if (*p == '"' || *p == '\'')
                p = skip_quoted(p + 1, end, *p);
            if (p == end)
                return true;
        }
    }
    return true;
}

static bool parse(struct walk *walk, const char *bytes, size_t n)
{
    int failed = 0;
    for (size_t i = 0; i < n && !failed && !walk->stopped && !walk->defect; i += CHUNK)
        failed = xmlParseChunk(walk->parser, bytes + i, (int)(n - i < CHUNK ? n - i : CHUNK), 0);
    if (!failed && !walk->stopped && !walk->defect)
        failed = xmlParseChunk(walk->parser, NULL, 0, 1);
    return walk->stopped || (!failed && !walk->defect && walk->parser->wellFormed);
}

bool xml_read(const char *bytes, size_t n, const struct xml_handler *handler, void *context,
              const char **defect_r)
{
    xmlSAXHandler sax = {.initialized = XML_SAX2_MAGIC,
                         .startElementNs = on_start,
                         .endElementNs = on_end,
                         .characters = on_text,
                         .ignorableWhitespace = on_text,
                         .cdataBlock = on_text,
                         .entityDecl = on_entity,
                         .error = swallow_error,
                         .warning = swallow_error};
    struct walk walk = {.handler = handler, .context = context};
    *defect_r = NULL;
    if (!tags_are_sane(bytes, n)) {
        *defect_r = "xml-attributes";
        return false;
    }
    walk.parser = xmlCreatePushParserCtxt(&sax, &walk, NULL, 0, NULL);
    xmlCtxtUseOptions(walk.parser, XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
    bool ok = parse(&walk, bytes, n);
    if (walk.parser->myDoc)
        xmlFreeDoc(walk.parser->myDoc);
    xmlFreeParserCtxt(walk.parser);
    *defect_r = walk.defect;
    return ok;
}
