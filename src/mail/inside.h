/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What the files of this folder share; nobody else includes it.  The order of work (mail_read.c)
 * is: mail_field.c splits and limits a header block, mail_header.c and mail_class.c read its
 * fields, mail_bounds.c limits what GMime parses, mail_part.c walks the parts, leaf.c opens one,
 * mail_text.c and mail_html.c make text of them, documents.c of files (a converter per format:
 * documents.h).  Then the text may say more than the header: mail_notice.c of who wrote it,
 * mail_report.c of a delivery.
 */
#ifndef MAIL_INSIDE_H
#define MAIL_INSIDE_H

#include "mail/documents.h"
#include "mail/mail.h"

#include <glib.h>
#include <gmime/gmime.h>

/* One header field: the value unfolded, raw 8-bit bytes made UTF-8, controls made blanks; encoded
 * words still as they came. */
struct field {
    const char *name;
    const char *value;
    bool controls; /* of a header's: there were such, blanks and line ends aside */
};

struct fields {
    struct field *v;
    size_t n;
};

/* One mail while it is read. */
struct reader {
    struct arena *arena;
    enum mail_depth depth;
    struct mail *mail;
    struct fields fields;
    GMimeParserOptions *options;
    size_t part_room;
    size_t budget;      /* bytes that may still be decoded into copies of attached messages */
    size_t unpacked;    /* bytes unpacked of attachments so far */
    size_t text_room;   /* bytes that the texts of further parts may have together */
    double pdf_seconds; /* of the processor that PDFs have taken so far */
    double ocr_seconds; /* the same that pictures have taken */
    const char *report_fields;      /* of a delivery status among the parts, or NULL */
    const char *disposition_fields; /* of a receipt (RFC 8098) among the parts, or NULL */
    const char *report_type; /* of a multipart/report that the mail is, or begins with, or NULL */
    const char *returned_id; /* Message-ID in returned headers, or NULL */
    const char *calendar_method; /* of the mail's own text/calendar (RFC 5546), or NULL */
    bool is_rejection;           /* a receipt that says that the mail was not taken */
    bool class_by_subject;       /* the header alone would not have given the class */
    bool has_attachment;         /* a part that a sender would call one */
    bool overflow;               /* more parts than MAIL_MAX_PARTS */
    bool inner;                  /* within an attached message */
    bool has_body;               /* a part with a text that is read as the mail's body */
    const char *within; /* path of the part whose content this is (mail_read_inside()), or NULL */
    size_t file_depth;  /* of files within files around it */
};

void reader_defect(struct reader *reader, const char *word); /* each word once */

/* ---- mail_field.c ---- */

/* Where the header block ends (the first byte of the body), and whether it keeps the limits; false
 * names the limit.  Runs before any library sees the bytes. */
bool header_check(const char *bytes, size_t n, size_t *body_r, struct err *err_r);
/* A copy of a mail that it does not pass: fields and lines that are too many are left out. */
char *header_cut(struct arena *arena, const char *bytes, size_t n, size_t *n_r);
/* Whether a header of n bytes has any field. */
bool header_has_field(const char *bytes, size_t n);
/* The fields of bytes that header_check() passed; lines that are no field are counted. */
void header_split(struct arena *arena, const char *bytes, size_t n, struct fields *fields_r,
                  size_t *odd_r);
/* Unfolded, UTF-8, controls made blanks. */
char *field_unfold(struct arena *arena, const char *s, size_t n);
const char *field_first(const struct fields *fields, const char *name); /* NULL: missing */
size_t field_count(const struct fields *fields, const char *name);
/* NFC, trimmed, every control character a blank; NULL where nothing is left. */
const char *value_clean(struct arena *arena, const char *s);

/* The same with all that nobody sees, where it makes another's address of one; controls of C1
 * become U+FFFD. */
const char *value_keep(struct arena *arena, const char *s);

/* ---- mail_header.c ---- */
void mail_read_fields(struct reader *reader);
/* RFC 5322 section 3.3 with its obsolete forms.  False where it is no date. */
bool mail_date_parse(const char *s, int64_t *moment_r, int *offset_r);

/* The first id in a value, without < >; NULL for none. */
const char *mail_one_id(struct arena *arena, const char *value);

