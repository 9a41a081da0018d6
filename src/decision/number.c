/* SPDX-License-Identifier: EUPL-1.2 */
#include "decision/number.h"

#include "base/err.h"
#include "base/text.h"

#define MAX_WIDTH 9

struct piece {
    char letter; /* 'n', 'Y', '%', or 0: a mistake */
    int width;   /* digits at least */
    const char *end;
};

/* The piece at a percent sign. */
static struct piece read_piece(const char *at)
{
    struct piece piece = {.width = 1};

    at++;
    if (*at >= '1' && *at <= '0' + MAX_WIDTH) {
        piece.width = *at++ - '0';
        piece.letter = *at == 'n' ? 'n' : '\0';
    } else if (*at == 'n' || *at == 'Y' || *at == '%') {
        piece.letter = *at;
    }
    piece.end = at + (*at != '\0');
    return piece;
}

bool number_format_is_valid(const char *format)
{
    int counters = 0, years = 0;

    if (text_has_control(format))
        return false;
    while (*format != '\0') {
        struct piece piece;

        if (*format != '%') {
            format++;
            continue;
        }
        piece = read_piece(format);
        if (piece.letter == '\0')
            return false;
        counters += piece.letter == 'n';
        years += piece.letter == 'Y';
        format = piece.end;
    }
    return counters == 1 && years >= 1;
}

static void add_piece(struct text *text, const struct piece *piece, int year, int counter)
{
    if (piece->letter == 'n')
        text_addf(text, "%0*d", piece->width, counter);
    else if (piece->letter == 'Y')
        text_addf(text, "%04d", year);
    else
        text_add_char(text, '%');
}

char *number_format(struct arena *arena, const char *format, int year, int counter)
{
    struct text text;

    if (!number_format_is_valid(format))
        panic("number: the format \"%s\" was not checked", format);
    text_init(&text, arena);
    while (*format != '\0') {
        if (*format == '%') {
            struct piece piece = read_piece(format);

            add_piece(&text, &piece, year, counter);
            format = piece.end;
        } else {
            text_add_char(&text, *format++);
        }
    }
    return text.s;
}
