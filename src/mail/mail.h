/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A mail as a person would read it.  Bytes in (RFC 5322, MIME), values out: UTF-8, NFC.  GMime and
 * the parsers of attachments are seen in this folder only, and run only in the sandbox of the
 * reader.
 *
 * The fields are those of the contract's reading ("mail"), and some that judging needs besides.
 */
#ifndef MAIL_MAIL_H
#define MAIL_MAIL_H

#include "base/day.h"
#include "base/err.h"
#include "base/text.h"
#include "mail/signature.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Defects, the words of mail.defects:
 *
 *   attachment-missing  "anbei", "siehe Anlage" and the like, and no attachment
 *   bad-address         an address field, or a part of one, that is none
 *   bad-charset         a text whose label lies, is unknown, or whose bytes do not fit it; or that
 *                       was made UTF-8 twice, and is turned back
 *   bad-date            a Date that is none, or has no zone
 *   bad-header          a line in the header that is no field
 *   bad-mime            a multipart without its boundary, or an attached message without a header
 *   bad-smime           an S/MIME part that is damaged, or has more structure than we open
 *   bad-tnef            a winmail.dat that is damaged
 *   control-in-from     From with a control character
 *   field-twice         From, Sender, To, Cc, Reply-To, Subject, Date or Message-ID more than once
 *   file-unread         a file within a file (ZIP, winmail.dat) that is damaged, encrypted or too
 *                       large, or a picture, beside others that were read
 *   garbled-text        pages of a PDF whose text is glyphs without their letters
 *   header-too-large    a header beyond MAIL_MAX_HEADER or a field beyond MAIL_MAX_FIELD; what is
 *                       beyond is left out, but for From and Sender
 *   hidden-in-from      From with what nobody sees, in the open or in an encoded word: characters
 *                       without width, changes of direction, encoded controls
 *   no-date             no Date
 *   no-from             no From, or none with an address
 *   no-message-id       no Message-ID
 *   nul-bytes           NUL bytes
 *   pages-without-text  a PDF with text has pages that are pictures
 *   too-deep            parts below MAIL_MAX_DEPTH, which are not read; or a document whose groups
 *                       are nested deeper than in any that a person made
 *   too-many-addresses  more than MAIL_MAX_ADDRESSES in one field; the others are left out
 *   too-many-cells      tables of more cells than we read (page.h)
 *   too-many-files      files within files deeper than, or more than, we open (documents.h)
 *   too-many-hops       more than MAIL_MAX_HOPS Received fields; the oldest are left out
 *   too-many-pages      more than PDF_MAX_PAGES (pdf.h); the others are not read
 *   too-many-parts      more than MAIL_MAX_PARTS, or than are parsed; the others are left out
 *   too-many-pixels     a picture of more than OCR_MAX_PIXELS (ocr.h), which is not read
 *   too-many-references more than MAIL_MAX_IDS ids in one field; the others are left out
 *   too-much-text       a document, or all texts together, of more than MAIL_MAX_TEXT
 *   too-much-unpacked   what is packed in the attachments is more than we unpack
 *   too-slow            PDFs took longer than PDF_MAX_SECONDS, or pictures than OCR_MAX_SECONDS;
 *                       what was read by then counts
 *   truncated           the end is missing: a multipart, or a document's group, that is not closed
 *   xml-attributes      XML with more attributes in a tag than any program writes (xml.h)
 *   xml-entities        a document whose XML defines entities, as no office program does
 */

enum mail_class {
    MAIL_PERSONAL,
    MAIL_AUTO_REPLY,  /* RFC 3834 */
    MAIL_BOUNCE,      /* RFC 3464, or a null return path */
    MAIL_DISPOSITION, /* RFC 8098 */
    MAIL_LIST,        /* RFC 2919, 2369 */
};

enum part_text {
    PART_EXTRACTED,
    PART_NONE, /* no text in such a part, or not a kind we open */
    PART_UNREADABLE,
    PART_ENCRYPTED,
    PART_TOO_LARGE,
    PART_IMAGE,
};

struct mail_address {
    const char *name;    /* NULL: none */
    const char *address; /* as written; may be odd: address_is_plain() before use */
};

struct mail_addresses {
    struct mail_address *v;
    size_t n;
};

