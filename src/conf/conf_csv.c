/* SPDX-License-Identifier: EUPL-1.2 */
/* CSV as RFC 4180 has it: commas, quotes doubled within quotes, line ends also bare LF. */
#include "conf/conf_tree.h"

#include <string.h>

struct csv {
    struct conf_reader *reader;
    const char *at;
    const char *end;
    struct conf_place place; /* of at */
};

static bool is_line_end(const struct csv *csv)
{
    return csv->at == csv->end || *csv->at == '\n' ||
           (*csv->at == '\r' && csv->at + 1 < csv->end && csv->at[1] == '\n');
}

/* Behind the opening quote, to behind the closing one. */
static void read_quoted(struct csv *csv, struct text *field)
{
    struct conf_place start = csv->place;

    for (; csv->at < csv->end; csv->at++) {
        if (*csv->at == '"' && (csv->at + 1 == csv->end || csv->at[1] != '"')) {
            csv->at++;
            return;
        }
        csv->at += *csv->at == '"';
        csv->place.line += *csv->at == '\n';
        text_add_char(field, *csv->at);
    }
    conf_mistake_add(csv->reader, start, "a quotation mark is not closed; add a \"");
}

static const char *read_field(struct csv *csv)
{
    struct text field;

    text_init(&field, csv->reader->scratch);
    if (csv->at < csv->end && *csv->at == '"') {
        csv->at++;
        read_quoted(csv, &field);
        if (csv->at < csv->end && *csv->at != ',' && !is_line_end(csv))
            conf_mistake_add(csv->reader, csv->place,
                             "something stands behind a closing quotation mark; put a comma "
                             "there, or write quotation marks in a quoted field twice");
    }
    while (csv->at < csv->end && *csv->at != ',' && !is_line_end(csv)) {
        if (*csv->at == '"' && field.len > 0)
            conf_mistake_add(csv->reader, csv->place,
                             "a quotation mark in a field without quotes; put the field in "
                             "quotes and write the mark twice");
        text_add_char(&field, *csv->at++);
    }
    return text_trim(csv->reader->scratch, field.s);
}

static void skip_line_end(struct csv *csv)
{
    if (csv->at < csv->end && *csv->at == '\r')
        csv->at++;
    if (csv->at < csv->end && *csv->at == '\n') {
        csv->at++;
        csv->place.line++;
    }
}

static void read_row(struct csv *csv, struct conf_row *row)
{
    *row = (struct conf_row){.place = csv->place};
    for (;;) {
        texts_add(&row->fields, csv->reader->scratch, read_field(csv));
        if (csv->at == csv->end || *csv->at != ',')
            break;
        csv->at++;
    }
    skip_line_end(csv);
}

static bool is_empty_row(const struct conf_row *row)
{
    return row->fields.n == 1 && row->fields.v[0][0] == '\0';
}

static void add_row(struct conf_reader *reader, struct conf_rows *rows, const struct conf_row *row)
{
    if (rows->n == rows->size) {
        size_t size = rows->size * 2 + 16;

        rows->v = arena_grow(reader->scratch, rows->v, rows->n, size, sizeof(*row));
        rows->size = size;
    }
    rows->v[rows->n++] = *row;
}

/* Where the text ceases to be one. */
static uint32_t line_of_first_bad_byte(const char *bytes, size_t n)
{
    uint32_t line = 1;

    for (size_t i = 0; i < n;) {
        size_t length = strcspn(bytes + i, "\n");

        if (i + length >= n || bytes[i + length] == '\0' || !text_is_utf8(bytes + i, length))
            return line;
        i += length + 1;
        line++;
    }
    return line;
}

bool conf_csv_read(struct conf_reader *reader, uint32_t file, const char *bytes, size_t n,
                   struct conf_rows *rows_r)
{
    struct csv csv = {.reader = reader, .at = bytes, .end = bytes + n, .place = {file, 1}};
    size_t mistakes = reader->mistake_count;

    *rows_r = (struct conf_rows){0};
    if (!text_is_utf8(bytes, n) || memchr(bytes, '\0', n) != NULL) {
        csv.place.line = line_of_first_bad_byte(bytes, n);
        conf_mistake_add(reader, csv.place, "is no UTF-8 text; save the table as CSV in UTF-8");
        return false;
    }
    if (n >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0)
        csv.at += 3; /* spreadsheets mark UTF-8 so */
    while (csv.at < csv.end) {
        struct conf_row row;

        read_row(&csv, &row);
        if (is_empty_row(&row))
            continue;
        add_row(reader, rows_r, &row);
    }
    return reader->mistake_count == mistakes;
}
