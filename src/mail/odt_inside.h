/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What the files odt*.c share.  An XML is read twice: odt_styles.c takes what the text refers to,
 * odt_text.c the text.
 */
#ifndef MAIL_ODT_INSIDE_H
#define MAIL_ODT_INSIDE_H

#include "mail/list.h"
#include "mail/page.h"
#include "mail/xml.h"

/* The namespaces that matter. */
enum odt_space {
    ODT_OTHER,
    ODT_OFFICE,
    ODT_STYLE,
    ODT_TEXT,
    ODT_TABLE,
    ODT_DRAW,
    ODT_SVG,
};

enum odt_space odt_space(const char *uri);

/* ---- odt_styles.c ---- */

/* Automatic styles have their names in their own file only. */
enum odt_scope { ODT_COMMON, ODT_OF_STYLES, ODT_OF_CONTENT };

/* How a paragraph or a span looks. */
struct odt_look {
    long above, below; /* twips; -1: not said */
    int contextual;    /* no space between paragraphs of one style; -1: not said */
    int hidden;
    const char *list;   /* its list's style */
    const char *master; /* the page that begins with it */
};

struct odt_style {
    struct odt_style *next; /* of the same hash */
    const char *family;
    const char *name;
    const char *parent;
    enum odt_scope scope;
    struct odt_look look;
};

struct odt_level {
    enum list_style style;
    const char *prefix, *suffix;
    long start;
    long shown; /* levels in the number */
    bool known;
};

struct odt_list {
    struct odt_list *next;
    const char *name; /* "" for the outline of headings */
    enum odt_scope scope;
    struct odt_level levels[LIST_LEVELS];
    long counts[LIST_LEVELS];
    bool begun[LIST_LEVELS];
};

#define ODT_HASHES 512

struct odt_styles {
    struct arena *arena;
    struct odt_style *styles[ODT_HASHES];
    struct odt_list *lists[ODT_HASHES];
    size_t count;
};

/* Adds those of one file; its automatic ones get the scope. */
bool odt_read_styles(struct odt_styles *styles, const char *xml, size_t n, enum odt_scope scope);
struct odt_look odt_find_look(const struct odt_styles *styles, const char *family, const char *name,
                              enum odt_scope scope);
struct odt_list *odt_find_list(const struct odt_styles *styles, const char *name,
                               enum odt_scope scope);
/* Numbers begin anew. */
void odt_restart_list(struct odt_list *list);
/* A count that an office program may write; missing for any other, and where s is NULL. */
long odt_small_number(const char *s, long missing);
/* Counts on, or to start unless it is -1; "" where the level has no mark. */
const char *odt_next_mark(struct odt_list *list, struct arena *arena, long level, long start);

/* ---- odt_text.c ---- */

/* The furniture of one kind of page. */
struct odt_master {
    const char *name;
    struct page *header, *footer, *first_header, *first_footer;
};

#define ODT_MAX_MASTERS 50

struct odt_text {
    struct arena *arena;
    struct odt_styles *styles;
    struct page *body, *notes;
    struct odt_master masters[ODT_MAX_MASTERS];
    size_t master_count;
    const char *master; /* of the first page, or NULL */
};

/* False: damaged, *defect_r as of xml_read(). */
bool odt_read_text(struct odt_text *text, const char *xml, size_t n, enum odt_scope scope,
                   const char **defect_r);

#endif
