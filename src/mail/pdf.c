/* SPDX-License-Identifier: EUPL-1.2 */
#include "mail/pdf.h"

#include "mail/inside.h"
#include "mail/ocr.h"
#include "mail/pdf_stream.h"
#include "mail/pdf_words.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

/* A page of a letter has more words than the stamp on a scan. */
#define STAMP_MAX_WORDS 25
#define SCAN_MIN_PICTURE 0.5   /* of the page */
#define SCAN_SURE_PICTURE 0.85 /* with text over it: a copier has recognized it */

enum page_kind {
    PAGE_EMPTY,
    PAGE_TEXT,
    PAGE_SCANNED_TEXT, /* recognized by the copier */
    PAGE_PICTURE,
    PAGE_GARBLED,
};
#define PAGE_KINDS (PAGE_GARBLED + 1)

struct page_lines {
    double height;
    struct layout_lines lines;
};

/* One PDF while it is read. */
struct pdf {
    struct documents *documents;
    struct arena *arena;
    GInputStream *stream;
    PopplerDocument *document;
    struct page_lines *pages; /* those with text */
    size_t n;
    size_t size; /* bytes of their text */
    size_t kinds[PAGE_KINDS];
    bool is_ocr;   /* some page was read off a picture */
    GList *pinned; /* files that annotations hold, the last first */
};

/* ---- lines that belong to the paper, not to the letter --------------------------------------- */

/* Of the page's height: headers above, footers below; an address stands between. */
#define HEADER_ZONE 0.2
#define ADDRESS_ZONE 0.4
#define FOOTER_ZONE 0.85

/* Numbers count as equal: those of pages are not. */
static bool same_but_numbers(const char *a, const char *b)
{
    while (*a || *b) {
        bool digit_a = isdigit((unsigned char)*a), digit_b = isdigit((unsigned char)*b);
        if (digit_a != digit_b || (!digit_a && *a != *b))
            return false;
        a += digit_a ? strspn(a, "0123456789") : 1;
        b += digit_b ? strspn(b, "0123456789") : 1;
    }
    return true;
}

static bool same_place(const struct layout_box *a, const struct layout_box *b)
{
    return fabs(a->y0 - b->y0) < 3 && (fabs(a->x0 - b->x0) < 3 || fabs(a->x1 - b->x1) < 3 ||
                                       fabs(a->x0 + a->x1 - b->x0 - b->x1) < 6);
}

static bool has_line(const struct page_lines *page, const struct layout_line *line)
{
    for (size_t i = 0; i < page->lines.n; i++)
        if (same_place(&page->lines.v[i].box, &line->box) &&
            same_but_numbers(page->lines.v[i].text, line->text))
            return true;
    return false;
}

static bool is_header(const struct page_lines *page, const struct layout_line *line)
{
    return line->box.y1 < HEADER_ZONE * page->height;
}

static bool is_footer(const struct page_lines *page, const struct layout_line *line)
{
    return line->box.y0 > FOOTER_ZONE * page->height;
}

/* A page that has the first one's address is not its second: its letterhead is its own. */
static bool begins_letter(const struct pdf *pdf, size_t i)
{
    const struct page_lines *page = &pdf->pages[i];
    for (size_t k = 0; i > 0 && k < page->lines.n; k++) {
        const struct layout_line *line = &page->lines.v[k];
        if (!is_header(page, line) && line->box.y1 < ADDRESS_ZONE * page->height &&
            has_line(&pdf->pages[0], line))
            return true;
    }
    return i == 0;
}

static bool has_letters(const char *s)
{
    for (; *s; s += g_utf8_skip[(unsigned char)*s])
        if (g_unichar_isalpha(g_utf8_get_char(s)))
            return true;
    return false;
}