/* A text in a part: the part's own, or that of a file within it (a ZIP, a winmail.dat). */
struct mail_document {
    const char *name;  /* of the file within the part, made safe; NULL: the part itself */
    const char *text;  /* for the grammar: NFC, LF, a form feed where a page ends */
    size_t offset;     /* of the text within the part's content, in bytes */
    bool is_body;      /* belongs to what a person reads as the mail's body */
    bool is_ocr;       /* read off a picture: letters may be wrong */
    bool is_handed_on; /* of a message within the part that the sender only hands on */
};

/* a leaf part */
struct mail_part {
    const char *path;     /* IMAP part number, "1.2" */
    const char *type;     /* "application/pdf", lower case */
    const char *name;     /* file name made safe, or NULL */
    size_t size;          /* of the decoded bytes before any charset conversion */
    const char *sha256;   /* of the same, hexadecimal */
    const char *text_sum; /* body_sum_text() of a text, else NULL; not handed on */
    enum part_text text;
    const char *content; /* its documents, one below the other; NULL unless PART_EXTRACTED */
    struct mail_document *documents;
    size_t document_count;
    bool is_body; /* belongs to what a person reads as the mail's body */
};

/* one Received field, top of the mail first */
struct mail_hop {
    const char *by;   /* the host that received, lower case, or NULL */
    const char *from; /* the name the peer gave, or the one the server saw instead, or NULL */
    int64_t at;       /* MOMENT_NONE: unreadable */
};

/* one Authentication-Results field (RFC 8601), top of the mail first */
struct mail_authres {
    const char *value; /* unfolded */
    size_t hops_above; /* Received fields above it */
};

/* a message that this one hands on: attached, or written into the text by the mail program */
struct mail_forward {
    const char *path; /* of the part that it is; NULL: in the text */
    struct mail_addresses from;
    const char *date; /* as in struct mail, or NULL */
    int64_t date_at;
    const char *message_id; /* of an attached one, or NULL */
    struct mail_hop *hops;  /* of an attached one */
    size_t hop_count;
};

/* what became of a mail, as its server says */
enum report_action {
    REPORT_FAILED,
    REPORT_DELAYED,    /* it is tried again */
    REPORT_DELIVERED,  /* or handed on to where nobody reports */
    REPORT_COMPLAINED, /* RFC 5965: the recipient calls it abuse */
};

enum report_reason {
    REPORT_OTHER,
    REPORT_UNKNOWN_USER,
    REPORT_UNKNOWN_HOST, /* or one that takes no mail */
    REPORT_MOVED,
    REPORT_DISABLED, /* the mailbox is there, but closed */
    REPORT_FULL,
    REPORT_TOO_LARGE,
    REPORT_REFUSED,
    REPORT_EXPIRED, /* or not reached */
};
#define REPORT_REASON_COUNT 9

/* What would become of the same mail if it was sent once more. */
enum report_outlook {
    REPORT_UNTOLD,
    REPORT_PASSING, /* it may arrive: "soft" */
    REPORT_FINAL,   /* it fails again, until something else is mended */
};

/* A report on one recipient (RFC 3464, 6533, or in words); strings are NULL where it does not say.
 */
struct mail_report {
    enum report_action action;
    enum report_reason reason;
    enum report_outlook outlook;
    const char *status;      /* RFC 3463, "5.1.1" */
    const char *diagnostic;  /* the server's words */
    const char *recipient;   /* as it was sent to, else as it was delivered to */
    const char *message_id;  /* of the mail that is reported on, without < > */
    const char *envelope_id; /* Original-Envelope-Id (RFC 3461 section 4.4), decoded */
};