/* ---- mail_report.c ---- */
/* Keeps what a leaf part says of a delivery. */
void report_collect(struct reader *reader, const char *type, const char *bytes, size_t n);
/* The id that its sender gave a mail to which a server on the way gave another, or NULL. */
const char *report_renamed_id(struct arena *arena, const struct fields *fields);
/* When class and text are known. */
void mail_read_report(struct reader *reader);

/* ---- mail_report_words.c ---- */
/* The notice without the copy of the mail that failed. */
char *report_notice(struct arena *arena, const char *text);
/* A code of RFC 3463 with the class 2, 4 or 5, or NULL; s may be NULL. */
const char *report_find_status(struct arena *arena, const char *s);
/* '4' or '5' by an SMTP reply code in it, else NUL. */
char report_find_class(const char *s);
/* Both are case folded; status may be NULL. */
enum report_reason report_find_reason(const char *diagnostic, const char *notice,
                                      const char *status);
/* class as report_find_class() gives it; folded: all that the server says. */
enum report_outlook report_find_outlook(const struct mail_report *report, char class,
                                        const char *folded);
bool report_says_delay(const char *folded);
bool report_says_rejected(const char *folded);

/* ---- mail_report_pairs.c ---- */
/* By what failed and how, in the first sentence that says both. */
bool report_find_pair(const char *folded, enum report_reason *reason_r);
/* Whether it says that the server goes on trying. */
bool report_says_retry(const char *folded);

/* ---- mail_report_id.c ---- */
/* The Message-ID of the mail that is reported on, or NULL; text: with what it repeats of it. */
const char *report_find_id(struct reader *reader, const char *text);

/* ---- mail_class.c ---- */
/* Sets class, responds and suppressed, by the header. */
void mail_classify(struct reader *reader, const char *type, const char *report_type);
/* Case folded, blanks and apostrophes plain; "" for none. */
const char *subject_plain(const struct reader *reader);
/* Whether it begins with one of these, behind what stands in brackets before it. */
bool subject_starts(const struct reader *reader, const char *const *words);
extern const char *const mail_auto_subjects[], *const mail_bounce_subjects[],
                                                   *const mail_receipt_subjects[];

/* ---- mail_undelivered.c ---- */
/* When the text is known: reports on deliveries whose header gives another class, or none. */
void mail_classify_report(struct reader *reader);
/* A warning to us about our own mailbox, without any part that a server would have written. */
bool undelivered_is_on_own_mailbox(const struct reader *reader);
/* The return path is "<>" (RFC 5321 section 4.5.5). */
bool mail_has_null_path(const struct mail *mail);
/* Whether nothing but words would make it a report. */
bool undelivered_is_pretended(const struct reader *reader);

/* ---- mail_clause.c ---- */
/* All of a text as text_own_words() gives it. */
/* The first clause, with the mark that ends it, and *s behind that; NULL at the end. */
const char *clause_next(struct arena *arena, const char **s);
/* Whether it tells of another than its writer (sender: the last word of his name, or ""), or of
 * what is over. */
bool clause_is_of_others(const char *clause, const char *sender);
/* Whether it says of the reader's mail that a program wrote it. */
bool clause_is_on_yours(const char *clause);

/* ---- mail_notice.c ---- */
struct param_value;
/* Keeps what a text/calendar of n bytes, or its Content-Type, says it is. */
void notice_collect(struct reader *reader, const struct param_value *type, const char *bytes,
                    size_t n);
/* Whether it is worded like a letter to a council. */
bool notice_is_letter(struct reader *reader);
/* The class by the text, where the header says nothing. */
void mail_classify_text(struct reader *reader);

/* ---- mail_param.c ---- */

/* A MIME field with parameters, RFC 2045 and 2231, and what mail programs make of it. */
struct param_value {
    const char *value; /* "text/plain", lower case; "" for none */
    struct field *params;
    size_t n;
};

void param_parse(struct arena *arena, const char *raw, struct param_value *value_r);
const char *param_get(const struct param_value *value, const char *name);
/* A file name that is only a name: no directories, controls, marks of writing direction. */
const char *param_safe_name(struct arena *arena, const char *name);

/* ---- mail_bounds.c ---- */
/* How many of n bytes may be parsed; less than n only where there are more parts, or fields of
 * parts, than any mail has. */
size_t mime_bounded(const char *bytes, size_t n);

/* ---- mail_sealed.c ---- */

