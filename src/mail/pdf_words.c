/* SPDX-License-Identifier: EUPL-1.2 */
#include "mail/pdf_words.h"

#include "base/text.h"

#include <math.h>
#include <string.h>

#define SOFT_HYPHEN 0xAD

/* ---- characters ------------------------------------------------------------------------------ */

/* What a glyph is to a reader where that is not itself; "" drops it. */
static const struct {
    gunichar c;
    const char *text;
} glyphs[] = {
    {0x2010, "-"},   {0x2011, "-"},   {0x200B, ""},   {0x200C, ""},   {0x200D, ""},
    {0x2060, ""},    {0xFEFF, ""},    {0xFB00, "ff"}, {0xFB01, "fi"}, {0xFB02, "fl"},
    {0xFB03, "ffi"}, {0xFB04, "ffl"}, {0xFB05, "st"}, {0xFB06, "st"},
};

static bool is_private(gunichar c)
{
    return (c >= 0xE000 && c <= 0xF8FF) || c >= 0xF0000;
}

static bool is_odd(gunichar c)
{
    return is_private(c) || c == 0xFFFD || c < 0x20 || (c >= 0x7F && c < 0xA0);
}

static bool is_blank(gunichar c)
{
    return c == ' ' || (c >= '\t' && c <= '\r') || g_unichar_isspace(c);
}

static void add_glyph(struct text *text, gunichar c)
{
    char utf8[8];
    for (size_t i = 0; i < sizeof glyphs / sizeof *glyphs; i++)
        if (glyphs[i].c == c) {
            text_add(text, glyphs[i].text);
            return;
        }
    if (!is_odd(c))
        text_add_bytes(text, utf8, (size_t)g_unichar_to_utf8(c, utf8));
}

/* Symbol fonts have their bullets and arrows in the private range. */
static void add_symbol(struct text *text, gunichar c)
{
    if (is_private(c) && text->len == 0)
        text_add(text, "\u2022");
}

/* ---- words ----------------------------------------------------------------------------------- */

struct glyph {
    gunichar c;
    struct layout_box box;
};

static void add_word(struct arena *arena, struct pdf_words *words, const char *text,
                     struct layout_box box)
{
    if (*text == '\0' || words->n > LAYOUT_MAX_WORDS)
        return;
    if (words->n == words->room) {
        words->room = words->room ? 2 * words->room : 128;
        words->v = arena_grow(arena, words->v, words->n, words->room, sizeof *words->v);
    }
    words->v[words->n++] = (struct layout_word){text, box};
}

/* In which direction a word's glyphs follow each other; one glyph alone says nothing. */
static size_t find_turn(const struct glyph *v, size_t n, size_t before)
{
    const struct layout_box *a = &v[0].box, *b = &v[n - 1].box;
    if (n < 2)
        return before;
    double x = (b->x0 + b->x1 - a->x0 - a->x1) / 2, y = (b->y0 + b->y1 - a->y0 - a->y1) / 2;
    if (fabs(x) >= fabs(y))
        return x >= 0 ? 0 : 2;
    return y < 0 ? 1 : 3;
}

/* Turned clockwise, so that the text stands upright. */
static struct layout_box turn_box(const struct pdf_page *page, struct layout_box box, size_t turn)
{
    double w = page->width, h = page->height;
    switch (turn) {
    case 1:
        return (struct layout_box){h - box.y1, box.x0, h - box.y0, box.x1};
    case 2:
        return (struct layout_box){w - box.x1, h - box.y1, w - box.x0, h - box.y0};
    case 3:
        return (struct layout_box){box.y0, w - box.x1, box.y1, w - box.x0};
    default:
        return box;
    }
}

static void end_word(struct arena *arena, struct pdf_page *page, const struct glyph *v, size_t n,
                     size_t *turn)
{
    struct text text;
    struct layout_box box = v[0].box;
    text_init(&text, arena);
    for (size_t i = 0; i < n; i++) {
        /* within a word it marks where it might be parted, at its end where it is */
        if (v[i].c != SOFT_HYPHEN || i + 1 == n)
            add_glyph(&text, v[i].c);
        box.x0 = fmin(box.x0, v[i].box.x0);
        box.y0 = fmin(box.y0, v[i].box.y0);
        box.x1 = fmax(box.x1, v[i].box.x1);
        box.y1 = fmax(box.y1, v[i].box.y1);
        page->odd_glyphs += is_odd(v[i].c);
    }
    page->glyphs += n;
    add_symbol(&text, v[0].c);
    *turn = find_turn(v, n, *turn);
    add_word(arena, &page->words[*turn], text.s, turn_box(page, box, *turn));
}

