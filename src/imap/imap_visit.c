/* SPDX-License-Identifier: EUPL-1.2 */
/* Listing a folder and fetching a mail.  Nothing the server says about a mail is taken without its
 * UID beside it: lines about other mails may come at any time (RFC 3501 section 7.4.2). */
#include "base/log.h"
#include "imap/imap_guard.h"
#include "imap/imap_name.h"
#include "imap/imap_session.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LIST_STEP 500      /* mails a FETCH; untagged lines pile up in libetpan until its end */
#define HEADER_BYTES 65536 /* of a mail that is too large */
#define SLOWEST_PER_MS 16  /* bytes; a server slower than that is given up */
#define SPARE_BYTES (1 << 20)
#define BYTES_PER_UID 12
#define MOST_UIDS (1 << 22)

/* ---- searching ---- */

static int compare_uids(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return x < y ? -1 : x > y;
}

static size_t take_uids(clist *found, struct arena *arena, uint32_t **uids_r)
{
    uint32_t *uids =
        arena_array(arena, found != NULL ? (size_t)clist_count(found) : 0, sizeof *uids);
    size_t n = 0, kept = 0;

    for (clistiter *i = found != NULL ? clist_begin(found) : NULL; i != NULL; i = clist_next(i)) {
        const uint32_t *uid = clist_content(i);

        if (uid != NULL && *uid != 0)
            uids[n++] = *uid;
    }
    qsort(uids, n, sizeof *uids, compare_uids);
    for (size_t i = 0; i < n; i++) {
        if (kept == 0 || uids[kept - 1] != uids[i])
            uids[kept++] = uids[i];
    }
    *uids_r = uids;
    return kept;
}

enum mailbox_result imap_search(struct imap_mailbox *imap, struct arena *arena, const char *key,
                                uint32_t **uids_r, size_t *count_r, struct err *err_r)
{
    uint64_t exists = imap_count_told(imap);

    if (exists > MOST_UIDS)
        exists = MOST_UIDS;
    imap_arm(imap, exists * BYTES_PER_UID, 0);
    switch (imap_command(imap, "listing", err_r, "UID SEARCH %s", key)) {
    case IMAP_OK:
        break;
    case IMAP_NO:
        return imap_lost(imap, "listing", err_r);
    case IMAP_LOST:
        return MAILBOX_LOST;
    }
    if (imap->session->imap_response_info == NULL)
        return imap_lost(imap, "listing", err_r);
    *count_r = take_uids(imap->session->imap_response_info->rsp_search_result, arena, uids_r);
    return MAILBOX_OK;
}

/* ---- what one FETCH line says ---- */

struct told {
    uint32_t uid; /* 0: not told */
    bool has_size, has_date;
    uint32_t size;
    int64_t date;
    const struct mailimap_msg_att_body_section *section; /* of BODY[] */
};

static bool is_whole_mail(const struct mailimap_msg_att_body_section *body)
{
    return body != NULL && body->sec_origin_octet == 0 &&
           (body->sec_section == NULL || body->sec_section->sec_spec == NULL);
}

static void read_item(const struct mailimap_msg_att_static *item, struct told *told)
{
    switch (item->att_type) {
    case MAILIMAP_MSG_ATT_UID:
        told->uid = item->att_data.att_uid;
        break;
    case MAILIMAP_MSG_ATT_RFC822_SIZE:
        told->has_size = true;
        told->size = item->att_data.att_rfc822_size;
        break;
    case MAILIMAP_MSG_ATT_INTERNALDATE:
        told->has_date = imap_guard_date(item->att_data.att_internal_date, &told->date);
        break;
    case MAILIMAP_MSG_ATT_BODY_SECTION:
        if (is_whole_mail(item->att_data.att_body_section))
            told->section = item->att_data.att_body_section;
        break;
    }
}

static struct told read_told(const struct mailimap_msg_att *line)
{
    struct told told = {0};

