/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/log.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <unistr.h>

#define LINE_SIZE 4096 /* PIPE_BUF: what a pipe takes in one piece */
#define VALUE_MAX 1024 /* bytes of one value before escaping; the rest gives "…" */
#define END_ROOM 16    /* for " cut=yes" and the line feed */

/* Set once at the start, before there is a second thread. */
static struct {
    const char *role;
    enum log_level level;
    bool opened;
    bool journal;
    bool syslog;
    int also; /* -1: none */
} state = {.level = LOG_INFO, .also = -1};

struct line {
    size_t n;
    bool cut;
    char s[LINE_SIZE];
};

/* JOURNAL_STREAM names the device and inode of what journald reads; a program started from a
 * service with its error stream elsewhere has inherited the variable only (systemd.exec(5)). */
static bool journal_reads(int fd)
{
    const char *s = getenv("JOURNAL_STREAM");
    uintmax_t device, inode;
    struct stat st;
    return s != NULL && sscanf(s, "%" SCNuMAX ":%" SCNuMAX, &device, &inode) == 2 &&
           fstat(fd, &st) == 0 && st.st_dev == device && st.st_ino == inode;
}

static bool is_datagram_socket(int fd)
{
    int type = 0;
    socklen_t size = sizeof type;
    return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_DGRAM;
}

void log_also_to(int fd)
{
    state.also = fd;
}

void log_open(const char *role, enum log_level level)
{
    state.role = role;
    state.level = level;
    state.opened = true;
    state.journal = journal_reads(STDERR_FILENO);
    state.syslog = is_datagram_socket(STDERR_FILENO);
    if (state.syslog)
        tzset(); /* reads a file, which a sandbox may not */
}

static const char *level_name(enum log_level level)
{
    switch (level) {
    case LOG_ERROR:
        return "error";
    case LOG_WARN:
        return "warn";
    case LOG_INFO:
        return "info";
    case LOG_DEBUG:
        return "debug";
    }
    return "error";
}

static void add(struct line *line, const char *s, size_t n)
{
    if (n > sizeof line->s - END_ROOM - line->n) {
        line->cut = true;
        return;
    }
    memcpy(line->s + line->n, s, n);
    line->n += n;
}

/* Plain words stand as they are; everything else in quotes.  Letters beyond ASCII are quoted too:
 * some of them are blanks to some readers. */
static bool is_plain(const char *s)
{
    if (*s == '\0')
        return false;
    for (; *s != '\0'; s++)
        if (*s <= 0x20 || *s >= 0x7f || *s == '"' || *s == '=' || *s == '\\')
            return false;
    return true;
}

