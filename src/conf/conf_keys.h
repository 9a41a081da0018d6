/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * THE table of antragd.conf: one row per key, one per section.  Reading, printing, defaults, ranges
 * and who may see what all follow from it; antragd.conf(5) is compared with it by a test.
 * Private to src/conf and its tests.
 */
#ifndef CONF_CONF_KEYS_H
#define CONF_CONF_KEYS_H

#include "conf/conf.h"

enum conf_type {
    CONF_TYPE_TEXT,     /* const char * */
    CONF_TYPE_TEXTS,    /* struct texts */
    CONF_TYPE_NUMBER,   /* int */
    CONF_TYPE_BOOL,     /* bool */
    CONF_TYPE_WORD,     /* an enum: the index of the word in words */
    CONF_TYPE_DAY,      /* struct day; "" is DAY_NONE */
    CONF_TYPE_START,    /* struct conf_start; "" is DAY_NONE */
    CONF_TYPE_DAYS,     /* struct day * and, in the next member, size_t */
    CONF_TYPE_MEETINGS, /* struct conf_meeting * and, in the next member, size_t */
    CONF_TYPE_TIME,     /* int, minutes since midnight, up to 24:00; "" is -1 */
    CONF_TYPE_SIZE,     /* size_t in bytes, written in MB of 1024 * 1024 bytes */
};

struct conf_key {
    const char *name;
    enum conf_type type;
    size_t offset;            /* in the section's struct */
    const char *fallback;     /* as a value is written; of a list, words with blanks between */
    const char *derived;      /* in words, where the default follows from other keys */
    const char *const *words; /* all there are, NULL at the end; or NULL: any */
    /* NULL where the value is good, else what is wrong: "is not …; write …" */
    const char *(*check)(const char *value);
    int min; /* of a number; of a word, the first that may be written; of a time, -1: may be "" */
    int max;
    unsigned audience; /* of enum conf_audience */
    bool required;
    const char *sentence;
};

struct conf_section;

/* a section's place in another one */
struct conf_child {
    const struct conf_section *section;
    bool many;
    size_t offset; /* many: of the pointer to the array; else of the struct itself */
    size_t count_offset;
    unsigned audience;
};

#define CONF_ALWAYS ((size_t)-1)

struct conf_section {
    const char *name; /* "" is the file itself */
    size_t size;
    bool titled;
    size_t title_offset;
    const char *(*check_title)(const char *title);
    size_t set_offset; /* of a bool "the section is there", or CONF_ALWAYS */
    const struct conf_key *keys;
    size_t key_count; /* at most 64 */
    const struct conf_child *children;
    size_t child_count; /* at most 32 */
};

extern const struct conf_section conf_root;

/* "text", "list of texts", … as the manual says it */
const char *conf_type_name(enum conf_type type);

#endif