    if (line == NULL || line->att_list == NULL)
        return told;
    for (clistiter *i = clist_begin(line->att_list); i != NULL; i = clist_next(i)) {
        const struct mailimap_msg_att_item *item = clist_content(i);

        if (item != NULL && item->att_type == MAILIMAP_MSG_ATT_ITEM_STATIC &&
            item->att_data.att_static != NULL)
            read_item(item->att_data.att_static, &told);
    }
    return told;
}

static clistiter *fetched_lines(const struct imap_mailbox *imap)
{
    const struct mailimap_response_info *info = imap->session->imap_response_info;

    return info != NULL && info->rsp_fetch_list != NULL ? clist_begin(info->rsp_fetch_list) : NULL;
}

/* ---- listing ---- */

static int compare_item(const void *key, const void *item)
{
    uint32_t x = *(const uint32_t *)key, y = ((const struct mailbox_item *)item)->uid;

    return x < y ? -1 : x > y;
}

/* internaldate is MOMENT_NONE until the UID was named in a FETCH line. */
static void take_lines(const struct imap_mailbox *imap, struct mailbox_item *items, size_t count)
{
    int64_t now = (int64_t)time(NULL);

    for (clistiter *i = fetched_lines(imap); i != NULL; i = clist_next(i)) {
        struct told told = read_told(clist_content(i));
        struct mailbox_item *item = bsearch(&told.uid, items, count, sizeof *items, compare_item);

        if (item == NULL || !(told.has_size || told.has_date))
            continue; /* flags that changed, or a UID that nobody asked for */
        if (told.has_size)
            item->size = told.size;
        if (told.has_date || item->internaldate == MOMENT_NONE)
            item->internaldate = told.has_date ? told.date : now;
    }
}

static enum mailbox_result list_step(struct imap_mailbox *imap, struct arena *arena,
                                     const uint32_t *uids, struct mailbox_item *items, size_t count,
                                     struct err *err_r)
{
    for (size_t next = 0; next < count;) {
        char *set = imap_name_uids(arena, uids, count, 4000, &next);

        imap_arm(imap, 0, 0);
        switch (imap_command(imap, "listing", err_r, "UID FETCH %s (UID RFC822.SIZE INTERNALDATE)",
                             set)) {
        case IMAP_OK:
            take_lines(imap, items, count);
            break;
        case IMAP_NO:
            return imap_lost(imap, "listing", err_r);
        case IMAP_LOST:
            return MAILBOX_LOST;
        }
    }
    return MAILBOX_OK;
}

/* A UID that the server does not talk about was expunged meanwhile. */
static size_t keep_told(struct mailbox_item *items, size_t count)
{
    size_t kept = 0;

    for (size_t i = 0; i < count; i++) {
        if (items[i].internaldate != MOMENT_NONE)
            items[kept++] = items[i];
    }
    return kept;
}

enum mailbox_result imap_list(struct mailbox *mailbox, struct arena *arena,
                              struct mailbox_item **items_r, size_t *count_r, struct err *err_r)
{
    struct imap_mailbox *imap = imap_of(mailbox);
    enum mailbox_result result = imap_resume(imap, err_r);
    uint32_t *uids = NULL;
    size_t count = 0;

    if (result != MAILBOX_OK)
        return result;
    /* what comes while it searches is told behind the answer, which does not name it */
    imap->seen = imap_count_told(imap);
    result = imap_search(imap, arena, "ALL", &uids, &count, err_r);
    if (result != MAILBOX_OK)
        return result;
    if (count == 0 && imap->seen > 0 && imap_count_told(imap) > 0)
        return imap_lost(imap, "listing: there are mails, but none is named", err_r);

    struct mailbox_item *items = arena_array(arena, count, sizeof *items);
    for (size_t i = 0; i < count; i++)
        items[i] = (struct mailbox_item){.uid = uids[i], .internaldate = MOMENT_NONE};
    for (size_t i = 0; i < count && result == MAILBOX_OK; i += LIST_STEP) {
        size_t n = count - i < LIST_STEP ? count - i : LIST_STEP;

        result = list_step(imap, arena, uids + i, items + i, n, err_r);
    }
    *items_r = items;
    *count_r = result == MAILBOX_OK ? keep_told(items, count) : 0;
    return result;
}

/* ---- fetching ---- */

