/* SPDX-License-Identifier: EUPL-1.2 */
/* From tokens to a tree of sections and keys that the table knows. */
#include "conf/conf_tree.h"

#include "base/file.h"

#include <stdlib.h>
#include <string.h>

#define FILE_MAX (256u * 1024 * 1024)
#define INCLUDE_DEPTH_MAX 16
#define INCLUDE_COUNT_MAX 100000

/* the files that are open, from the one being read up to the first */
struct source {
    const struct source *includer;
    const char *real_path;
    int depth;
    uint32_t file;
};

struct parser {
    struct conf_reader *reader;
    const struct source *source;
    struct conf_lexer lexer;
};

static void parse_items(struct parser *parser, struct conf_node *node, bool is_section);

/* ---- what the table knows ---- */

static const struct conf_key *find_key(const struct conf_section *section, const char *name)
{
    for (size_t i = 0; i < section->key_count; i++)
        if (strcmp(section->keys[i].name, name) == 0)
            return &section->keys[i];
    return NULL;
}

static const struct conf_child *find_child(const struct conf_section *section, const char *name)
{
    for (size_t i = 0; i < section->child_count; i++)
        if (strcmp(section->children[i].section->name, name) == 0)
            return &section->children[i];
    return NULL;
}

static size_t min_size(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Levenshtein's distance of two short names. */
static size_t name_distance(const char *a, const char *b)
{
    size_t row[33];
    size_t n = min_size(strlen(b), 32);

    for (size_t j = 0; j <= n; j++)
        row[j] = j;
    for (size_t i = 0; a[i] != '\0'; i++) {
        size_t diagonal = row[0];

        row[0] = i + 1;
        for (size_t j = 0; j < n; j++) {
            size_t changed = diagonal + (a[i] != b[j]);

            diagonal = row[j + 1];
            row[j + 1] = min_size(changed, min_size(diagonal, row[j]) + 1);
        }
    }
    return row[n];
}

struct guess {
    const char *name;
    size_t distance;
};

static void guess_name(struct guess *guess, const char *wrong, const char *name)
{
    size_t distance = name_distance(wrong, name);

    if (distance < guess->distance) {
        guess->distance = distance;
        guess->name = name;
    }
}

/* The name that was meant, or NULL if none is near. */
static const char *did_you_mean(const struct conf_section *section, const char *wrong)
{
    struct guess guess = {.distance = 3};

    if (strlen(wrong) > 32)
        return NULL;
    guess.distance = min_size(guess.distance, strlen(wrong) / 2 + 1);
    for (size_t i = 0; i < section->key_count; i++)
        guess_name(&guess, wrong, section->keys[i].name);
    for (size_t i = 0; i < section->child_count; i++)
        guess_name(&guess, wrong, section->children[i].section->name);
    return guess.name;
}

/* Where a name that is wrong here would be right, or NULL. */
static const char *find_home(const struct conf_section *section, const char *name)
{
    const char *home = NULL;

    if (find_key(section, name) != NULL || find_child(section, name) != NULL)
        return section->name[0] != '\0' ? section->name : "the file itself, outside of sections";
    for (size_t i = 0; i < section->child_count && home == NULL; i++)
        home = find_home(section->children[i].section, name);
    return home;
}

static void report_unknown(struct parser *parser, const struct conf_node *node,
                           const struct conf_token *token, const char *what)
{
    const char *guess = did_you_mean(node->section, token->text);
    const char *home = find_home(&conf_root, token->text);
    const char *where = conf_node_name(parser->reader, node);

    if (guess != NULL)
        conf_mistake_add(parser->reader, token->place, "unknown %s %s in %s; did you mean %s?",
                         what, token->text, where, guess);
    else if (home != NULL)
        conf_mistake_add(parser->reader, token->place,
                         "%s %s may not stand in %s; it belongs into %s", what, token->text, where,
                         home);
    else
        conf_mistake_add(parser->reader, token->place, "unknown %s %s in %s; see antragd.conf(5)",
                         what, token->text, where);
}

/* ---- the tree ---- */

static struct conf_node *new_node(struct conf_reader *reader, const struct conf_section *section,
                                  struct conf_node *parent)
{
    struct conf_node *node = ARENA_NEW(reader->scratch, struct conf_node);

    node->section = section;
    node->parent = parent;
    node->entries_end = &node->entries;
    node->nodes_end = &node->nodes;
    return node;
}

bool conf_node_has(const struct conf_node *node, const char *key)
{
    const struct conf_key *row = find_key(node->section, key);

    return row != NULL && (node->keys_seen & (UINT64_C(1) << (row - node->section->keys))) != 0;
}

const struct conf_entry *conf_node_entry(const struct conf_node *node, const char *key)
{
    for (const struct conf_entry *entry = node->entries; entry != NULL; entry = entry->next)
        if (strcmp(entry->key->name, key) == 0)
            return entry;
    return NULL;
}

struct conf_place conf_node_place(const struct conf_node *node, const char *key)
{
    const struct conf_entry *entry = conf_node_entry(node, key);

    return entry != NULL ? entry->place : node->place;
}

const char *conf_node_name(struct conf_reader *reader, const struct conf_node *node)
{
    if (node->child == NULL)
        return "the file";
    if (node->title == NULL)
        return node->section->name;
    return arena_printf(reader->scratch, "%s \"%s\"", node->section->name, node->title);
}

/* "line 7", or "FILE:7" where that is another file */
static const char *say_place(struct conf_reader *reader, struct conf_place here,
                             struct conf_place there)
{
    if (here.file == there.file)
        return arena_printf(reader->scratch, "line %u", (unsigned)there.line);
    return arena_printf(reader->scratch, "%s:%u", reader->files[there.file], (unsigned)there.line);
}

static void add_entry(struct parser *parser, struct conf_node *node, struct conf_entry *entry)
{
    uint64_t bit = UINT64_C(1) << (entry->key - node->section->keys);

    if ((node->keys_seen & bit) != 0) {
        struct conf_place first = conf_node_place(node, entry->key->name);

        conf_mistake_add(parser->reader, entry->place,
                         "%s stands twice in %s, already in %s; leave one of them",
                         entry->key->name, conf_node_name(parser->reader, node),
                         say_place(parser->reader, entry->place, first));
        return;
    }
    node->keys_seen |= bit;
    *node->entries_end = entry;
    node->entries_end = &entry->next;
}

static void add_node(struct conf_reader *reader, struct conf_node *node, struct conf_node *child)
{
    uint32_t bit = UINT32_C(1) << (child->child - node->section->children);

    if ((node->nodes_seen & bit) != 0 && !child->child->many)
        conf_mistake_add(reader, child->place, "a second section %s in %s; leave one of them",
                         child->section->name, conf_node_name(reader, node));
    node->nodes_seen |= bit;
    *node->nodes_end = child;
    node->nodes_end = &child->next;
}

/* ---- grammar ---- */

static void next_token(struct parser *parser, struct conf_token *token_r)
{
    conf_lex_next(&parser->lexer, token_r);
}

static enum conf_token_kind peek_kind(struct parser *parser)
{
    struct parser ahead = *parser;
    struct conf_token token;
    size_t mistakes = parser->reader->mistake_count;

    next_token(&ahead, &token);
    parser->reader->mistake_count = mistakes; /* they are reported when it is read */
    return token.kind;
}

static bool is_text(const struct conf_token *token)
{
    return token->kind == CONF_TOKEN_WORD || token->kind == CONF_TOKEN_STRING;
}

static bool is_item_end(struct parser *parser)
{
    enum conf_token_kind kind = peek_kind(parser);

    return kind == CONF_TOKEN_CLOSE || kind == CONF_TOKEN_END;
}

/* After a mistake of grammar: goes on with the next line, or at a brace that closes a section. */
static void skip_to_next_line(struct parser *parser, struct conf_place place)
{
    while (!is_item_end(parser)) {
        struct parser before = *parser;
        size_t mistakes = parser->reader->mistake_count;
        struct conf_token token;

        next_token(parser, &token);
        if (token.place.line != place.line) {
            *parser = before;
            parser->reader->mistake_count = mistakes;
            return;
        }
    }
}

/* Behind the opening brace of a section that is not known, to behind its end. */
static void skip_section(struct parser *parser, struct conf_place place)
{
    struct conf_token token;
    int depth = 1;

    while (depth > 0) {
        next_token(parser, &token);
        if (token.kind == CONF_TOKEN_END) {
            conf_mistake_add(parser->reader, place, "the section is not closed; add a }");
            return;
        }
        depth += token.kind == CONF_TOKEN_OPEN;
        depth -= token.kind == CONF_TOKEN_CLOSE;
    }
}

static struct conf_value *new_value(struct parser *parser, const struct conf_token *token)
{
    struct conf_value *value = ARENA_NEW(parser->reader->scratch, struct conf_value);

    value->text = token->text;
    value->place = token->place;
    return value;
}

/* "port =" and nothing behind it: the next line's key is no value. */
static bool is_next_key(struct parser *parser, const struct conf_token *token,
                        struct conf_place place)
{
    enum conf_token_kind kind;

    if (token->kind != CONF_TOKEN_WORD || token->place.line == place.line)
        return false;
    kind = peek_kind(parser);
    return kind == CONF_TOKEN_EQUALS || kind == CONF_TOKEN_OPEN;
}

/* One token of a list; what is wrong with it is reported.  False where the list cannot go on. */
static bool parse_list_token(struct parser *parser, const struct conf_token *token,
                             struct conf_entry *entry, struct conf_value ***end, bool *needs_comma)
{
    if (is_text(token) && !is_next_key(parser, token, entry->place)) {
        if (*needs_comma)
            conf_mistake_add(parser->reader, token->place, "a comma is missing before %s",
                             token->text);
        **end = new_value(parser, token);
        *end = &(**end)->next;
        *needs_comma = true;
        return true;
    }
    if (token->kind == CONF_TOKEN_COMMA) {
        if (!*needs_comma)
            conf_mistake_add(parser->reader, token->place, "a comma without a value before it");
        *needs_comma = false;
        return true;
    }
    conf_mistake_add(parser->reader, entry->place, "the list is not closed; add a }");
    return false;
}

/* Behind the opening brace of a list. */
static void parse_list(struct parser *parser, struct conf_entry *entry)
{
    struct conf_value **end = &entry->values;
    bool needs_comma = false;

    for (;;) {
        struct parser before = *parser;
        struct conf_token token;

        next_token(parser, &token);
        if (token.kind == CONF_TOKEN_CLOSE)
            return;
        if (!parse_list_token(parser, &token, entry, &end, &needs_comma)) {
            *parser = before;
            skip_to_next_line(parser, entry->place);
            return;
        }
    }
}

/* Behind the equals sign.  False after a mistake of grammar. */
static bool parse_value(struct parser *parser, struct conf_entry *entry, const char *name)
{
    struct parser before = *parser;
    struct conf_token token;

    next_token(parser, &token);
    if (token.kind == CONF_TOKEN_OPEN) {
        entry->is_list = true;
        parse_list(parser, entry);
        return true;
    }
    if (is_text(&token) && !is_next_key(parser, &token, entry->place)) {
        entry->values = new_value(parser, &token);
        return true;
    }
    *parser = before;
    conf_mistake_add(parser->reader, entry->place, "no value behind %s =; write one", name);
    skip_to_next_line(parser, entry->place);
    return false;
}

static void parse_key(struct parser *parser, struct conf_node *node, const struct conf_token *name)
{
    const struct conf_key *key = find_key(node->section, name->text);
    struct conf_entry *entry = ARENA_NEW(parser->reader->scratch, struct conf_entry);

    entry->key = key;
    entry->place = name->place;
    if (key == NULL && find_child(node->section, name->text) != NULL)
        conf_mistake_add(parser->reader, name->place, "%s is a section; write %s { … }", name->text,
                         name->text);
    else if (key == NULL)
        report_unknown(parser, node, name, "key");
    if (parse_value(parser, entry, name->text) && key != NULL)
        add_entry(parser, node, entry);
    else if (key != NULL) /* reported: it is not missing besides */
        node->keys_seen |= UINT64_C(1) << (key - node->section->keys);
}

static void check_title(struct conf_reader *reader, const struct conf_node *node, const char *title)
{
    const struct conf_section *section = node->section;
    const char *problem = NULL;

    if (section->titled && title == NULL)
        problem =
            arena_printf(reader->scratch, "has no title; write %s \"…\" { … }", section->name);
    else if (!section->titled && title != NULL)
        problem = arena_printf(reader->scratch, "takes no title; write %s { … }", section->name);
    else if (title != NULL && text_has_control(title))
        problem = "has a control character in its title; write printable text";
    else if (title != NULL)
        problem = section->check_title(title);
    if (problem != NULL && title != NULL && section->titled)
        conf_mistake_add(reader, node->place, "%s \"%s\" %s", section->name, title, problem);
    else if (problem != NULL)
        conf_mistake_add(reader, node->place, "%s %s", section->name, problem);
}

/* Behind the opening brace; title is NULL where there is none. */
static void parse_section(struct parser *parser, struct conf_node *node,
                          const struct conf_token *name, const struct conf_token *title)
{
    const struct conf_child *child = find_child(node->section, name->text);
    struct conf_node *section;

    if (child == NULL) {
        if (find_key(node->section, name->text) != NULL)
            conf_mistake_add(parser->reader, name->place, "%s is no section; write %s = …",
                             name->text, name->text);
        else
            report_unknown(parser, node, name, "section");
        skip_section(parser, name->place);
        return;
    }
    section = new_node(parser->reader, child->section, node);
    section->child = child;
    section->place = name->place;
    check_title(parser->reader, section, title != NULL ? title->text : NULL);
    if (child->section->titled)
        section->title = title != NULL ? title->text : "";
    add_node(parser->reader, node, section);
    parse_items(parser, section, true);
}

/* ---- include ---- */

static char *resolve_path(struct conf_reader *reader, const char *includer, const char *path)
{
    const char *slash = strrchr(includer, '/');

    if (path[0] == '/' || slash == NULL)
        return arena_strdup(reader->scratch, path);
    return arena_printf(reader->scratch, "%.*s/%s", (int)(slash - includer), includer, path);
}

static bool is_open(const struct source *source, const char *real_path)
{
    for (; source != NULL; source = source->includer)
        if (source->real_path != NULL && strcmp(source->real_path, real_path) == 0)
            return true;
    return false;
}

uint32_t conf_tree_add_file(struct conf_reader *reader, const char *path)
{
    if (reader->file_count == reader->file_size) {
        size_t size = reader->file_size * 2 + 8;

        reader->files = arena_grow(reader->scratch, reader->files, reader->file_size, size,
                                   sizeof reader->files[0]);
        reader->file_size = size;
    }
    reader->files[reader->file_count] = path;
    return (uint32_t)reader->file_count++;
}

static char *find_real_path(struct conf_reader *reader, const char *path)
{
    char *real = realpath(path, NULL);
    char *copy = arena_strdup(reader->scratch, real);

    free(real);
    return copy;
}

static void parse_source(struct conf_reader *reader, const struct source *source, const char *bytes,
                         size_t n, struct conf_node *node)
{
    struct parser parser = {.reader = reader, .source = source};

    conf_lex_start(&parser.lexer, reader, source->file, bytes, n);
    if (node->child == NULL && source->includer == NULL)
        node->place = parser.lexer.place;
    parse_items(&parser, node, false);
}

static const char *include_problem(struct parser *parser, const char *real_path)
{
    if (parser->reader->slice)
        return "has no place in a slice";
    if (real_path != NULL && is_open(parser->source, real_path))
        return "includes itself; take one include() away";
    if (parser->source->depth >= INCLUDE_DEPTH_MAX)
        return "is included too deep; flatten the includes";
    if (parser->reader->file_count >= INCLUDE_COUNT_MAX)
        return "is one include() too many; join files";
    return NULL;
}

static void include_file(struct parser *parser, struct conf_node *node,
                         const struct conf_token *name)
{
    struct conf_reader *reader = parser->reader;
    char *path = resolve_path(reader, reader->files[parser->source->file], name->text);
    struct source source = {.includer = parser->source, .depth = parser->source->depth + 1};
    const char *problem;
    struct err err;
    char *bytes;
    size_t n;

    source.real_path = reader->slice ? NULL : find_real_path(reader, path);
    problem = include_problem(parser, source.real_path);
    if (problem != NULL) {
        conf_mistake_add(reader, name->place, "include: %s %s", path, problem);
        return;
    }
    if (!file_read(reader->scratch, path, FILE_MAX, &bytes, &n, &err)) {
        conf_mistake_add(reader, name->place, "include: %s", err.text);
        return;
    }
    source.file = conf_tree_add_file(reader, path);
    parse_source(reader, &source, bytes, n, node);
}

/* Behind include( */
static void parse_include(struct parser *parser, struct conf_node *node, struct conf_place place)
{
    struct conf_token name;
    struct conf_token close;

    next_token(parser, &name);
    if (is_text(&name))
        next_token(parser, &close);
    if (!is_text(&name) || close.kind != CONF_TOKEN_PAREN_CLOSE) {
        conf_mistake_add(parser->reader, place,
                         "include takes one file; write include(\"file.conf\")");
        skip_to_next_line(parser, place);
        return;
    }
    include_file(parser, node, &name);
}

/* ---- items ---- */

static void report_item(struct parser *parser, const struct conf_token *name,
                        const struct conf_token *found)
{
    conf_mistake_add(parser->reader, name->place,
                     "%s is followed by %s; write %s = value, or a section in { }", name->text,
                     found->text, name->text);
    skip_to_next_line(parser, name->place);
}

static void parse_item(struct parser *parser, struct conf_node *node, const struct conf_token *name)
{
    struct parser before = *parser;
    struct conf_token token;

    next_token(parser, &token);
    if (token.kind == CONF_TOKEN_EQUALS) {
        parse_key(parser, node, name);
    } else if (token.kind == CONF_TOKEN_OPEN) {
        parse_section(parser, node, name, NULL);
    } else if (is_text(&token) && peek_kind(parser) == CONF_TOKEN_OPEN) {
        struct conf_token open;

        next_token(parser, &open);
        parse_section(parser, node, name, &token);
    } else if (token.kind == CONF_TOKEN_PAREN_OPEN && strcmp(name->text, "include") == 0) {
        parse_include(parser, node, name->place);
    } else if (token.kind == CONF_TOKEN_PLUS_EQUALS) {
        struct conf_entry dropped = {.place = name->place};

        conf_mistake_add(parser->reader, token.place,
                         "+= is not known here; write all of %s in one list", name->text);
        parse_value(parser, &dropped, name->text);
    } else {
        *parser = before;
        report_item(parser, name, &token);
    }
}

static void parse_items(struct parser *parser, struct conf_node *node, bool is_section)
{
    for (;;) {
        struct conf_token token;

        next_token(parser, &token);
        if (token.kind == CONF_TOKEN_END) {
            if (is_section)
                conf_mistake_add(parser->reader, node->place, "%s is not closed; add a }",
                                 conf_node_name(parser->reader, node));
            return;
        }
        if (token.kind == CONF_TOKEN_CLOSE && is_section)
            return;
        if (is_text(&token)) {
            parse_item(parser, node, &token);
            continue;
        }
        conf_mistake_add(parser->reader, token.place, "%s where a key should begin", token.text);
        if (token.kind != CONF_TOKEN_CLOSE)
            skip_to_next_line(parser, token.place);
    }
}

bool conf_tree_read(struct conf_reader *reader, const char *path, const char *bytes, size_t n,
                    struct conf_node **root_r, struct err *err_r)
{
    struct source source = {.file = conf_tree_add_file(reader, path)};
    char *contents = NULL;

    if (bytes == NULL) {
        if (!file_read(reader->scratch, path, FILE_MAX, &contents, &n, err_r))
            return false;
        source.real_path = find_real_path(reader, path);
        bytes = contents;
    }
    *root_r = new_node(reader, &conf_root, NULL);
    parse_source(reader, &source, bytes, n, *root_r);
    return true;
}

/* ---- from elsewhere ---- */

struct conf_node *conf_tree_add_section(struct conf_reader *reader, struct conf_node *parent,
                                        const char *name, const char *title,
                                        struct conf_place place)
{
    const struct conf_child *child = find_child(parent->section, name);
    struct conf_node *node;

    if (child == NULL)
        panic("conf: there is no section %s", name);
    node = new_node(reader, child->section, parent);
    node->child = child;
    node->place = place;
    node->title = title;
    check_title(reader, node, title);
    add_node(reader, parent, node);
    return node;
}

static struct conf_entry *entry_of(struct conf_reader *reader, struct conf_node *node,
                                   const char *key, struct conf_place place)
{
    const struct conf_key *row = find_key(node->section, key);
    struct conf_entry *entry;

    if (row == NULL)
        panic("conf: there is no key %s", key);
    for (entry = node->entries; entry != NULL; entry = entry->next)
        if (entry->key == row)
            return entry;
    entry = ARENA_NEW(reader->scratch, struct conf_entry);
    entry->key = row;
    entry->place = place;
    node->keys_seen |= UINT64_C(1) << (row - node->section->keys);
    *node->entries_end = entry;
    node->entries_end = &entry->next;
    return entry;
}

void conf_tree_add_value(struct conf_reader *reader, struct conf_node *node, const char *key,
                         const char *text, struct conf_place place)
{
    struct conf_entry *entry = entry_of(reader, node, key, place);
    struct conf_value *value = ARENA_NEW(reader->scratch, struct conf_value);
    struct conf_value **end = &entry->values;

    while (*end != NULL)
        end = &(*end)->next;
    value->text = text;
    value->place = place;
    *end = value;
}
