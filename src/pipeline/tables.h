/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * roster-file and meetings-file of a body while it works: read again when they change.  A file that
 * cannot be used leaves what the last good one said; a copy of that is kept below
 * STATE/tables, so that a damaged file is no worse after a restart.
 */
#ifndef PIPELINE_TABLES_H
#define PIPELINE_TABLES_H

#include "base/err.h"
#include "conf/conf.h"

struct tables;

/* own: the body without its tables, of conf_load_own() or conf_parse_slice(); outlives it. keep:
 * good files are copied to STATE (the one writer does). */
struct tables *tables_new(const struct conf_body *own, const char *state_directory, bool keep);
void tables_free(struct tables *tables);

/* a file that has become bad since it was looked at last */
struct tables_mistake {
    const char *path;
    const char *digest;    /* of its bytes, or "missing": the same mistake again has the same */
    struct texts mistakes; /* "file:line: ..." */
};

struct tables_news {
    bool changed;                  /* factions and councils of the body are new */
    struct tables_mistake *bad[2]; /* roster, meetings; NULL: nothing to tell */
};

/*
 * Brings *body, a copy of own, up to date where a file has changed.  Factions, members and councils
 * that it had before go.  news and its texts live in the arena.  False (ERR_CONFIG) where there is
 * neither a good file nor a copy: *body then has what it had.
 */
bool tables_refresh(struct tables *tables, struct conf_body *body, struct arena *arena,
                    struct tables_news *news_r, struct err *err_r);

#endif
