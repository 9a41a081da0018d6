/* SPDX-License-Identifier: EUPL-1.2 */
/* Making a reading. */
#include "motion/reading.h"

#include "motion/body.h"
#include "motion/reading_inside.h"

#include <string.h>

const char *reading_found_text(const struct mail *mail, const struct found *found)
{
    if (text_equal(found->part, FOUND_IN_SUBJECT))
        return mail->subject;
    for (size_t i = 0; i < mail->part_count; i++)
        if (text_equal(mail->parts[i].path, found->part))
            return mail->parts[i].content;
    return NULL;
}

static void limit_found(const struct mail *mail, struct found *found)
{
    if (reading_found_text(mail, found) == NULL)
        found->begin = found->end = 0;
}

/* Texts that no longer fit are left out, and the places in them. */
static void limit_content(struct reading *reading)
{
    size_t room = READING_MAX_CONTENT;
    for (size_t i = 0; i < reading->mail->part_count; i++) {
        struct mail_part *part = &reading->mail->parts[i];
        size_t n = part->content ? strlen(part->content) : 0;
        if (n <= room)
            room -= n;
        else
            part->content = NULL;
    }
    for (size_t i = 0; i < reading->motions.n; i++)
        for (size_t k = 0; k < reading->motions.v[i].found_count; k++)
            limit_found(reading->mail, &reading->motions.v[i].found[k]);
}

/* Words may err.  Where they meet a motion, a person judges, and its sender is told; what was
 * doubtful is settled. */
static void doubt_words(struct mail *mail)
{
    if (!mail->worded)
        return;
    mail->class = mail->doubtful ? MAIL_PERSONAL : MAIL_AUTO_REPLY;
    mail->responds = mail->doubtful = false;
}

/* "anbei leite ich den Antrag weiter", and the letter stands below: nothing is missing. */
static void settle_enclosed(struct arena *arena, struct reading *reading)
{
    struct texts defects = {0};
    bool handed_on = false;
    for (size_t i = 0; i < reading->motions.n && !handed_on; i++)
        handed_on = reading->motions.v[i].is_forwarded && reading->motions.v[i].resolution != NULL;
    if (!handed_on || !texts_has(&reading->mail->defects, "attachment-missing") ||
        !body_hands_on(arena, reading->mail))
        return;
    for (size_t i = 0; i < reading->mail->defects.n; i++)
        if (!text_equal(reading->mail->defects.v[i], "attachment-missing"))
            texts_add(&defects, arena, reading->mail->defects.v[i]);
    reading->mail->defects = defects;
}

bool reading_make(struct arena *arena, const char *bytes, size_t n, enum mail_depth depth,
                  struct reading **reading_r, struct err *err_r)
{
    struct reading *reading = ARENA_NEW(arena, struct reading);
    if (!mail_read(arena, bytes, n, depth, &reading->mail, err_r))
        return false;
    motion_preload();
    body_find_forward(arena, reading->mail);
    motion_find(arena, reading->mail, &reading->motions);
    wish_find(arena, reading->mail, &reading->wish);
    if (reading->motions.n > 0)
        doubt_words(reading->mail);
    settle_enclosed(arena, reading);
    limit_content(reading);
    *reading_r = reading;
    return true;
}