/* A header stands on the first page only, a footer on the last, a bare number nowhere. */
static bool repeats(const struct pdf *pdf, size_t i, const struct layout_line *line, bool begins)
{
    const struct page_lines *page = &pdf->pages[i];
    bool header = is_header(page, line), footer = is_footer(page, line);
    if (!header && !footer)
        return false;
    bool before = i > 0 && (has_line(&pdf->pages[i - 1], line) || has_line(&pdf->pages[0], line));
    bool after = i + 1 < pdf->n && has_line(&pdf->pages[i + 1], line);
    if (!has_letters(line->text))
        return before || after;
    return header ? before && !begins : after;
}

/* ---- text ------------------------------------------------------------------------------------ */

static bool ends_paragraph(const char *s)
{
    size_t n = strlen(s);
    return n == 0 || strchr(".:;!?)\n", s[n - 1]) != NULL;
}

static void add_page(const struct pdf *pdf, size_t i, struct text *text)
{
    const struct layout_lines *lines = &pdf->pages[i].lines;
    bool begins = begins_letter(pdf, i), gap = false, first = true;
    for (size_t k = 0; k < lines->n; k++) {
        const struct layout_line *line = &lines->v[k];
        gap = gap || line->gap;
        if (repeats(pdf, i, line, begins))
            continue;
        if (!first)
            text_add(text, gap ? "\n\n" : "\n");
        text_add(text, line->text);
        first = gap = false;
    }
}

static void add_text(struct pdf *pdf)
{
    struct documents *documents = pdf->documents;
    struct text text;
    text_init(&text, pdf->arena);
    for (size_t i = 0; i < pdf->n; i++) {
        if (i > 0)
            text_add(&text, ends_paragraph(text.s) ? "\n\f" : "\f");
        add_page(pdf, i, &text);
    }
    size_t before = documents->n;
    documents_add(documents, text.s, text.len < MAIL_MAX_TEXT ? text.len : MAIL_MAX_TEXT);
    if (documents->n > before)
        documents->v[before].is_ocr = pdf->is_ocr || pdf->kinds[PAGE_SCANNED_TEXT] > 0;
}

/* ---- pages ----------------------------------------------------------------------------------- */

static enum page_kind judge_page(PopplerPage *page, const struct pdf_page *words)
{
    size_t n = pdf_page_count_words(words);
    double pictures = pdf_page_pictures(page);
    if (n == 0)
        return pictures > 0 ? PAGE_PICTURE : PAGE_EMPTY;
    if (n < STAMP_MAX_WORDS && pictures > SCAN_MIN_PICTURE)
        return PAGE_PICTURE;
    if (pdf_page_is_garbled(words))
        return PAGE_GARBLED;
    return pictures > SCAN_SURE_PICTURE ? PAGE_SCANNED_TEXT : PAGE_TEXT;
}

static void append_lines(struct arena *arena, struct layout_lines *lines,
                         const struct layout_lines *more)
{
    if (more->n == 0)
        return;
    lines->v = arena_grow(arena, lines->v, lines->n, lines->n + more->n, sizeof *lines->v);
    memcpy(lines->v + lines->n, more->v, more->n * sizeof *more->v);
    if (lines->n > 0)
        lines->v[lines->n].gap = true;
    lines->n += more->n;
}

/* The direction in which most is written comes first. */
static void lay_out(struct arena *arena, const struct pdf_page *words, struct page_lines *page)
{
    bool done[PDF_TURNS] = {false};
    for (size_t k = 0; k < PDF_TURNS; k++) {
        size_t best = PDF_TURNS;
        for (size_t turn = 0; turn < PDF_TURNS; turn++)
            if (!done[turn] && (best == PDF_TURNS || words->words[turn].n > words->words[best].n))
                best = turn;
        double height = best % 2 ? words->width : words->height;
        struct layout_lines lines;
        done[best] = true;
        layout_page(arena, words->words[best].v, words->words[best].n, height, &lines);
        append_lines(arena, &page->lines, &lines);
        page->height = k == 0 ? height : page->height;
    }
}

