/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Waiting for news (RFC 2177) with next to no memory: libetpan's session and the buffers of its
 * stream go, the descriptor and its TLS state stay.  mailimap_idle() would throw an EXISTS away
 * that comes before the "+", and then hang.
 */
#include "imap/imap_guard.h"
#include "imap/imap_session.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define PARKED_BUDGET 65536

/* "* 5 EXISTS" is news; so is whatever ends IDLE: BYE, or a tagged line.  "* OK Still here" and
 * changed flags are not. */
static bool is_news(const char *line)
{
    char *end;

    if (line[0] != '*')
        return line[0] != '\0' && line[0] != '+';
    if (strncasecmp(line, "* BYE", 5) == 0)
        return true;
    strtoul(line + 1, &end, 10);
    return end != line + 1 && strncasecmp(end, " EXISTS", 7) == 0;
}

/* Only the beginning of a line is kept; it may come in pieces. */
static bool feed(struct imap_mailbox *imap, const char *bytes, size_t n)
{
    bool news = false;

    for (size_t i = 0; i < n; i++) {
        if (bytes[i] == '\n') {
            imap->idle_line[imap->idle_len] = '\0';
            news = is_news(imap->idle_line) || news;
            imap->idle_len = 0;
        } else if (bytes[i] != '\r' && imap->idle_len + 1 < sizeof imap->idle_line) {
            imap->idle_line[imap->idle_len++] = bytes[i];
        }
    }
    return news;
}

bool imap_stir(struct mailbox *mailbox)
{
    struct imap_mailbox *imap = imap_of(mailbox);
    char bytes[4096];
    bool news = false;
    ssize_t n;

    if (imap->stream == NULL || !imap->idling)
        return true;
    stream_arm(imap->stream, PARKED_BUDGET, 0);
    stream_set_polling(imap->stream, true);
    while ((n = stream_read(imap->stream, bytes, sizeof bytes)) > 0)
        news = feed(imap, bytes, (size_t)n) || news;
    stream_set_polling(imap->stream, false);
    return news || stream_why(imap->stream) != STREAM_AGAIN;
}

/* What was read beyond the "+" moves over. */
static bool take_buffer(struct imap_mailbox *imap)
{
    mailstream *mailstream = imap->session->imap_stream;
    bool news = feed(imap, mailstream->read_buffer, mailstream->read_buffer_len);

    mailstream->read_buffer_len = 0;
    return news;
}

static void give_up_memory(struct imap_mailbox *imap)
{
    imap->tag = imap->tag > imap->session->imap_tag ? imap->tag : imap->session->imap_tag;
    imap_guard_free(imap->session);
    imap->session = NULL;
    stream_release_mailstream(imap->stream);
}

/* After it imap->idling says whether the server agreed. */
static enum mailbox_result begin_idle(struct imap_mailbox *imap, bool *stirred_r, struct err *err_r)
{
    const char *line;

    imap->tag = imap->session->imap_tag + 1;
    imap_arm(imap, 0, 0);
    if (!imap_send_line(imap, "%d IDLE", imap->tag))
        return imap_lost(imap, "IDLE", err_r);
    while ((line = imap_read_line(imap)) != NULL) {
        if (line[0] == '+') {
            imap->idling = true;
            return MAILBOX_OK;
        }
        if (strncasecmp(line, "* BYE", 5) == 0)
            break;
        if (line[0] != '*') {
            imap->can_idle = false; /* NO or BAD: it is polled from now on */
            return MAILBOX_OK;
        }
        *stirred_r = is_news(line) || *stirred_r;
    }
    return imap_lost(imap, "IDLE", err_r);
}

enum mailbox_result imap_park(struct mailbox *mailbox, int *fd_r, bool *stirred_r,
                              struct err *err_r)
{
    struct imap_mailbox *imap = imap_of(mailbox);
    enum mailbox_result result = imap_resume(imap, err_r);

    if (result == MAILBOX_OK && imap->can_idle)
        result = begin_idle(imap, stirred_r, err_r);
    if (result != MAILBOX_OK)
        return result;
    imap->idle_len = 0;
    /* what was told behind the last search is told no more in IDLE */
    *stirred_r = take_buffer(imap) || imap_count_told(imap) > imap->seen || *stirred_r;
    give_up_memory(imap);
    if (!imap->idling)
        return MAILBOX_OK;
    /* what TLS has read ahead would never make the descriptor readable */
    *stirred_r = imap_stir(mailbox) || *stirred_r;
    *fd_r = stream_fd(imap->stream);
    return MAILBOX_OK;
}

enum mailbox_result imap_resume(struct imap_mailbox *imap, struct err *err_r)
{
    const char *text;

    if (imap->session != NULL)
        return MAILBOX_OK;
    if (imap->stream == NULL)
        return imap_lost(imap, "visiting", err_r);
    imap_attach(imap);
    if (!imap->idling)
        return MAILBOX_OK;
    imap->idling = false;
    imap_arm(imap, 0, 0);
    if (!imap_send_line(imap, "DONE"))
        return imap_lost(imap, "ending IDLE", err_r);
    if (!imap_read_tagged(imap, "ending IDLE", &text, err_r))
        return MAILBOX_LOST;
    return strncasecmp(text, "OK", 2) == 0 ? MAILBOX_OK : imap_lost(imap, "ending IDLE", err_r);
}
