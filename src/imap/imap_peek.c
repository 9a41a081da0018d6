/* SPDX-License-Identifier: EUPL-1.2 */
/* Who sent the mails of a folder, without fetching these.  Only the bytes of the From fields come
 * over; nobody reads them here. */
#include "base/file.h"
#include "imap/imap_name.h"
#include "imap/imap_session.h"

#include <stdlib.h>
#include <unistd.h>

#define FROM_BYTES 8192 /* of one mail; the rest of a longer field is not asked for */
#define SET_BYTES 4000  /* of a line */
#define LINE_BYTES 512  /* around each answer */

static bool is_from_field(const struct mailimap_msg_att_body_section *body)
{
    const struct mailimap_section_spec *spec =
        body != NULL && body->sec_section != NULL ? body->sec_section->sec_spec : NULL;

    return spec != NULL && body->sec_origin_octet == 0 &&
           spec->sec_type == MAILIMAP_SECTION_SPEC_SECTION_MSGTEXT &&
           spec->sec_data.sec_msgtext != NULL &&
           spec->sec_data.sec_msgtext->sec_type == MAILIMAP_SECTION_MSGTEXT_HEADER_FIELDS;
}

struct peeked {
    uint32_t uid; /* 0: not told */
    const struct mailimap_msg_att_body_section *from;
};

static struct peeked read_line(const struct mailimap_msg_att *line)
{
    struct peeked peeked = {0};

    if (line == NULL || line->att_list == NULL)
        return peeked;
    for (clistiter *i = clist_begin(line->att_list); i != NULL; i = clist_next(i)) {
        const struct mailimap_msg_att_item *item = clist_content(i);
        const struct mailimap_msg_att_static *told =
            item != NULL && item->att_type == MAILIMAP_MSG_ATT_ITEM_STATIC
                ? item->att_data.att_static
                : NULL;

        if (told != NULL && told->att_type == MAILIMAP_MSG_ATT_UID)
            peeked.uid = told->att_data.att_uid;
        else if (told != NULL && told->att_type == MAILIMAP_MSG_ATT_BODY_SECTION &&
                 is_from_field(told->att_data.att_body_section))
            peeked.from = told->att_data.att_body_section;
    }
    return peeked;
}

static bool keep_line(const struct peeked *peeked, const struct mailbox_item *items, size_t count,
                      const int *fds, struct err *err_r)
{
    size_t i = 0;

    while (i < count && items[i].uid != peeked->uid)
        i++;
    if (i == count || peeked->from == NULL)
        return true; /* about another mail, or only its flags */
    if (peeked->from->sec_body_part == NULL || lseek(fds[i], 0, SEEK_END) > 0)
        return true; /* a server may say it twice */
    return file_write_all(fds[i], peeked->from->sec_body_part, peeked->from->sec_length, err_r);
}

static bool keep_lines(const struct imap_mailbox *imap, const struct mailbox_item *items,
                       size_t count, const int *fds, struct err *err_r)
{
    const struct mailimap_response_info *info = imap->session->imap_response_info;
    clist *lines = info != NULL ? info->rsp_fetch_list : NULL;

    for (clistiter *i = lines != NULL ? clist_begin(lines) : NULL; i != NULL; i = clist_next(i)) {
        struct peeked peeked = read_line(clist_content(i));

        if (!keep_line(&peeked, items, count, fds, err_r))
            return false;
    }
    return true;
}

static enum mailbox_result peek_step(struct imap_mailbox *imap, const char *set,
                                     const struct mailbox_item *items, size_t count, const int *fds,
                                     struct err *err_r)
{
    imap_arm(imap, count * (FROM_BYTES + LINE_BYTES), 0);
    imap->body_came = true; /* names of people, not for the log */
    switch (imap_command(imap, "looking who sent it", err_r,
                         "UID FETCH %s (UID BODY.PEEK[HEADER.FIELDS (FROM)]<0.%d>)", set,
                         FROM_BYTES)) {
    case IMAP_OK:
        break;
    case IMAP_NO:
        return imap_lost(imap, "looking who sent it", err_r);
    case IMAP_LOST:
        return MAILBOX_LOST;
    }
    return keep_lines(imap, items, count, fds, err_r) ? MAILBOX_OK
                                                      : imap_lost(imap, "keeping it", err_r);
}

enum mailbox_result imap_peek(struct mailbox *mailbox, const struct mailbox_item *items,
                              size_t count, const int *fds, struct err *err_r)
{
    struct imap_mailbox *imap = imap_of(mailbox);
    enum mailbox_result result = imap_resume(imap, err_r);
    struct arena *arena = arena_new();
    uint32_t *uids = arena_array(arena, count + 1, sizeof *uids);

    for (size_t i = 0; i < count; i++)
        uids[i] = items[i].uid;
    for (size_t next = 0; next < count && result == MAILBOX_OK;) {
        char *set = imap_name_uids(arena, uids, count, SET_BYTES, &next);

        result = peek_step(imap, set, items, count, fds, err_r);
    }
    arena_free(arena);
    return result;
}