/* What moves the cursor of a terminal, ends a line or turns the writing direction. */
static bool is_unsafe(ucs4_t c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x061c || c == 0x200e || c == 0x200f ||
           (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;
}

/* Writes the escape of the n bytes of one character, or nothing where it needs none. */
static size_t escape(const char *s, size_t n, ucs4_t c, bool valid, char out[24])
{
    int len = 0;
    if (!valid)
        for (size_t i = 0; i < n; i++)
            len += sprintf(out + len, "\\x%02x", (unsigned char)s[i]);
    else if (c == '"' || c == '\\')
        len = sprintf(out, "\\%c", (char)c);
    else if (c == '\n')
        len = sprintf(out, "\\n");
    else if (c == '\r')
        len = sprintf(out, "\\r");
    else if (c == '\t')
        len = sprintf(out, "\\t");
    else if (is_unsafe(c))
        len = sprintf(out, c < 0x100 ? "\\x%02x" : "\\u%04x", (unsigned)c);
    return (size_t)len;
}

/* The length of a local part with an address around it, 0: none begins here.  RFC 5322's atext and
 * dots; names beyond ASCII belong to it, too. */
static size_t local_part(const char *s)
{
    static const char marks[] = "!#$%&'*+-/=?^_`{|}~.";
    size_t n = 0;
    while (s[n] != '\0' && ((unsigned char)s[n] >= 0x80 || isalnum((unsigned char)s[n]) ||
                            strchr(marks, s[n]) != NULL))
        n++;
    return s[n] == '@' && isalnum((unsigned char)s[n + 1]) ? n : 0;
}

static bool is_masked(const char *value)
{
    return state.level < LOG_DEBUG && strchr(value, '@') != NULL;
}

static void add_quoted(struct line *line, const char *value)
{
    add(line, "\"", 1);
    size_t room = VALUE_MAX;
    bool masked = is_masked(value);
    for (size_t n = strlen(value); n > 0 && !line->cut;) {
        size_t local = masked ? local_part(value) : 0;
        if (local > 0) {
            add(line, "***", 3);
            value += local;
            n -= local;
            continue;
        }
        ucs4_t c;
        int got = u8_mbtoucr(&c, (const uint8_t *)value, n);
        size_t len = got > 0 ? (size_t)got : 1;
        if (len > room) {
            add(line, "…", strlen("…"));
            break;
        }
        char out[24];
        size_t escaped = escape(value, len, c, got > 0, out);
        add(line, escaped > 0 ? out : value, escaped > 0 ? escaped : len);
        value += len;
        n -= len;
        room -= len;
    }
    add(line, "\"", 1);
}

static void add_key(struct line *line, const char *key)
{
    add(line, " ", 1);
    for (; *key != '\0'; key++) {
        bool word = (*key >= 'a' && *key <= 'z') || (*key >= '0' && *key <= '9') ||
                    (*key >= 'A' && *key <= 'Z') || *key == '_' || *key == '-';
        add(line, word ? key : "_", 1);
    }
    add(line, "=", 1);
}

/* A pair that does not fit is left out as a whole, and those behind it: a half one would lie. */
static void add_pair(struct line *line, const char *key, const char *value)
{
    if (value == NULL || line->cut)
        return;
    size_t before = line->n;
    add_key(line, key);
    if (is_plain(value) && strlen(value) <= VALUE_MAX && !is_masked(value))
        add(line, value, strlen(value));
    else
        add_quoted(line, value);
    if (line->cut)
        line->n = before;
}

/* The only clock outside of the shell: a log line says when it was written. */
static void add_time(struct line *line)
{
    struct timespec now;
    struct tm tm;
    char s[40];
    clock_gettime(CLOCK_REALTIME, &now);
    if (gmtime_r(&now.tv_sec, &tm) == NULL)
        return;
    size_t n = strftime(s, sizeof s, "ts=%Y-%m-%dT%H:%M:%S", &tm);
    n += (size_t)snprintf(s + n, sizeof s - n, ".%03ldZ ", now.tv_nsec / 1000000);
    add(line, s, n);
}

/* What syslog(3) puts before a line: facility daemon, local time, who. */
static void add_syslog_head(struct line *line, enum log_level level)
{
    static const char months[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct timespec now;
    struct tm tm = {0};
    char s[80];
    clock_gettime(CLOCK_REALTIME, &now);
    localtime_r(&now.tv_sec, &tm);
    int n = snprintf(s, sizeof s, "<%d>%s %2d %02d:%02d:%02d antragd[%d]: ", (3 << 3) | (int)level,
                     months[tm.tm_mon], tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, getpid());
    add(line, s, (size_t)n);
}

static void start_line(struct line *line, enum log_level level)
{
    line->n = 0;
    line->cut = false;
    if (state.syslog) {
        add_syslog_head(line, level);
    } else if (state.journal) {
        char prefix[] = {'<', (char)('0' + level), '>'};
        add(line, prefix, sizeof prefix);
    } else {
        add_time(line);
    }
    add(line, "level=", 6);
    add(line, level_name(level), strlen(level_name(level)));
    add_pair(line, "role", state.role);
}

/* A log that cannot be written must not stop the program: there is nobody to tell. */
static void write_line(struct line *line)
{
    if (line->cut) {
        memcpy(line->s + line->n, " cut=yes", 8);
        line->n += 8;
    }
    if (!state.syslog)
        line->s[line->n++] = '\n';
    const char *p = line->s;
    for (size_t n = line->n; n > 0;) {
        ssize_t done = write(STDERR_FILENO, p, n);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return;
        p += done;
        n -= (size_t)done;
    }
}

void log_event(enum log_level level, const char *event, ...)
{
    if (level > state.level)
        return;
    int number = errno;
    struct line line;
    start_line(&line, level);
    add_pair(&line, "event", event);
    va_list args;
    va_start(args, event);
    const char *key;
    while ((key = va_arg(args, const char *)) != NULL)
        add_pair(&line, key, va_arg(args, const char *));
    va_end(args);
    write_line(&line);
    errno = number;
}

void log_failure(const char *event, const char *text)
{
    if (state.also >= 0)
        dprintf(state.also, "%s: %s\n", program_invocation_short_name, text);
    if (state.opened)
        log_event(LOG_ERROR, event, "text", text, NULL);
    else
        fprintf(stderr, "%s: %s\n", program_invocation_short_name, text);
}

const char *log_int(int64_t value)
{
    static _Thread_local char ring[16][24];
    static _Thread_local unsigned next;
    char *s = ring[next++ % 16];
    snprintf(s, sizeof ring[0], "%" PRId64, value);
    return s;
}