static void gather_pinned(struct pdf *pdf, PopplerPage *page)
{
    GList *annots = poppler_page_get_annot_mapping(page);
    for (GList *l = annots; l; l = l->next) {
        PopplerAnnot *annot = ((PopplerAnnotMapping *)l->data)->annot;
        if (poppler_annot_get_annot_type(annot) != POPPLER_ANNOT_FILE_ATTACHMENT)
            continue;
        PopplerAttachment *file =
            poppler_annot_file_attachment_get_attachment(POPPLER_ANNOT_FILE_ATTACHMENT(annot));
        if (file)
            pdf->pinned = g_list_prepend(pdf->pinned, file);
    }
    poppler_page_free_annot_mapping(annots);
}

/* What is left of a page when its words and boxes have gone. */
static void keep_lines(struct pdf *pdf, const struct page_lines *page)
{
    struct page_lines *kept = &pdf->pages[pdf->n++];
    *kept = *page;
    kept->lines.v = arena_array(pdf->arena, page->lines.n + 1, sizeof *kept->lines.v);
    for (size_t i = 0; i < page->lines.n; i++) {
        kept->lines.v[i] = page->lines.v[i];
        kept->lines.v[i].text = arena_strdup(pdf->arena, page->lines.v[i].text);
        pdf->size += strlen(page->lines.v[i].text);
    }
}

/* ---- pages that are pictures ---- */

#define DRAWN_DOTS 300        /* an inch */
#define DRAWN_MAX_PIXELS 12e6 /* A4 has 9 million */
#define POINTS_PER_INCH 72.0

/* Poppler tells standard error of every font that it has not: a mail could fill the log with it.
 * glibc lets stderr be set. */
static void render_silently(PopplerPage *page, cairo_t *cairo)
{
    FILE *kept = stderr, *nowhere = fmemopen(NULL, 1, "w");
    if (nowhere)
        stderr = nowhere;
    poppler_page_render(page, cairo);
    stderr = kept;
    if (nowhere)
        fclose(nowhere);
}

/* Drawn as grey, a byte a pixel; NULL where cairo has no room.  Of xRGB the green says enough. */
static unsigned char *draw_page(struct arena *arena, PopplerPage *page, int width, int height,
                                double scale)
{
    unsigned char *grey = NULL;
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height);
    cairo_t *cairo = cairo_create(surface);
    cairo_set_source_rgb(cairo, 1, 1, 1);
    cairo_paint(cairo);
    cairo_scale(cairo, scale, scale);
    render_silently(page, cairo);
    cairo_surface_flush(surface);
    const unsigned char *pixels = cairo_image_surface_get_data(surface);
    size_t stride = (size_t)cairo_image_surface_get_stride(surface);
    if (cairo_status(cairo) == CAIRO_STATUS_SUCCESS && pixels) {
        grey = arena_alloc(arena, (size_t)width * (size_t)height);
        for (size_t y = 0; y < (size_t)height; y++)
            for (size_t x = 0; x < (size_t)width; x++)
                grey[y * (size_t)width + x] = pixels[y * stride + 4 * x + 1];
    }
    cairo_destroy(cairo);
    cairo_surface_destroy(surface);
    return grey;
}

static char *recognize_page(struct pdf *pdf, struct arena *arena, PopplerPage *page)
{
    char *text = NULL;
    struct reader *reader = pdf->documents->reader;
    double w, h, scale = DRAWN_DOTS / POINTS_PER_INCH;
    double seconds = OCR_MAX_SECONDS - reader->ocr_seconds;
    poppler_page_get_size(page, &w, &h);
    if (w < 1 || h < 1 || w * h > 1e8)
        return NULL;
    scale = fmin(scale, sqrt(DRAWN_MAX_PIXELS / (w * h)));
    int width = (int)(w * scale), height = (int)(h * scale);
    unsigned char *grey = width > 0 && height > 0 && seconds > 0
                              ? draw_page(arena, page, width, height, scale)
                              : NULL;
    if (!grey)
        return NULL;
    enum ocr_result result = ocr_read_pixels(arena, grey, width, height,
                                             (int)(scale * POINTS_PER_INCH), &seconds, &text);
    reader->ocr_seconds = OCR_MAX_SECONDS - seconds;
    ocr_note(reader, result);
    return result == OCR_TEXT ? text : NULL;
}

