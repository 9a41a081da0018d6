/* SPDX-License-Identifier: EUPL-1.2 */
/* What stands on a page of a PDF, as words with their boxes, and whether it is language. */
#ifndef MAIL_PDF_WORDS_H
#define MAIL_PDF_WORDS_H

#include "mail/pdf_layout.h"

#include <poppler.h>

/* The quarter turns by which a text stands askew; 0: upright. */
#define PDF_TURNS 4

struct pdf_words {
    struct layout_word *v;
    size_t n;
    size_t room;
};

struct pdf_page {
    double width, height;
    struct pdf_words words[PDF_TURNS]; /* each turned upright */
    size_t glyphs;                     /* without blanks */
    size_t odd_glyphs;                 /* private use, replacement, controls */
};

/* The page's own text, its form fields and the annotations that are texts. */
void pdf_page_read(struct arena *arena, PopplerPage *page, struct pdf_page *page_r);
size_t pdf_page_count_words(const struct pdf_page *page);
/* Whether the text layer is glyphs without their letters: odd characters, or words that nobody
 * could speak. */
bool pdf_page_is_garbled(const struct pdf_page *page);
/* The share of the page that pictures cover, 0 to 1. */
double pdf_page_pictures(PopplerPage *page);

#endif
