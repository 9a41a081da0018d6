/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/err.h"

#include "base/log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

/* Cuts a text that filled its buffer where its last whole UTF-8 character ends. */
static void cut_at_character(char *text, size_t size, int wanted)
{
    if (wanted < 0 || (size_t)wanted < size)
        return;
    size_t n = size - 1;
    size_t start = n;
    while (start > 0 && ((unsigned char)text[start - 1] & 0xC0) == 0x80)
        start--;
    if (start == 0)
        return;
    start--;
    unsigned char lead = (unsigned char)text[start];
    size_t need = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
    if (start + need > n)
        text[start] = '\0';
}

static void set_text(struct err *err, enum err_kind kind, const char *format, va_list args)
{
    err->kind = kind;
    int wanted = vsnprintf(err->text, sizeof err->text, format, args);
    cut_at_character(err->text, sizeof err->text, wanted);
}

bool err_set(struct err *err_r, enum err_kind kind, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    set_text(err_r, kind, format, args);
    va_end(args);
    return false;
}

bool err_set_errno(struct err *err_r, enum err_kind kind, const char *format, ...)
{
    int number = errno;
    va_list args;
    va_start(args, format);
    set_text(err_r, kind, format, args);
    va_end(args);

    char reason[128];
    const char *text = strerror_r(number, reason, sizeof reason);
    size_t len = strlen(err_r->text);
    int wanted = snprintf(err_r->text + len, sizeof err_r->text - len, ": %s", text);
    cut_at_character(err_r->text, sizeof err_r->text, wanted < 0 ? wanted : (int)len + wanted);
    errno = number;
    return false;
}

bool err_add_where(struct err *err_r, const char *format, ...)
{
    struct err where;
    va_list args;
    va_start(args, format);
    set_text(&where, err_r->kind, format, args);
    va_end(args);

    char old[sizeof err_r->text];
    memcpy(old, err_r->text, sizeof old);
    int wanted = snprintf(err_r->text, sizeof err_r->text, "%s: %s", where.text, old);
    cut_at_character(err_r->text, sizeof err_r->text, wanted);
    return false;
}

int err_exit_code(enum err_kind kind)
{
    switch (kind) {
    case ERR_USAGE:
        return EX_USAGE;
    case ERR_DATA:
        return EX_DATAERR;
    case ERR_NO_INPUT:
        return EX_NOINPUT;
    case ERR_UNAVAILABLE:
        return EX_UNAVAILABLE;
    case ERR_BUG:
        return EX_SOFTWARE;
    case ERR_CANNOT_CREATE:
        return EX_CANTCREAT;
    case ERR_TRY_AGAIN:
        return EX_TEMPFAIL;
    case ERR_PERMISSION:
        return EX_NOPERM;
    case ERR_CONFIG:
        return EX_CONFIG;
    }
    return EX_SOFTWARE;
}

void panic(const char *format, ...)
{
    struct err err;
    va_list args;
    va_start(args, format);
    set_text(&err, ERR_BUG, format, args);
    va_end(args);
    log_failure("panic", err.text);
    abort();
}

void fatal(const struct err *err)
{
    log_failure("fatal", err->text);
    exit(err_exit_code(err->kind));
}