/* What was recognized, as the one line of a page; its line ends are tesseract's. */
static bool read_picture(struct pdf *pdf, struct arena *arena, PopplerPage *page)
{
    char *text = ocr_is_on() ? recognize_page(pdf, arena, page) : NULL;
    if (!text)
        return false;
    struct layout_line line = {.text = text_trim(arena, text)};
    struct page_lines lines = {.lines = {&line, 1}};
    keep_lines(pdf, &lines);
    pdf->is_ocr = true;
    return true;
}

static void read_page(struct pdf *pdf, int i)
{
    struct pdf_page words;
    struct page_lines lines = {0};
    struct arena *arena = arena_new();
    PopplerPage *page = poppler_document_get_page(pdf->document, i);
    if (page) {
        pdf_page_read(arena, page, &words);
        enum page_kind kind = judge_page(page, &words);
        if ((kind == PAGE_PICTURE || kind == PAGE_GARBLED) && read_picture(pdf, arena, page))
            kind = PAGE_EMPTY; /* nothing more to be said of it */
        pdf->kinds[kind]++;
        if (kind == PAGE_TEXT || kind == PAGE_SCANNED_TEXT) {
            lay_out(arena, &words, &lines);
            keep_lines(pdf, &lines);
        }
        gather_pinned(pdf, page);
        g_object_unref(page);
    }
    arena_free(arena);
}

/* False: the rest is not read. */
static bool goes_on(const struct pdf *pdf)
{
    if (pdf->size > MAIL_MAX_TEXT)
        documents_defect(pdf->documents, "too-much-text");
    return pdf->size <= MAIL_MAX_TEXT && !pdf_stream_is_dry(pdf->stream);
}

static void read_pages(struct pdf *pdf)
{
    int count = poppler_document_get_n_pages(pdf->document);
    pdf->pages = arena_array(pdf->arena, PDF_MAX_PAGES, sizeof *pdf->pages);
    if (count > PDF_MAX_PAGES)
        documents_defect(pdf->documents, "too-many-pages");
    for (int i = 0; i < count && i < PDF_MAX_PAGES && goes_on(pdf); i++)
        read_page(pdf, i);
    if (pdf->kinds[PAGE_GARBLED] > 0)
        documents_defect(pdf->documents, "garbled-text");
    if (pdf->n > 0 && pdf->kinds[PAGE_PICTURE] > 0)
        documents_defect(pdf->documents, "pages-without-text");
    if (pdf->n > 0)
        add_text(pdf);
    else
        documents_fail(pdf->documents,
                       pdf_stream_is_dry(pdf->stream) ? PART_TOO_LARGE : PART_IMAGE);
}

/* ---- files within ---------------------------------------------------------------------------- */

struct basket {
    struct documents *documents;
    GByteArray *bytes;
};

static gboolean take_bytes(const gchar *bytes, gsize n, gpointer data, GError **error)
{
    struct basket *basket = data;
    if (!documents_claim(basket->documents, n)) {
        g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, "too much");
        return FALSE;
    }
    g_byte_array_append(basket->bytes, (const guint8 *)bytes, (guint)n);
    return TRUE;
}

static void read_attachment(struct pdf *pdf, PopplerAttachment *attachment)
{
    struct basket basket = {pdf->documents, g_byte_array_new()};
    if (poppler_attachment_save_to_callback(attachment, take_bytes, &basket, NULL) &&
        basket.bytes->len > 0) {
        struct document_file file = {.name = poppler_attachment_get_name(attachment),
                                     .bytes = (const char *)basket.bytes->data,
                                     .n = basket.bytes->len};
        documents_read(pdf->documents, &file);
    }
    g_byte_array_free(basket.bytes, TRUE);
}

