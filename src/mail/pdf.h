/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * PDF.  Poppler is seen by pdf*.c only; it runs on bytes in memory and gets no file, not even a
 * font.
 *
 * The text is what a person would read: the lines in pdf_layout.h's order, a form feed where a page
 * ends, what was filled into form fields and typed over the page in its place; headers, footers and
 * page numbers that repeat stand once.  Files within a PDF are read, too.
 *
 * Where OCR is on (ocr.h), pages without a text of their own are drawn and read off; nothing else
 * is drawn.
 *
 * A file has no text (PART_IMAGE) where its pages are pictures, a stamp's few words over them
 * included, or where its text is glyphs that have lost their letters; then the defect
 * "garbled-text" says so.
 */
#ifndef MAIL_PDF_H
#define MAIL_PDF_H

#include "mail/documents.h"

#define PDF_MAX_PAGES 200
/* Seconds of the processor for all PDFs of one mail. */
#define PDF_MAX_SECONDS 4

void pdf_preload(void);
void pdf_convert(struct documents *documents, const struct document_file *file);

#endif
