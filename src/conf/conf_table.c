/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * roster-file and meetings-file.  Each row becomes the section that it could have been in
 * antragd.conf, so that all checks of sections hold for rows, and mistakes name the row.
 */
#include "conf/conf_tree.h"

#include "base/file.h"

#include <string.h>

/* ---- columns ---- */

struct column {
    const char *name;
    const char *section; /* whose key it is; NULL: the section's title, or not kept */
    const char *key;
    bool is_list; /* several in one field, with semicolons between */
    bool required;
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define COLUMNS_MAX 16

/* the first ones stand at fixed places below */
enum { ROSTER_FACTION, ROSTER_ADDRESS };
static const struct column roster_columns[] = {
    [ROSTER_FACTION] = {.name = "faction", .required = true},
    [ROSTER_ADDRESS] = {.name = "address", .required = true},
    {.name = "name", .section = "member", .key = "name"},
    {.name = "role", .section = "member", .key = "role"},
    {.name = "chair", .section = "member", .key = "chair"},
    {.name = "addresses", .section = "member", .key = "addresses", .is_list = true},
    {.name = "since", .section = "member", .key = "since"},
    {.name = "until", .section = "member", .key = "until"},
    {.name = "certificate", .section = "member", .key = "certificate"},
    {.name = "submit", .section = "member", .key = "submit"},
    {.name = "acknowledge", .section = "member", .key = "acknowledge"},
    {.name = "faction-name", .section = "faction", .key = "name"},
    {.name = "faction-aliases", .section = "faction", .key = "aliases", .is_list = true},
};

enum { MEETINGS_COUNCIL, MEETINGS_DATE, MEETINGS_TIME };
static const struct column meetings_columns[] = {
    [MEETINGS_COUNCIL] = {.name = "council", .required = true},
    [MEETINGS_DATE] = {.name = "date", .required = true},
    [MEETINGS_TIME] = {.name = "time"},
};

/* a table with its header understood */
struct table {
    struct conf_reader *reader;
    struct conf_rows rows;
    const struct column *columns;
    size_t count;
    size_t places[COLUMNS_MAX]; /* of a column, from 1; 0: left out */
};

static const char *say_columns(const struct table *table)
{
    struct texts names = {0};

    for (size_t i = 0; i < table->count; i++)
        texts_add(&names, table->reader->scratch, table->columns[i].name);
    return text_join(table->reader->scratch, &names, ", ");
}

static void read_column(struct table *table, size_t place, const char *name)
{
    struct conf_place where = table->rows.v[0].place;

    for (size_t i = 0; i < table->count; i++) {
        if (!text_equal_nocase(table->columns[i].name, name))
            continue;
        if (table->places[i] != 0)
            conf_mistake_add(table->reader, where, "the column %s stands twice; leave one of them",
                             name);
        table->places[i] = place;
        return;
    }
    conf_mistake_add(table->reader, where,
                     "unknown column \"%s\"; there are %s, with commas between", name,
                     say_columns(table));
}

static bool read_header(struct table *table)
{
    const struct texts *names = &table->rows.v[0].fields;
    size_t mistakes = table->reader->mistake_count;

    for (size_t i = 0; i < names->n; i++)
        read_column(table, i + 1, names->v[i]);
    for (size_t i = 0; i < table->count && table->reader->mistake_count == mistakes; i++)
        if (table->columns[i].required && table->places[i] == 0)
            conf_mistake_add(table->reader, table->rows.v[0].place,
                             "the column %s is missing; the first line names the columns",
                             table->columns[i].name);
    return table->reader->mistake_count == mistakes;
}

static bool read_table(struct table *table, const struct conf_table *source)
{
    struct conf_place start = {conf_tree_add_file(table->reader, source->path), 1};

    if (!conf_csv_read(table->reader, start.file, source->bytes, source->n, &table->rows))
        return false;
    if (table->rows.n == 0) {
        conf_mistake_add(table->reader, start, "is empty; its first line names the columns %s",
                         say_columns(table));
        return false;
    }
    return read_header(table);
}

/* "" where the column is left out. */
static const char *field(const struct table *table, const struct conf_row *row, size_t column)
{
    size_t place = table->places[column];

    return place == 0 ? "" : row->fields.v[place - 1];
}

/* A row that cannot be one is reported. */
static bool is_sound(const struct table *table, const struct conf_row *row)
{
    size_t wanted = table->rows.v[0].fields.n;

    if (row->fields.n != wanted) {
        conf_mistake_add(table->reader, row->place,
                         "has %zu fields and the header %zu; put fields with commas in quotes",
                         row->fields.n, wanted);
        return false;
    }
    for (size_t i = 0; i < table->count; i++) {
        if (table->columns[i].required && *field(table, row, i) == '\0') {
            conf_mistake_add(table->reader, row->place, "the field %s is empty",
                             table->columns[i].name);
            return false;
        }
    }
    return true;
}

/* ---- factions and members ---- */

static void add_list(struct conf_reader *reader, struct conf_node *node, const char *key,
                     const char *s, struct conf_place place)
{
    while (*s != '\0') {
        size_t n = strcspn(s, ";");
        const char *one = text_trim(reader->scratch, arena_strndup(reader->scratch, s, n));

        if (*one != '\0')
            conf_tree_add_value(reader, node, key, one, place);
        s += n + (s[n] == ';');
    }
}

static void add_keys(const struct table *table, const struct conf_row *row, struct conf_node *node)
{
    for (size_t i = 0; i < table->count; i++) {
        const struct column *column = &table->columns[i];
        const char *value = field(table, row, i);

        if (*value == '\0' || column->section == NULL ||
            strcmp(column->section, node->section->name) != 0)
            continue;
        if (column->is_list)
            add_list(table->reader, node, column->key, value, row->place);
        else
            conf_tree_add_value(table->reader, node, column->key, value, row->place);
    }
}

static struct conf_node *find_section(struct conf_node *parent, const char *name, const char *title)
{
    for (struct conf_node *node = parent->nodes; node != NULL; node = node->next)
        if (strcmp(node->section->name, name) == 0 && text_equal_nocase(node->title, title))
            return node;
    return NULL;
}

/* A faction's own columns count in the first row that names a faction the configuration has not. */
static struct conf_node *find_faction(const struct table *table, const struct conf_row *row,
                                      struct conf_node *body)
{
    const char *title = field(table, row, ROSTER_FACTION);
    struct conf_node *faction = find_section(body, "faction", title);

