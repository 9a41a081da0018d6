/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What the files docx*.c share.  docx_styles.c reads the parts that the text refers to (relations,
 * styles, numbers), docx_text.c those that hold text, docx.c puts the document together.
 */
#ifndef MAIL_DOCX_INSIDE_H
#define MAIL_DOCX_INSIDE_H

#include "mail/list.h"
#include "mail/page.h"
#include "mail/xml.h"

/* ---- docx_styles.c ---- */

/* Id to the part's name. */
struct docx_relation {
    const char *id;
    const char *type; /* the last word of the URI: "header", "styles" */
    const char *part;
};

struct docx_relations {
    struct docx_relation *v;
    size_t n;
};

/* What a paragraph is told by its styles or itself; -1: nothing. */
struct docx_look {
    long above, below; /* twips */
    long number, level;
    int contextual; /* no space between paragraphs of one style */
    int hidden;
};

struct docx_style {
    const char *id;
    const char *based_on;
    bool is_default; /* of paragraphs */
    bool resolved;
    struct docx_look look;
};

struct docx_styles {
    struct docx_style *v; /* by id */
    size_t n;
    struct docx_look defaults;
};

bool docx_is_word(const char *space); /* a namespace of WordprocessingML */
bool docx_read_relations(struct arena *arena, const char *xml, size_t n, const char *folder,
                         struct docx_relations *relations_r);
bool docx_read_styles(struct arena *arena, const char *xml, size_t n, struct docx_styles *styles_r);
bool docx_read_numbering(struct arena *arena, const char *xml, size_t n,
                         struct list_numbers *numbers_r);

/* The paragraph's own look over that of the style it names, or the default one. */
struct docx_look docx_style_look(const struct docx_styles *styles, const char *id);
void docx_look_over(struct docx_look *look, const struct docx_look *over);
extern const struct docx_look docx_no_look;
/* The elements of a paragraph's or a style's properties; false: it is none of them. */
bool docx_look_element(struct docx_look *look, const struct xml_element *element,
                       struct arena *arena);
/* ---- docx_text.c ---- */

/* Which parts stand on the first page, by their relations' ids; NULL: none. */
struct docx_section {
    const char *header, *footer, *first_header, *first_footer;
    bool title_page;
    bool known; /* the first section has been seen */
};

struct docx_source {
    struct arena *arena;
    const struct docx_styles *styles;
    struct list_numbers *numbering;
    struct docx_section *section; /* filled by the body; NULL: not wanted */
    bool is_aside;                /* header or footer: page numbers are left out */
};

/* False: damaged, *defect_r as of xml_read(). */
bool docx_read_text(const struct docx_source *source, const char *xml, size_t n, struct page *page,
                    const char **defect_r);

#endif
