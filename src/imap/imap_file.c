/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A copy for a folder (APPEND, RFC 3501 section 6.3.11).  The literal goes by lines of our own: a
 * server that has no room says so before it, and libetpan would wait for a "+" that never comes.
 */
#include "base/file.h"
#include "imap/imap_guard.h"
#include "imap/imap_name.h"
#include "imap/imap_session.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#define COPY_MAX ((size_t)16 << 20)
#define DOING "filing a copy"

/* date-time of RFC 3501 section 9, in UTC. */
static const char *date_text(struct arena *arena, int64_t moment)
{
    static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    time_t at = (time_t)moment;
    struct tm tm;

    if (gmtime_r(&at, &tm) == NULL)
        gmtime_r(&(time_t){0}, &tm);
    return arena_printf(arena, "\"%2d-%s-%04d %02d:%02d:%02d +0000\"", tm.tm_mday,
                        months[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

/* ---- was it filed before? ---- */

/* Searched by its Message-ID, which no other mail has.  A folder that cannot be opened holds
 * nothing. */
static enum mailbox_result look(struct imap_mailbox *imap, struct arena *arena,
                                const struct mailbox_copy *copy, struct mailbox_filed *filed_r,
                                struct err *err_r)
{
    struct mailbox_view view;
    uint32_t *uids;
    size_t count;
    enum mailbox_result result;

    imap->base.folder = copy->folder;
    imap->base.read_only = true;
    result = imap_select(imap, &view, err_r);
    if (result == MAILBOX_REFUSED)
        return MAILBOX_OK;
    if (result == MAILBOX_OK)
        result = imap_search(
            imap, arena,
            arena_printf(arena, "HEADER Message-ID %s", imap_name_quote(arena, copy->message_id)),
            &uids, &count, err_r);
    if (result == MAILBOX_OK && count > 0)
        *filed_r = (struct mailbox_filed){true, view.uidvalidity, uids[0]};
    return result;
}

/* ---- APPEND ---- */

enum append_end {
    APPEND_OK,
    APPEND_NO_FOLDER, /* TRYCREATE */
    APPEND_NO,
    APPEND_LOST,
};

/* text: what follows the tag.  The copy is there only after OK (RFC 3501: else the folder is as
 * before). */
static enum append_end judge_answer(struct imap_mailbox *imap, const char *text,
                                    struct mailbox_filed *filed_r, struct err *err_r)
{
    const char *place = strstr(text, "[APPENDUID ");

    if (strncasecmp(text, "OK", 2) == 0) {
        if (place == NULL || sscanf(place, "[APPENDUID %" SCNu32 " %" SCNu32 "]",
                                    &filed_r->uidvalidity, &filed_r->uid) != 2)
            filed_r->uidvalidity = filed_r->uid = 0;
        return APPEND_OK;
    }
    err_set(err_r, ERR_UNAVAILABLE, DOING ": the server refuses: %s",
            stream_last_line(imap->stream));
    return strstr(text, "[TRYCREATE]") != NULL ? APPEND_NO_FOLDER : APPEND_NO;
}

/* Up to the server's word that the bytes may come.  *text_r NULL: they may; else its answer. */
static bool await_go_ahead(struct imap_mailbox *imap, const char **text_r, struct err *err_r)
{
    char tag[16];
    size_t n = (size_t)snprintf(tag, sizeof tag, "%d ", imap->tag);
    const char *line;

    *text_r = NULL;
    while ((line = imap_read_line(imap)) != NULL) {
        if (line[0] == '+')
            return true;
        if (strncmp(line, tag, n) == 0) {
            *text_r = line + n;
            return true;
        }
        if (strncasecmp(line, "* BYE", 5) == 0)
            break;
    }
    imap_lost(imap, DOING, err_r);
    return false;
}

static enum append_end append(struct imap_mailbox *imap, const char *command,
                              const struct memfd_map *map, struct mailbox_filed *filed_r,
                              struct err *err_r)
{
    const char *text;

    imap_arm(imap, 0, 0);
    imap->tag = ++imap->session->imap_tag;
    if (!imap_send_line(imap, "%d %s {%zu}", imap->tag, command, map->n)) {
        imap_lost(imap, DOING, err_r);
        return APPEND_LOST;
    }
    if (!await_go_ahead(imap, &text, err_r))
        return APPEND_LOST;
    if (text != NULL)
        return judge_answer(imap, text, filed_r, err_r);
    if (!stream_write(imap->stream, map->bytes, map->n) || !stream_write(imap->stream, "\r\n", 2)) {
        imap_lost(imap, DOING, err_r);
        return APPEND_LOST;
    }
    if (!imap_read_tagged(imap, DOING, &text, err_r))
        return APPEND_LOST;
    return judge_answer(imap, text, filed_r, err_r);
}

static enum mailbox_result append_somehow(struct imap_mailbox *imap, struct arena *arena,
                                          const struct mailbox_copy *copy, const char *name,
                                          const struct memfd_map *map,
                                          struct mailbox_filed *filed_r, struct err *err_r)
{
    const char *command =
        arena_printf(arena, "APPEND %s (\\Seen) %s", name, date_text(arena, copy->date));
    enum append_end end = append(imap, command, map, filed_r, err_r);

    if (end == APPEND_NO_FOLDER) {
        if (imap_make_folder(imap, name, err_r) != MAILBOX_OK)
            return MAILBOX_LOST;
        end = append(imap, command, map, filed_r, err_r);
    }
    if (end == APPEND_LOST)
        return MAILBOX_LOST;
    if (end == APPEND_OK)
        return MAILBOX_OK;
    err_add_where(err_r, "folder %s", copy->folder);
    return MAILBOX_REFUSED;
}

static enum mailbox_result file_bytes(struct imap_mailbox *imap, struct arena *arena,
                                      const struct mailbox_copy *copy, const char *name,
                                      struct mailbox_filed *filed_r, struct err *err_r)
{
    struct memfd_map map;
    enum mailbox_result result = MAILBOX_REFUSED;

    if (!memfd_map(copy->fd, COPY_MAX, &map, err_r))
        return MAILBOX_REFUSED;
    if (imap->append_limit != 0 && map.n > imap->append_limit)
        err_set(err_r, ERR_UNAVAILABLE,
                DOING ": it has %zu bytes, and the server takes no more than %" PRIu32
                      " (APPENDLIMIT)",
                map.n, imap->append_limit);
    else
        result = append_somehow(imap, arena, copy, name, &map, filed_r, err_r);
    memfd_unmap(&map);
    return result;
}

enum mailbox_result imap_file(struct mailbox *mailbox, const struct mailbox_copy *copy,
                              struct mailbox_filed *filed_r, struct err *err_r)
{
    struct imap_mailbox *imap = imap_of(mailbox);
    struct arena *arena = arena_new();
    enum mailbox_result result = imap_resume(imap, err_r);
    const char *name = NULL;

    if (result == MAILBOX_OK && (!imap_guard_argument(copy->folder, "sent-folder", err_r) ||
                                 !imap_guard_argument(copy->message_id, "Message-ID", err_r)))
        result = MAILBOX_REFUSED;
    if (result == MAILBOX_OK) {
        name = imap_name_folder(arena, copy->folder);
        if (name == NULL) {
            err_set(err_r, ERR_CONFIG, "sent-folder is not UTF-8");
            result = MAILBOX_REFUSED;
        }
    }
    if (result == MAILBOX_OK && copy->look_first)
        result = look(imap, arena, copy, filed_r, err_r);
    if (result == MAILBOX_OK && !filed_r->found)
        result = file_bytes(imap, arena, copy, name, filed_r, err_r);
    arena_free(arena);
    return result;
}