/* Where words lie far apart, poppler puts no blank between them. */
static bool is_apart(const struct layout_box *a, const struct layout_box *b)
{
    double em = 0.85 * fmax(a->x1 - a->x0, a->y1 - a->y0);
    double x = fmax(b->x0 - a->x1, a->x0 - b->x1), y = fmax(b->y0 - a->y1, a->y0 - b->y1);
    return fmax(x, y) > 0.6 * em;
}

static void read_glyphs(struct arena *arena, struct pdf_page *page, const char *s,
                        const PopplerRectangle *boxes, size_t count)
{
    size_t n = 0, turn = 0;
    struct glyph *word = arena_array(arena, count + 1, sizeof *word);
    for (size_t i = 0; i < count && *s; i++, s += g_utf8_skip[(unsigned char)*s]) {
        struct glyph glyph = {g_utf8_get_char(s),
                              {boxes[i].x1, boxes[i].y1, boxes[i].x2, boxes[i].y2}};
        bool blank = is_blank(glyph.c);
        if (n > 0 && (blank || is_apart(&word[n - 1].box, &glyph.box))) {
            end_word(arena, page, word, n, &turn);
            n = 0;
        }
        if (!blank)
            word[n++] = glyph;
    }
    if (n > 0)
        end_word(arena, page, word, n, &turn);
}

/* ---- what was filled in or typed over the page ----------------------------------------------- */

#define TYPED_HEIGHT 12.0 /* points of a line */
#define TYPED_WIDTH 5.5   /* of a character */

/* Words laid out within their area as a form would. */
static void add_typed(struct arena *arena, struct pdf_page *page, const char *s,
                      const PopplerRectangle *area)
{
    double left = area->x1, x = left, y = page->height - area->y2, height = area->y2 - area->y1;
    if (height < 2 * TYPED_HEIGHT)
        y += (height - TYPED_HEIGHT) / 2;
    while (*s) {
        size_t n = strcspn(s, " \t\r\n");
        double width = TYPED_WIDTH * (double)g_utf8_strlen(s, (gssize)n);
        if (x > left && x + width > area->x2) {
            x = left;
            y += TYPED_HEIGHT;
        }
        add_word(arena, &page->words[0], arena_strndup(arena, s, n),
                 (struct layout_box){x, y, x + width, y + TYPED_HEIGHT});
        x += width + TYPED_WIDTH / 2;
        s += n;
        for (; *s && strchr(" \t\r\n", *s); s++)
            if (*s == '\n' || (*s == '\r' && s[1] != '\n')) {
                x = left;
                y += TYPED_HEIGHT;
            }
    }
}

static char *chosen_item(PopplerFormField *field)
{
    int n = poppler_form_field_choice_get_n_items(field);
    for (int i = 0; i < n; i++)
        if (poppler_form_field_choice_is_item_selected(field, i))
            return poppler_form_field_choice_get_item(field, i);
    return poppler_form_field_choice_is_editable(field) ? poppler_form_field_choice_get_text(field)
                                                        : NULL;
}

static char *field_text(PopplerFormField *field)
{
    PopplerFormFieldType type = poppler_form_field_get_field_type(field);
    if (type == POPPLER_FORM_FIELD_TEXT && !poppler_form_field_text_is_password(field))
        return poppler_form_field_text_get_text(field);
    return type == POPPLER_FORM_FIELD_CHOICE ? chosen_item(field) : NULL;
}

static void read_fields(struct arena *arena, PopplerPage *page, struct pdf_page *page_r)
{
    GList *fields = poppler_page_get_form_field_mapping(page);
    for (GList *l = fields; l; l = l->next) {
        PopplerFormFieldMapping *mapping = l->data;
        char *text = field_text(mapping->field);
        if (text)
            add_typed(arena, page_r, text, &mapping->area);
        g_free(text);
    }
    poppler_page_free_form_field_mapping(fields);
}