/* A signature that is, or claims to be, around the whole mail. */
struct sealed {
    const char *fault; /* why it cannot be one; NULL: the rest is there */
    const char *cms;   /* DER */
    size_t cms_n;
    bool is_clear;       /* multipart/signed: these two, which lie in the mail */
    const char *content; /* the part that is signed, from its header on, as it arrived */
    size_t content_n;
    const char *signature; /* the part with the signature */
    size_t signature_n;
};

/* Finds the two parts of a mail that is multipart/signed with S/MIME, and then sets mail->sealed.
 * True: they are to be read from there, so that nothing else is read than was signed. */
bool sealed_find(struct reader *reader, const char *bytes, size_t n, size_t body);
/* The same of a mail that is one part. */
void sealed_note_part(struct reader *reader, const char *type, const char *name, const char *bytes,
                      size_t n);

/* ---- mail_part.c ---- */
/* A type that programs give to files they know nothing of. */
bool mail_type_is_unspecific(const char *type);
/* What the transfer encoding hides; the caller's. */
GByteArray *mail_decode(GMimeObject *object);
/* One entity of n bytes, header first; NULL where GMime finds none.  The caller's. */
GMimeObject *mail_parse(struct reader *reader, const char *bytes, size_t n);
/* The two parts that sealed_find() has found. */
void mail_read_sealed(struct reader *reader);
/* The parts of one message of n bytes: the mail itself (path "", depth 0), or one attached to it.
 */
void mail_read_tree(struct reader *reader, const char *bytes, size_t n, const char *path,
                    size_t depth);

struct documents;
/* A message, or signed content, that a part holds: what its parts say becomes documents of that
 * part.  Their own attachments are files within it. */
void mail_read_inside(struct documents *documents, const char *bytes, size_t n);

/* ---- mail_charset.c ---- */
void charset_preload(void);
/* UTF-8 of n bytes; label may be NULL.  *bad_r is set where the label lies or is unknown, and where
 * the text was made UTF-8 twice. */
char *charset_to_utf8(struct arena *arena, const char *label, const char *bytes, size_t n,
                      size_t *n_r, bool *bad_r);

/* ---- mail_word.c ---- */
/* UTF-8 with encoded words to UTF-8 without. */
char *words_decode(struct arena *arena, const char *s);
/* The same for a field of addresses, where a decoded word is a quoted string: a comma in it parts
 * no addresses. */
char *words_decode_phrases(struct arena *arena, const char *s);

/* ---- mail_text.c ---- */
/* Line ends LF, no controls but LF and TAB, NFC. */
char *text_normalize(struct arena *arena, const char *s, size_t n);
char *text_unflow(struct arena *arena, const char *s, bool delsp); /* RFC 3676 */
bool text_is_stub(struct arena *arena, const char *s);
size_t text_visible(const char *s); /* bytes that are no white space */
bool text_speaks_of_attachment(struct arena *arena, const char *s);
/* Only what the writer says himself, case folded, on one line: no quotes, nothing below a signature
 * or a forwarded head. */
char *text_own_words(struct arena *arena, const char *s);
/* Makes typographic apostrophes plain, where they stand; gives s back. */
char *text_plain_quotes(char *s);
/* Whether the word, or one of these, stands there with no letter before or behind it; all are case
 * folded. */
bool text_has_word(const char *folded, const char *word);
bool text_has_any(const char *folded, const char *const *words);
/* Whether one of these stands in it, also within a word. */
bool text_has_part(const char *folded, const char *const *parts);
/* The first sentence of one line, without the mark that ends it, and *s behind that; NULL at the
 * end.  A full stop within a number or an address ends none. */
const char *sentence_next(struct arena *arena, const char **s);

/* ---- mail_html.c (and html_walk.c, html_sheet.c) ---- */
void html_preload(void);
/* What a person sees of n bytes of UTF-8 and a NUL, which are changed; *text_r only where it is
 * PART_EXTRACTED. */
enum part_text html_to_text(struct arena *arena, char *utf8, size_t n, char **text_r);
/* The same of bytes in the charset that label says (NULL: that a meta element says), normalized. */
enum part_text html_read(struct arena *arena, const char *label, const char *bytes, size_t n,
                         const char **text_r, bool *bad_charset_r);
/* About how many of n bytes and a NUL are seen, white space aside; for a job that parses no HTML.
 */
size_t html_visible(const char *bytes, size_t n);
/* The charset that a meta element names, or NULL. */
const char *html_charset(struct arena *arena, const char *bytes, size_t n);

#endif
