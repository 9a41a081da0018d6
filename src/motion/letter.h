/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A letter: the text as lines with roles, and where its zones begin.
 *
 *     head      letterhead, address, place and date, heading lines (Antrag: ..., Betreff: ...)
 *     opening   salutation and the prose up to the first section
 *     sections  Beschlussvorschlag, Begruendung, and what else has a heading
 *     signing   behind the greeting, or the last blocks where nobody greets
 *
 * A letter may lack any of them.  Nothing here knows fields of a motion.
 */
#ifndef MOTION_LETTER_H
#define MOTION_LETTER_H

#include "motion/trace.h"

#include <stdbool.h>
#include <stddef.h>

/* More lines than the longest letter has; what follows is not read. */
#define LETTER_MAX_LINES 20000
/* A line longer than this is prose, whatever it begins with (bytes). */
#define LETTER_MAX_HEADING 400
/* How much of the opening's prose is searched (bytes). */
#define LETTER_MAX_OPENING 12000

enum line_role {
    LINE_PLAIN,
    LINE_SALUTATION,
    LINE_CLOSING,
    LINE_RESOLUTION, /* Beschlussvorschlag: */
    LINE_REASONING,  /* Begruendung: */
    LINE_OTHER,      /* Finanzielle Auswirkungen: */
    LINE_DECIDES,    /* Der Rat moege beschliessen: */
    LINE_QUESTIONS,  /* Wir fragen daher die Verwaltung: */
    LINE_ASKS,       /* Wir beantragen daher: */
    LINE_REPLACES,   /* Neufassung, ersetzt A/2026/0001 */
    LINE_LABEL,      /* Antrag ..., alone or with more */
    LINE_SUBJECT,    /* Betreff: ... */
    LINE_DATE,       /* Lindhoevel, den 09.02.2026 */
};

struct line {
    const char *text; /* blanks squeezed */
    const char *raw;  /* as it came, for its columns */
    const char *rest; /* of a heading: what follows it in the same line, or "" */
    enum line_role role;
    bool gap; /* a blank line, or a page's end, stands before it */
};

struct range {
    size_t begin;
    size_t end;
};

struct letter {
    struct arena *arena;
    struct trace *trace;
    struct line *lines;
    size_t n;
    const char *subject;  /* of the mail, if its words may count; or NULL */
    const char *answered; /* subject of the answer that it is, or NULL */
    struct day mailed;    /* the mail's own day, or DAY_NONE */
    const char *replaces; /* the line that says what it replaces, or NULL */
    size_t salutation;    /* n: there is none */
    struct range head;
    struct range opening;
    size_t asked; /* what is asked for below "folgenden Antrag:"; sections.end: no such line */
    struct range sections; /* from the first section's heading to the signing */
    struct range signing;
};

/* A piece of a line between wide gaps. */
struct cell {
    const char *text;
    size_t column; /* in characters */
};
#define LINE_CELLS 6
/* Cells of one column begin within so many characters. */
#define CELL_SLACK 4
bool cells_align(const struct cell *a, const struct cell *b);

/* All strings of the letter are traced; so should be what becomes a value. */
struct letter *letter_read(struct trace *trace, const char *text);

size_t line_cells(struct trace *trace, const struct line *line, struct cell cells_r[LINE_CELLS]);

/* Below the signatures: "Anlagen", "Nachrichtlich: ...", a disclaimer. */
bool line_ends_signing(const struct line *line);

/* Lines as flowing text: wrapped lines joined, hyphens at line ends resolved, LF where a list item
 * or paragraph begins. */
char *letter_join(const struct letter *letter, struct range range);
/* One line more to a paragraph, which begins at that offset of the splice. */
void letter_join_line(struct splice *splice, size_t paragraph, const char *line);
/* Where the block (no gap inside) that begins at i ends, at most at end. */
size_t letter_block_end(const struct letter *letter, size_t i, size_t end);
/* letter->asked, of a letter whose opening and sections begin where they are known to. */
size_t letter_find_asked(const struct letter *letter);

#endif