static void read_annotations(struct arena *arena, PopplerPage *page, struct pdf_page *page_r)
{
    GList *annots = poppler_page_get_annot_mapping(page);
    for (GList *l = annots; l; l = l->next) {
        PopplerAnnotMapping *mapping = l->data;
        PopplerAnnotFlag hidden = POPPLER_ANNOT_FLAG_HIDDEN | POPPLER_ANNOT_FLAG_NO_VIEW;
        if (poppler_annot_get_annot_type(mapping->annot) != POPPLER_ANNOT_FREE_TEXT ||
            (poppler_annot_get_flags(mapping->annot) & hidden))
            continue;
        char *text = poppler_annot_get_contents(mapping->annot);
        if (text)
            add_typed(arena, page_r, text, &mapping->area);
        g_free(text);
    }
    poppler_page_free_annot_mapping(annots);
}

void pdf_page_read(struct arena *arena, PopplerPage *page, struct pdf_page *page_r)
{
    PopplerRectangle *boxes = NULL;
    guint n = 0;
    *page_r = (struct pdf_page){.glyphs = 0};
    poppler_page_get_size(page, &page_r->width, &page_r->height);
    char *text = poppler_page_get_text(page);
    if (text && poppler_page_get_text_layout(page, &boxes, &n))
        read_glyphs(arena, page_r, text, boxes, n);
    g_free(boxes);
    g_free(text);
    read_fields(arena, page, page_r);
    read_annotations(arena, page, page_r);
}

/* ---- what kind of page it is ----------------------------------------------------------------- */

size_t pdf_page_count_words(const struct pdf_page *page)
{
    size_t n = 0;
    for (size_t turn = 0; turn < PDF_TURNS; turn++)
        n += page->words[turn].n;
    return n;
}

/* Nothing is said of numbers and short words.  Letters of other alphabets count as spoken. */
enum sound { SOUND_NONE, SOUND_SPOKEN, SOUND_NOISE };

#define LONGEST_CONSONANTS 9 /* "Angstschweiss" has eight */

static enum sound word_sound(const char *s)
{
    size_t letters = 0, vowels = 0, run = 0, others = 0;
    for (; *s; s += g_utf8_skip[(unsigned char)*s]) {
        gunichar c = g_unichar_tolower(g_utf8_get_char(s));
        bool vowel = c > 0x7F ? g_unichar_isalpha(c) : c && strchr("aeiouy", (int)c) != NULL;
        letters += g_unichar_isalpha(c) != 0;
        others += !g_unichar_isalnum(c) && !strchr("-.,;:!?()/*\"'", (int)(c < 0x80 ? c : '-'));
        vowels += vowel;
        run = vowel ? 0 : run + 1;
        if (run > LONGEST_CONSONANTS)
            return letters > LONGEST_CONSONANTS ? SOUND_NOISE : SOUND_NONE;
    }
    if (letters + others < 4)
        return SOUND_NONE;
    return vowels > 0 && others < letters ? SOUND_SPOKEN : SOUND_NOISE;
}

#define GARBLED_MIN_WORDS 12

bool pdf_page_is_garbled(const struct pdf_page *page)
{
    size_t spoken = 0, noise = 0;
    if (page->glyphs >= 40 && 4 * page->odd_glyphs > page->glyphs)
        return true;
    for (size_t turn = 0; turn < PDF_TURNS; turn++)
        for (size_t i = 0; i < page->words[turn].n; i++) {
            enum sound sound = word_sound(page->words[turn].v[i].text);
            spoken += sound == SOUND_SPOKEN;
            noise += sound == SOUND_NOISE;
        }
    return spoken + noise >= GARBLED_MIN_WORDS && noise > spoken;
}

double pdf_page_pictures(PopplerPage *page)
{
    double width, height, area = 0;
    GList *pictures = poppler_page_get_image_mapping(page);
    poppler_page_get_size(page, &width, &height);
    for (GList *l = pictures; l; l = l->next) {
        const PopplerRectangle *box = &((PopplerImageMapping *)l->data)->area;
        double w = fmin(box->x2, width) - fmax(box->x1, 0);
        double h = fmin(box->y2, height) - fmax(box->y1, 0);
        area += w > 0 && h > 0 ? w * h : 0;
    }
    poppler_page_free_image_mapping(pictures);
    return width > 0 && height > 0 ? fmin(area / (width * height), 1) : 0;
}
