/* SPDX-License-Identifier: EUPL-1.2 */
/* What it brings: motions, files that may be letters, an answer to us, what is known already. */
#include "decision/case.h"

#include "decision/describe.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

bool case_has_motion(const struct case_file *file)
{
    return file->reading != NULL && file->reading->motions.n > 0;
}

static bool is_body_part(const struct mail *mail, const char *path)
{
    for (size_t i = 0; i < mail->part_count; i++) {
        if (text_equal(mail->parts[i].path, path))
            return mail->parts[i].is_body;
    }
    return false;
}

bool case_brings_no_paper(const struct case_file *file)
{
    const struct motions *motions = &file->reading->motions;

    for (size_t i = 0; i < motions->n; i++) {
        if (!is_body_part(file->reading->mail, motions->v[i].found_in))
            return false;
    }
    return true;
}

bool case_has_no_motion(const struct case_file *file)
{
    return !case_has_motion(file);
}

/* A file that may be a letter and has given no text.  Signatures are none. */
static bool is_closed_letter(const struct mail_part *part)
{
    static const char *const no_letters[] = {"application/pgp-signature",
                                             "application/pkcs7-signature",
                                             "application/x-pkcs7-signature"};

    if (part->text == PART_EXTRACTED || part->type == NULL ||
        !text_starts(part->type, "application/"))
        return false;
    for (size_t i = 0; i < COUNT(no_letters); i++) {
        if (text_equal(part->type, no_letters[i]))
            return false;
    }
    return true;
}

static const struct mail_part *find_closed_letter(const struct case_file *file)
{
    for (size_t i = 0; file->reading != NULL && i < file->reading->mail->part_count; i++) {
        if (is_closed_letter(&file->reading->mail->parts[i]))
            return &file->reading->mail->parts[i];
    }
    return NULL;
}

bool case_has_closed_letter(const struct case_file *file)
{
    return find_closed_letter(file) != NULL;
}

static bool is_closed_by(const struct case_file *file, enum part_text cause)
{
    const struct mail_part *part = find_closed_letter(file);

    return part != NULL && part->text == cause;
}

bool case_has_locked_letter(const struct case_file *file)
{
    return is_closed_by(file, PART_ENCRYPTED);
}

bool case_has_damaged_letter(const struct case_file *file)
{
    return is_closed_by(file, PART_UNREADABLE) || is_closed_by(file, PART_TOO_LARGE);
}

bool case_has_scanned_letter(const struct case_file *file)
{
    return is_closed_by(file, PART_IMAGE);
}

/* Bytes of a scanned page at least; logos and photographs of senders are smaller. */
#define PAGE_MIN 100000

/* A page as a copier or a telephone makes a picture of it; nobody's logo is a TIFF. */
static bool is_page(const struct mail_part *part)
{
    if (part->text == PART_EXTRACTED || part->type == NULL)
        return false;
    return text_equal(part->type, "image/tiff") ||
           (text_starts(part->type, "image/") && part->size >= PAGE_MIN);
}

static bool has_page(const struct case_file *file)
{
    for (size_t i = 0; file->reading != NULL && i < file->reading->mail->part_count; i++) {
        if (is_page(&file->reading->mail->parts[i]))
            return true;
    }
    return false;
}

/* A copier sends letters with Auto-Submitted, a list may be copied in: what can be a motion is a
 * person's to judge. */
bool case_has_something_to_judge(const struct case_file *file)
{
    return case_has_motion(file) || case_has_closed_letter(file) || has_page(file);
}

bool case_has_nothing_to_judge(const struct case_file *file)
{
    return !case_has_something_to_judge(file);
}

bool case_has_citizens_suggestion(const struct case_file *file)
{
    for (size_t i = 0; i < file->reading->motions.n; i++) {
        if (file->reading->motions.v[i].kind == MOTION_CITIZEN_SUGGESTION)
            return true;
    }
    return false;
}

bool case_lacks_attachment(const struct case_file *file)
{
    return texts_has(&file->reading->mail->defects, "attachment-missing");
}

bool case_is_reply(const struct case_file *file)
{
    const struct mail *mail = file->reading->mail;

    /* some programs keep no ids of what they answer, only its subject */
    return mail->in_reply_to.n > 0 || mail->references.n > 0 || file->known->referred != NULL ||
           file->known->held != NULL;
}

/* A mere "Ja, das ist richtig" asks for nothing and yet is what we asked for. */
bool case_answers_naming(const struct case_file *file)
{
    const struct texts *ids = &file->reading->mail->in_reply_to;

    for (size_t i = 0; i < ids->n; i++) {
        if (strstr(ids->v[i], NAMING_MARK) != NULL)
            return true;
    }
    return false;
}

bool case_asks_nothing(const struct case_file *file)
{
    return !file->reading->wish.asks && !case_brings_papers(file) && !has_page(file);
}

static const char *name_part(struct arena *arena, const struct mail_part *part)
{
    return text_squeeze(arena, part->name != NULL ? part->name : part->path);
}

const char *case_name_closed_letter(struct arena *arena, const struct case_file *file)
{
    const struct mail_part *part = find_closed_letter(file);

    return part == NULL ? NULL : name_part(arena, part);
}

void decide_find_unread(struct arena *arena, const struct mail *mail, struct texts *unread)
{
    for (size_t i = 0; i < mail->part_count; i++) {
        if (is_closed_letter(&mail->parts[i]))
            texts_add(unread, arena, name_part(arena, &mail->parts[i]));
    }
}

bool case_has_same_bytes(const struct case_file *file)
{
    return file->known->same_bytes != 0;
}

bool case_is_same_mail(const struct case_file *file)
{
    return file->known->same_mail != 0;
}

bool case_has_known_content(const struct case_file *file)
{
    return file->known->same_content != NULL;
}

const char *case_name_same_bytes(struct arena *arena, const struct case_file *file)
{
    return arena_printf(arena, "m%lld", (long long)file->known->same_bytes);
}

const char *case_name_same_mail(struct arena *arena, const struct case_file *file)
{
    return arena_printf(arena, "m%lld", (long long)file->known->same_mail);
}

const char *case_name_same_content(struct arena *arena, const struct case_file *file)
{
    return arena_strdup(arena, file->known->same_content);
}
