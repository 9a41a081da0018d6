/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A configuration while it is read: tokens, then a tree in which every value knows its file and
 * line, then the typed values.  The tree lives in a scratch arena that goes when loading is done.
 * Private to src/conf.
 */
#ifndef CONF_CONF_TREE_H
#define CONF_CONF_TREE_H

#include "conf/conf_keys.h"

struct conf_place {
    uint32_t file; /* index in files */
    uint32_t line;
};

struct conf_mistake {
    struct conf_place place;
    uint32_t seq; /* keeps the order of what was found in one line */
    const char *text;
};

struct conf_reader {
    struct arena *arena;   /* of the result */
    struct arena *scratch; /* of the tree */
    bool slice;            /* made by conf_print(): see conf_parse_slice() */
    bool own;              /* without roster-file and meetings-file */
    const char **files;
    size_t file_count;
    size_t file_size;
    struct conf_mistake *mistakes;
    size_t mistake_count;
    size_t mistake_size;
    const char *sound_pem; /* the last file that conf_pem_check() found good */
};

void conf_mistake_add(struct conf_reader *reader, struct conf_place place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* ---- conf_lex.c: tokens ---- */

enum conf_token_kind {
    CONF_TOKEN_END,
    CONF_TOKEN_WORD,
    CONF_TOKEN_STRING,
    CONF_TOKEN_OPEN,  /* { */
    CONF_TOKEN_CLOSE, /* } */
    CONF_TOKEN_PAREN_OPEN,
    CONF_TOKEN_PAREN_CLOSE,
    CONF_TOKEN_EQUALS,
    CONF_TOKEN_PLUS_EQUALS,
    CONF_TOKEN_COMMA,
};

struct conf_token {
    enum conf_token_kind kind;
    const char *text; /* as written for punctuation, unescaped for strings; scratch */
    struct conf_place place;
};

/* A copy of it is a place to come back to. */
struct conf_lexer {
    struct conf_reader *reader;
    const char *bytes;
    size_t n;
    size_t at;
    struct conf_place place; /* of bytes[at] */
};

void conf_lex_start(struct conf_lexer *lexer, struct conf_reader *reader, uint32_t file,
                    const char *bytes, size_t n);
/* Bytes that make no token are reported and left out. */
void conf_lex_next(struct conf_lexer *lexer, struct conf_token *token_r);

/* ---- conf_parse.c: the tree ---- */

struct conf_value {
    struct conf_value *next;
    const char *text;
    struct conf_place place;
};

struct conf_entry {
    struct conf_entry *next;
    const struct conf_key *key;
    struct conf_value *values;
    struct conf_place place;
    bool is_list; /* written in braces */
};

struct conf_node {
    struct conf_node *next;
    const struct conf_section *section;
    const struct conf_child *child; /* NULL: the file itself */
    struct conf_node *parent;
    const char *title;
    struct conf_place place;
    struct conf_entry *entries;
    struct conf_entry **entries_end;
    struct conf_node *nodes;
    struct conf_node **nodes_end;
    uint64_t keys_seen; /* a bit for each of the section's keys */
    uint32_t nodes_seen;
    void *object; /* the section's struct, once it is built */
};

/* From a file, or from bytes where bytes is not NULL (path then only names them). */
bool conf_tree_read(struct conf_reader *reader, const char *path, const char *bytes, size_t n,
                    struct conf_node **root_r, struct err *err_r);
/* For what does not come from the syntax: one more file, a section in another one, a value of a key
 * (of a list, one more). */
uint32_t conf_tree_add_file(struct conf_reader *reader, const char *path);
struct conf_node *conf_tree_add_section(struct conf_reader *reader, struct conf_node *parent,
                                        const char *name, const char *title,
                                        struct conf_place place);
void conf_tree_add_value(struct conf_reader *reader, struct conf_node *node, const char *key,
                         const char *text, struct conf_place place);
/* Whether the key stands there, be its value right or wrong. */
bool conf_node_has(const struct conf_node *node, const char *key);
const struct conf_entry *conf_node_entry(const struct conf_node *node, const char *key);
/* Of the key, or of the section where the key is left out. */
struct conf_place conf_node_place(const struct conf_node *node, const char *key);
/* "body "x"", "mayor", "the file" */
const char *conf_node_name(struct conf_reader *reader, const struct conf_node *node);

/* ---- conf_csv.c: a table ---- */

struct conf_row {
    struct texts fields; /* trimmed */
    struct conf_place place;
};

struct conf_rows {
    struct conf_row *v;
    size_t n;
    size_t size;
};

/* RFC 4180, UTF-8; empty lines are left out.  False where it has mistakes. */
bool conf_csv_read(struct conf_reader *reader, uint32_t file, const char *bytes, size_t n,
                   struct conf_rows *rows_r);

/* ---- conf_table.c: roster-file and meetings-file ---- */

#define CONF_TABLE_MAX (16u * 1024 * 1024)

/* Adds what the tables of a body say to its sections; mistakes have the place in the table. */
void conf_table_add_roster(struct conf_reader *reader, struct conf_node *body,
                           const struct conf_table *table);
void conf_table_add_meetings(struct conf_reader *reader, struct conf_node *body,
                             const struct conf_table *table);
/* The same for the files that the bodies name. */
void conf_table_add_files(struct conf_reader *reader, struct conf_node *root);

/* ---- conf_build.c: the typed values, with defaults ---- */

struct conf *conf_tree_build(struct conf_reader *reader, struct conf_node *root);

/* ---- conf_value.c: one value ---- */

/* Reports what is wrong with them; the object then keeps what it had. */
void conf_value_set(struct conf_reader *reader, const struct conf_node *node,
                    const struct conf_entry *entry, void *object);
void conf_value_set_fallback(struct conf_reader *reader, const struct conf_key *key, void *object);
/* "key = value" as it is written, or nothing where it is left out. */
void conf_value_print(struct text *text, int depth, const struct conf_key *key, const void *object);

/* ---- conf_form.c: what a single value must look like ---- */

const char *conf_form_address(const char *s);
const char *conf_form_from(const char *s);
const char *conf_form_number(const char *s);
const char *conf_form_path(const char *s);
const char *conf_form_host(const char *s);
const char *conf_form_name(const char *s); /* not empty */
const char *conf_form_credential(const char *s);
/* The addr-spec of "Name <a@b>" or "a@b", or NULL. */
char *conf_from_address(struct arena *arena, const char *from);

/* ---- conf_pem.c: files of certificates ---- */

/* Reports a file that cannot be read, or is no PEM of certificates (revoked: of lists of revoked
 * ones). */
void conf_pem_check(struct conf_reader *reader, const struct conf_node *node, const char *key,
                    const char *path, bool revoked);
/* Sets the fingerprints by the file. */
void conf_pem_pin(struct conf_reader *reader, struct conf_member *member);

/* ---- conf_complete.c, conf_check.c: across keys ---- */

void conf_complete(struct conf_reader *reader, struct conf_node *root);
void conf_check(struct conf_reader *reader, struct conf_node *root);
/* conf_folders.c: what is put into one folder of a mailbox must not come out of another as news. */
void conf_check_folders(struct conf_reader *reader, const struct conf_node *node,
                        const struct conf_mailbox *mailbox);
/* Only what tables can get wrong. */
void conf_check_tables(struct conf_reader *reader, struct conf_node *root);

/*
 * NULL, or why a file with secrets must not be used: "… is open to group or others; chmod 600 it".
 * It must belong to root, to the current user, or to the daemon's (the owner of the state
 * directory; before there is one, the user named antragd), while root checks the configuration or a
 * member of the daemon's group uses it.  state_directory NULL: whose it is was judged when the
 * configuration was loaded. That it can be read is not asked for here, since those may not.
 */
const char *conf_secret_file_problem(struct arena *arena, const char *path,
                                     const char *state_directory);

#endif