/*
 * libetpan hands out a body in chunks without its UID, which may even come behind it.  The chunks
 * carry the address of the section, the same as in the list of what was fetched afterwards; so the
 * first section's chunks are kept, and believed when the list has that section under our UID.
 */
struct body {
    struct imap_mailbox *imap;
    const struct mailimap_msg_att_body_section *section;
    size_t max;
    size_t got;
    size_t skipped; /* what came beyond max */
    int fd;
    int error; /* errno */
    size_t waiting;
    char buffer[16384]; /* quoted bodies come byte by byte */
};

static bool flush_body(struct body *body)
{
    for (size_t at = 0; at < body->waiting;) {
        ssize_t n = write(body->fd, body->buffer + at, body->waiting - at);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            body->error = errno;
            return false;
        }
        at += (size_t)n;
    }
    body->waiting = 0;
    return true;
}

static bool keep_bytes(struct body *body, const char *bytes, size_t n)
{
    while (n > 0) {
        size_t room = sizeof body->buffer - body->waiting;
        size_t part = n < room ? n : room;

        memcpy(body->buffer + body->waiting, bytes, part);
        body->waiting += part;
        bytes += part;
        n -= part;
        if (body->waiting == sizeof body->buffer && !flush_body(body))
            return false;
    }
    return true;
}

static size_t most_skipped(const struct body *body)
{
    return body->max + SPARE_BYTES;
}

/* False ends the session (libetpan cannot skip the rest), so what is a little too much is thrown
 * away here: sizes of some servers are guesses, and the mails behind this one are to be fetched. */
static bool take_chunk(int type, struct mailimap_msg_att_body_section *section, const char *bytes,
                       size_t n, void *context)
{
    struct body *body = context;

    body->imap->body_came = true;
    if (type != MAILIMAP_MSG_ATT_BODY_SECTION || section == NULL)
        return true;
    if (body->section == NULL)
        body->section = section;
    if (section != body->section)
        return true;
    size_t room = body->max - body->got;
    size_t kept = n < room ? n : room;
    body->got += kept;
    body->skipped += n - kept;
    return keep_bytes(body, bytes, kept) && body->skipped <= most_skipped(body);
}

static int fetch_time(size_t bytes)
{
    size_t ms = bytes / SLOWEST_PER_MS;

    return ms > 3600000 ? 3600000 : (int)ms;
}

static enum imap_answer run_fetch(struct imap_mailbox *imap, uint32_t uid, bool part,
                                  struct body *body, struct err *err_r)
{
    mailimap *session = imap->session;

    imap_arm(imap, body->max + most_skipped(body), fetch_time(body->max));
    mailimap_set_msg_body_handler(session, take_chunk, body);
    enum imap_answer answer =
        part
            ? imap_command(imap, "fetching", err_r, "UID FETCH %" PRIu32 " (UID BODY.PEEK[]<0.%d>)",
                           uid, HEADER_BYTES)
            : imap_command(imap, "fetching", err_r, "UID FETCH %" PRIu32 " (UID BODY.PEEK[])", uid);
    if (imap->session != NULL)
        mailimap_set_msg_body_handler(session, NULL, NULL);
    return answer;
}

/* Whether the kept chunks are the mail with this UID. */
enum whose { WHOSE_OURS, WHOSE_OTHERS, WHOSE_NOBODYS };

static enum whose whose_body(const struct imap_mailbox *imap, uint32_t uid, const struct body *body)
{
    enum whose whose = WHOSE_NOBODYS;

    for (clistiter *i = fetched_lines(imap); i != NULL; i = clist_next(i)) {
        struct told told = read_told(clist_content(i));

        if (told.section == NULL)
            continue;
        if (told.uid == uid && (body->section == told.section || body->section == NULL))
            return WHOSE_OURS;
        whose = WHOSE_OTHERS;
    }
    return body->section != NULL ? WHOSE_OTHERS : whose;
}

/* No body: is the mail gone, or does the server keep it back? */
static enum mailbox_result gone_or_lost(struct imap_mailbox *imap, uint32_t uid, struct err *err_r)
{
    struct arena *arena = arena_new();
    uint32_t *uids;
    size_t count = 0;
    enum mailbox_result result =
        imap_search(imap, arena, arena_printf(arena, "UID %" PRIu32, uid), &uids, &count, err_r);