static void read_attachments(struct pdf *pdf)
{
    GList *files = poppler_document_has_attachments(pdf->document)
                       ? poppler_document_get_attachments(pdf->document)
                       : NULL;
    files = g_list_concat(files, g_list_reverse(pdf->pinned));
    for (GList *l = files; l; l = l->next)
        read_attachment(pdf, l->data);
    g_list_free_full(files, g_object_unref);
}

/* ---- the file -------------------------------------------------------------------------------- */

static void read_document(struct pdf *pdf, size_t n)
{
    GError *error = NULL;
    pdf->document = poppler_document_new_from_stream(pdf->stream, (goffset)n, NULL, NULL, &error);
    if (!pdf->document) {
        bool locked = g_error_matches(error, POPPLER_ERROR, POPPLER_ERROR_ENCRYPTED);
        documents_fail(pdf->documents, locked ? PART_ENCRYPTED : PART_UNREADABLE);
        g_clear_error(&error);
        return;
    }
    read_pages(pdf);
    read_attachments(pdf);
    g_object_unref(pdf->document);
}

void pdf_convert(struct documents *documents, const struct document_file *file)
{
    double *seconds = &documents->reader->pdf_seconds;
    double begin = pdf_seconds_used();
    struct pdf pdf = {.documents = documents, .arena = documents->arena};
    pdf.stream = pdf_stream_new(file->bytes, file->n, begin + PDF_MAX_SECONDS - *seconds);
    read_document(&pdf, file->n);
    if (pdf_stream_is_dry(pdf.stream))
        documents_defect(documents, "too-slow");
    g_object_unref(pdf.stream);
    *seconds += pdf_seconds_used() - begin;
}

/* ---- before the process is locked ------------------------------------------------------------ */

static void be_silent(const gchar *domain, GLogLevelFlags level, const gchar *message,
                      gpointer data)
{
    (void)domain, (void)level, (void)message, (void)data;
}

/* A page with a word, in a font that poppler knows by heart; one behind that with a picture over
 * it, which is drawn where OCR is on. */
static const char rehearsal[] =
    "%PDF-1.4\n"
    "1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    "2 0 obj<</Type/Pages/Kids[3 0 R 6 0 R]/Count 2>>endobj\n"
    "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 4 0 R"
    "/Resources<</Font<</F 5 0 R>>>>>>endobj\n"
    "4 0 obj<</Length 27>>stream\nBT/F 9 Tf 9 9 Td(a)Tj ET   \nendstream endobj\n"
    "5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj\n"
    "6 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 7 0 R"
    "/Resources<</Font<</F 5 0 R>>/XObject<</I 8 0 R>>>>>>endobj\n"
    "7 0 obj<</Length 54>>stream\nq 99 0 0 99 0 0 cm/I Do Q BT/F 9 Tf 9 9 Td(a)Tj ET    "
    "\nendstream "
    "endobj\n"
    "8 0 obj<</Type/XObject/Subtype/Image/Width 1/Height 1/BitsPerComponent 8"
    "/ColorSpace/DeviceGray/Length 1>>stream\n~\nendstream endobj\n"
    "trailer<</Root 1 0 R>>\n";

/* What poppler sets up at first use, its tables and lists of directories, is so used once. */
void pdf_preload(void)
{
    struct arena *arena = arena_new();
    struct mail mail = {0};
    struct reader reader = {.arena = arena, .mail = &mail};
    struct documents documents;
    struct document_file file = {.bytes = rehearsal, .n = sizeof rehearsal - 1};
    g_log_set_handler("Poppler", G_LOG_LEVEL_MASK, be_silent, NULL);
    documents_init(&documents, &reader, "1", false);
    pdf_convert(&documents, &file);
    if (documents.state != PART_EXTRACTED)
        panic("pdf: poppler reads nothing");
    arena_free(arena);
}