struct mail {
    const char *message_id;                               /* without < > */
    const char *date;                                     /* RFC 3339, its own offset */
    int64_t date_at;                                      /* the same as a moment, or MOMENT_NONE */
    struct mail_addresses from, sender, to, cc, reply_to; /* of all fields of the name */
    const char *subject;
    struct texts in_reply_to, references;
    enum mail_class class;
    const char *text; /* "" for none */
    struct mail_part *parts;
    size_t part_count;
    struct texts defects;
    /* beyond the contract */
    struct mail_hop *hops;
    size_t hop_count;
    struct mail_authres *authres; /* those above what the sender's own program wrote */
    size_t authres_count;
    struct mail_authres *claims; /* what says the same without a server's standing: below what the
                                  * sender's program wrote, in an attached message (hops_above is
                                  * MAIL_MAX_HOPS of both), and ARC-Authentication-Results */
    size_t claim_count;
    struct texts from_written; /* the From fields, unfolded, encoded words as they came; "" for one
                                * that is empty or too long */
    struct mail_addresses resent_from; /* of Resent-From and Resent-Sender */
    struct texts delivered_to; /* addresses of Delivered-To, X-Original-To, Resent-To, Resent-Cc */
    bool responds;   /* a program that answers a mail, or reports on it; a copier's mail, or one
                      * that has nothing but a null return path, may be somebody's letter */
    bool worded;     /* no header says the class, only the text does; not handed on */
    bool doubtful;   /* and a person may have written it */
    bool suppressed; /* X-Auto-Response-Suppress asks programs not to answer */
    struct mail_report *report; /* of a bounce that has more than a null return path, else NULL */
    const char *return_path;    /* "" for <>, NULL where the field is missing */
    /* the outermost ones; what they hand on themselves is left out */
    struct mail_forward *forwards;
    size_t forward_count;
    const char *body_digest;                /* body_sum() */
    const struct mail_signature *signature; /* of mail_verify(); NULL: nobody has signed */
    const struct sealed *sealed;            /* what mail_verify() looks at, or NULL */
    bool wants_content; /* has parts that only the job "content" may open, or a signature that only
                         * it may verify; never set by it.  HTML beside a plain text that says the
                         * same is not opened. */
};

/* What a job of the reader may touch. */
enum mail_depth {
    MAIL_HEAD,    /* headers, structure, plain text; no HTML, PDF, ZIP code */
    MAIL_CONTENT, /* everything */
};

/*
 * Limits.  Those of the header hold before anything is parsed.  Beyond each of them the mail is
 * read up to there and has a defect.
 */
#define MAIL_MAX_HEADER (256 * 1024) /* the header block */
#define MAIL_MAX_FIELD (64 * 1024)   /* one field */
#define MAIL_MAX_PARTS 500
#define MAIL_MAX_DEPTH 50
#define MAIL_MAX_TEXT (4 * 1024 * 1024) /* text taken from one part, and from all of them */
#define MAIL_MAX_ADDRESSES 1000
#define MAIL_MAX_IDS 500
#define MAIL_MAX_ID 900 /* bytes of one Message-ID */
#define MAIL_MAX_HOPS 100
#define MAIL_MAX_FORWARDS 20
#define MAIL_MAX_AUTHRES 30         /* fields; the lower ones are left out */
#define MAIL_MAX_AUTHRES_VALUE 8000 /* bytes; a longer one is left out */
#define MAIL_MAX_WRITTEN 10         /* From fields kept as written, and so many bytes of each: */
#define MAIL_MAX_WRITTEN_VALUE 2000

/* Opens converters, tables and parsers, so that mail_read() needs no file later. */
void mail_preload(void);

/* False (ERR_DATA) only where nothing sensible can be said; odd mail is read as far as it goes and
 * has defects. */
bool mail_read(struct arena *arena, const char *bytes, size_t n, enum mail_depth depth,
               struct mail **mail_r, struct err *err_r);

struct authorities;

/* Sets the signature (smime.h); the bytes that the mail was read from must still be there.  at: the
 * moment of arrival.  authorities NULL: nobody is trusted. */
void mail_verify(struct arena *arena, struct mail *mail, const struct authorities *authorities,
                 int64_t at);

/* Makes a text all that the part holds, as one document. */
void mail_part_set_text(struct arena *arena, struct mail_part *part, const char *text);

/* What is kept of it in place of a server's answer, "bounced: full 5.2.2"; the server's own words
 * may follow behind a blank. */
const char *report_keep(struct arena *arena, const struct mail_report *report);
/* What it means that a server answered so, or that such was kept of a report. */
void report_read_response(struct arena *arena, const char *response, struct mail_report *report_r);
/* Whether nobody can be reached there any more. */
bool report_is_dead(const struct mail_report *report);
const char *report_action_to_text(enum report_action action);
bool report_action_from_text(const char *s, enum report_action *action_r);
const char *report_reason_to_text(enum report_reason reason);
bool report_reason_from_text(const char *s, enum report_reason *reason_r);

const char *mail_class_to_text(enum mail_class class);
bool mail_class_from_text(const char *s, enum mail_class *class_r);
const char *part_text_to_text(enum part_text state);
bool part_text_from_text(const char *s, enum part_text *state_r);

#endif