    arena_free(arena);
    if (result != MAILBOX_OK)
        return result;
    if (count > 0)
        return imap_lost(imap, "fetching: the mail is listed, but not handed out", err_r);
    err_set(err_r, ERR_NO_INPUT, "mail %" PRIu32 " is not there any more", uid);
    return MAILBOX_GONE;
}

static enum mailbox_result too_big(const struct mailbox_item *item, size_t max, struct err *err_r)
{
    err_set(err_r, ERR_DATA, "mail %" PRIu32 " has more than %zu bytes", item->uid, max);
    return MAILBOX_TOO_BIG;
}

/* The answer was OK. */
static enum mailbox_result judge_body(struct imap_mailbox *imap, const struct mailbox_item *item,
                                      const struct body *body, struct err *err_r)
{
    switch (whose_body(imap, item->uid, body)) {
    case WHOSE_OURS:
        break;
    case WHOSE_OTHERS:
        return imap_lost(imap, "fetching: the server sent another mail than the one asked for",
                         err_r);
    case WHOSE_NOBODYS:
        return gone_or_lost(imap, item->uid, err_r);
    }
    /* RFC 2180 allows an empty body for an expunged mail */
    return body->got == 0 && item->size > 0 ? gone_or_lost(imap, item->uid, err_r) : MAILBOX_OK;
}

/* Some servers guess sizes, so that no mail is refused for it; where it matters, it can be seen. */
static void note_size(const struct imap_mailbox *imap, const struct mailbox_item *item,
                      const struct body *body)
{
    if (item->size == 0 || item->size == body->got + body->skipped)
        return;
    log_event(LOG_INFO, "size-differs", "mailbox", imap->base.conf->name, "uid", log_int(item->uid),
              "told", log_int(item->size), "got", log_int((int64_t)(body->got + body->skipped)),
              NULL);
}

static enum mailbox_result fetch_into(struct imap_mailbox *imap, const struct mailbox_item *item,
                                      size_t max, struct body *body, struct err *err_r)
{
    bool part = item->size > max; /* a hint that it is too large; the headers will do */
    enum mailbox_result result;

    body->max = part ? HEADER_BYTES : max;
    enum imap_answer answer = run_fetch(imap, item->uid, part, body, err_r);
    bool written = flush_body(body);
    if (body->error != 0) {
        errno = body->error;
        err_set_errno(err_r, ERR_TRY_AGAIN, "keeping mail %" PRIu32, item->uid);
        imap_drop(imap);
        return MAILBOX_LOST;
    }
    /* an abort of ours: the link is gone, but this mail need not come again */
    if (answer == IMAP_LOST && written && body->skipped > most_skipped(body))
        return too_big(item, max, err_r);
    if (answer == IMAP_LOST)
        return MAILBOX_LOST;
    if (answer == IMAP_NO)
        return gone_or_lost(imap, item->uid, err_r);
    result = judge_body(imap, item, body, err_r);
    if (result == MAILBOX_OK && !part)
        note_size(imap, item, body);
    if (result == MAILBOX_OK &&
        (body->skipped > 0 || (part && (body->got >= HEADER_BYTES || body->got > max))))
        return too_big(item, max, err_r);
    return result;
}

enum mailbox_result imap_fetch(struct mailbox *mailbox, const struct mailbox_item *item, size_t max,
                               int fd, struct err *err_r)
{
    struct imap_mailbox *imap = imap_of(mailbox);
    enum mailbox_result result = imap_resume(imap, err_r);

    if (result != MAILBOX_OK)
        return result;
    struct body *body = xcalloc(1, sizeof *body);
    body->imap = imap;
    body->fd = fd;
    result = fetch_into(imap, item, max, body, err_r);
    free(body);
    if (result != MAILBOX_OK && result != MAILBOX_TOO_BIG && ftruncate(fd, 0) != 0)
        imap_drop(imap); /* the caller does not use it either way */
    return result;
}
