/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Errors: one idiom for the whole program.
 *
 * A function that can fail returns bool and takes a struct err * as its last argument.  False means
 * that *err_r says what went wrong, where, and what to do, in one line without a full stop; nothing
 * has been printed.  Whoever gives up prints it, once.  Three words for three cases:
 *
 *   panic()   our own mistake: says so and aborts
 *   fatal()   the environment does not let us run: says so and exits with the kind's sysexits code
 *   err_set() an ordinary failure, handed upward as a value
 *
 * Out of memory is a panic: after "commit before effect" it is one more crash that loses nothing.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdarg.h>
#include <stdbool.h>

/* what a caller can do about it; err_exit_code() gives the code of sysexits(3) */
enum err_kind {
    ERR_USAGE,         /* 64: wrong arguments */
    ERR_DATA,          /* 65: the input is wrong */
    ERR_NO_INPUT,      /* 66: no such input */
    ERR_UNAVAILABLE,   /* 69: a server or service does not answer or refuses */
    ERR_BUG,           /* 70 */
    ERR_CANNOT_CREATE, /* 73: an output cannot be written */
    ERR_TRY_AGAIN,     /* 75: may work later */
    ERR_PERMISSION,    /* 77: login refused, file mode, not allowed */
    ERR_CONFIG,        /* 78: the configuration */
};

struct err {
    enum err_kind kind;
    char text[512]; /* UTF-8, cut at a character if too long */
};

/* Both return false, so that a failing function ends with "return err_set(...)". */
bool err_set(struct err *err_r, enum err_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* As err_set, with ": " and the text of errno added. */
bool err_set_errno(struct err *err_r, enum err_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Puts "where: " before the text; returns false. */
bool err_add_where(struct err *err_r, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

int err_exit_code(enum err_kind kind);

_Noreturn void panic(const char *format, ...) __attribute__((format(printf, 1, 2)));
_Noreturn void fatal(const struct err *err);

#endif
