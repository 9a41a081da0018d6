/* SPDX-License-Identifier: EUPL-1.2 */
/* One part that has no parts: what it is to a reader, and how it is opened.  Shared with
 * mail_part.c, which finds it; nobody else includes it. */
#ifndef MAIL_LEAF_H
#define MAIL_LEAF_H

#include "mail/inside.h"

/* what a part is to the person who reads */
enum role {
    ROLE_BODY,     /* may be what is read as the mail */
    ROLE_OTHER,    /* an attachment */
    ROLE_RELATED,  /* a picture in the HTML */
    ROLE_UNCHOSEN, /* the same as the body in another form */
};

/* A place in the tree. */
struct place {
    const char *path;
    size_t depth;
    enum role role;
    bool encrypted; /* within multipart/encrypted */
};

/* One leaf before it is entered. */
struct leaf {
    struct place place;
    struct param_value type;
    struct param_value disposition;
    const char *name;
    const char *bytes;
    size_t n;
    bool is_envelope; /* opened, and no attachment of its own */
};

/* message/rfc822 and its kin. */
bool leaf_is_message(const char *type);
/* Its text, normalized, where it is a plain one. */
const char *leaf_plain_text(struct reader *reader, const struct leaf *leaf);
/* Enters it into the mail's parts, opened as far as the job may. */
void leaf_add_part(struct reader *reader, struct leaf *leaf);

#endif