    if (faction == NULL) {
        faction = conf_tree_add_section(table->reader, body, "faction", title, row->place);
        add_keys(table, row, faction);
    }
    return faction;
}

void conf_table_add_roster(struct conf_reader *reader, struct conf_node *body,
                           const struct conf_table *source)
{
    struct table table = {
        .reader = reader, .columns = roster_columns, .count = COUNT(roster_columns)};

    if (!read_table(&table, source))
        return;
    for (size_t i = 1; i < table.rows.n; i++) {
        const struct conf_row *row = &table.rows.v[i];

        if (is_sound(&table, row))
            add_keys(&table, row,
                     conf_tree_add_section(reader, find_faction(&table, row, body), "member",
                                           field(&table, row, ROSTER_ADDRESS), row->place));
    }
}

/* ---- meetings ---- */

static bool has_alias(const struct conf_node *council, const char *name)
{
    const struct conf_entry *aliases = conf_node_entry(council, "aliases");

    for (const struct conf_value *value = aliases == NULL ? NULL : aliases->values; value != NULL;
         value = value->next)
        if (text_equal_nocase(value->text, name))
            return true;
    return false;
}

static struct conf_node *find_council(struct conf_node *body, const char *name)
{
    struct conf_node *council = find_section(body, "council", name);

    for (struct conf_node *node = body->nodes; node != NULL && council == NULL; node = node->next)
        if (strcmp(node->section->name, "council") == 0 && has_alias(node, name))
            council = node;
    return council;
}

static void add_meeting(const struct table *table, const struct conf_row *row,
                        struct conf_node *body)
{
    struct conf_reader *reader = table->reader;
    const char *name = field(table, row, MEETINGS_COUNCIL);
    const char *time = field(table, row, MEETINGS_TIME);
    struct conf_node *council = find_council(body, name);

    if (council == NULL)
        conf_mistake_add(reader, row->place,
                         "there is no council \"%s\"; add it to antragd.conf, or as an alias",
                         name);
    else
        conf_tree_add_value(reader, council, "meetings",
                            arena_printf(reader->scratch, "%s%s%s",
                                         field(table, row, MEETINGS_DATE), *time == '\0' ? "" : "T",
                                         time),
                            row->place);
}

void conf_table_add_meetings(struct conf_reader *reader, struct conf_node *body,
                             const struct conf_table *source)
{
    struct table table = {
        .reader = reader, .columns = meetings_columns, .count = COUNT(meetings_columns)};

    if (!read_table(&table, source))
        return;
    for (size_t i = 1; i < table.rows.n; i++)
        if (is_sound(&table, &table.rows.v[i]))
            add_meeting(&table, &table.rows.v[i], body);
}

/* ---- the files of a configuration ---- */

_Static_assert(COUNT(roster_columns) <= COLUMNS_MAX, "more columns than places");

static void add_file(struct conf_reader *reader, struct conf_node *body, const char *key,
                     void (*add)(struct conf_reader *, struct conf_node *,
                                 const struct conf_table *))
{
    const struct conf_entry *entry = conf_node_entry(body, key);
    struct conf_table table = {0};
    struct err err;
    char *bytes;

    if (entry == NULL || entry->values == NULL || entry->values->text[0] != '/')
        return; /* reported with the key */
    table.path = entry->values->text;
    /* what cannot be read at all is reported with the key, too */
    if (file_read(reader->scratch, table.path, CONF_TABLE_MAX, &bytes, &table.n, &err)) {
        table.bytes = bytes;
        add(reader, body, &table);
    }
}

void conf_table_add_files(struct conf_reader *reader, struct conf_node *root)
{
    for (struct conf_node *node = root->nodes; node != NULL; node = node->next) {
        if (strcmp(node->section->name, "body") != 0)
            continue;
        add_file(reader, node, "roster-file", conf_table_add_roster);
        add_file(reader, node, "meetings-file", conf_table_add_meetings);
    }
}
