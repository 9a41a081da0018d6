/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Files that hold letters, as text.  A file's format is told by its bytes first, then by its type
 * and name: a PDF sent as application/octet-stream is a PDF.  Each format has a converter, a row of
 * the table in documents.c; a file within a file (ZIP, winmail.dat) comes back here.  All of it
 * works on bytes in memory and opens no file; what a library needs from disk it takes in
 * documents_preload().
 *
 * Nothing fails here.  What cannot be read says so by its state, what is cut off by a defect.
 */
#ifndef MAIL_DOCUMENTS_H
#define MAIL_DOCUMENTS_H

#include "mail/mail.h"

/* Files within files within files: a ZIP in a ZIP is opened, one in that is not. */
#define DOCUMENTS_MAX_DEPTH 3
/* Files that one part may hold. */
#define DOCUMENTS_MAX_FILES 200
/* Bytes that all files unpacked for one mail may have together. */
#define DOCUMENTS_MAX_UNPACKED ((size_t)64 * 1024 * 1024)

/* A file, in the part or within it. */
struct document_file {
    const char *name; /* as it came, or NULL */
    const char *type; /* of MIME, lower case, or NULL */
    const char *bytes;
    size_t n;
};

struct reader;

/* What is gathered for one part. */
struct documents {
    struct reader *reader; /* of the mail; for what holds messages */
    const char *path;      /* of the part */
    struct arena *arena;
    struct texts *defects; /* the mail's */
    size_t *unpacked;      /* bytes unpacked for this mail so far, at most DOCUMENTS_MAX_UNPACKED */
    enum part_text state;  /* PART_EXTRACTED once there is a text, else what hindered it first */
    const char *name;      /* of the file at work, made safe; NULL: the part itself */
    struct text content;
    struct mail_document *v;
    size_t n;
    size_t files;
    bool unread; /* one of them has no text, and should */
    size_t depth;
    size_t body_depth; /* where the file at work lies whose body is the mail's; 0: it has one */
    bool is_envelope;  /* the part is no attachment itself, but how a mail was wrapped */
    bool hands_on;     /* the file at work is a message of somebody else's */
    bool holds_file;   /* and there is an attachment in it */
};

void documents_preload(void);

/* Whether the file is of a format that documents_read() knows. */
bool documents_knows(const struct document_file *file);
/* The same for a file within another. */
bool documents_knows_within(const struct document_file *file);

/* For the part of that path; what it holds may be the mail's body or not. */
void documents_init(struct documents *documents, struct reader *reader, const char *path,
                    bool takes_body);
/* A file's texts, to those that are there already. */
void documents_read(struct documents *documents, const struct document_file *file);
/* Sets text, content and documents of a part. */
void documents_finish(struct documents *documents, struct mail_part *part);

/* ---- for converters ---- */

/* UTF-8 with any line ends, a form feed where a page ends; invalid bytes become U+FFFD. */
void documents_add(struct documents *documents, const char *text, size_t n);
/* The same for the body of a message that the file at work is: the mail's, where it has none. */
void documents_add_body(struct documents *documents, const char *text, size_t n);
/* A document of a part of such a message; name is that part's.  handed_on: the message itself hands
 * it on. */
void documents_adopt(struct documents *documents, const struct mail_document *document,
                     const char *name, bool handed_on);
/* The file at work has no text, and why. */
void documents_fail(struct documents *documents, enum part_text state);
void documents_defect(struct documents *documents, const char *word);
/* Takes n bytes of the room for unpacked files; false, with the defect "too-much-unpacked", where
 * they do not fit. */
bool documents_claim(struct documents *documents, size_t n);

typedef void document_converter(struct documents *documents, const struct document_file *file);

#endif
