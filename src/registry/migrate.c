/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Steps from one schema to the next.  PRAGMA user_version is the number of steps done; the number
 * is changed in the transaction of its step.  A step that was released is never changed, only
 * followed by another.
 */
#include "registry/private.h"
#include "registry/schema_2_sql.h"
#include "registry/schema_3_sql.h"
#include "registry/schema_4_sql.h"
#include "registry/schema_5_sql.h"
#include "registry/schema_6_sql.h"
#include "registry/schema_sql.h"

#include <stdio.h>

/* Says to file(1) and to us whose database it is: "antr". */
#define APPLICATION_ID 0x616e7472
#define STRINGIFY_VALUE(x) #x
#define STRINGIFY(x) STRINGIFY_VALUE(x)

static const char *const steps[] = {
    schema_sql, schema_2_sql, schema_3_sql, schema_4_sql, schema_5_sql, schema_6_sql,
};

#define STEP_COUNT ((int64_t)(sizeof steps / sizeof *steps))

/* A table that others refer to can only be made anew while nobody looks; then all must fit again.
 */
static bool check_references(struct registry *registry, struct err *err_r)
{
    int64_t broken;

    return statement_get_int(registry, "SELECT count(*) FROM pragma_foreign_key_check", NULL, 0,
                             &broken, err_r) &&
           (broken == 0 || err_set(err_r, ERR_DATA,
                                   "registry in %s: %lld rows refer to nothing; restore the last "
                                   "backup",
                                   registry->directory, (long long)broken));
}

static bool run_step(struct registry *registry, int64_t n, struct err *err_r)
{
    char version[64];

    snprintf(version, sizeof version, "PRAGMA user_version = %lld;", (long long)n + 1);
    if (!statement_script(registry, "PRAGMA foreign_keys = OFF; BEGIN IMMEDIATE;", err_r))
        return false;
    bool ok = statement_script(registry, steps[n], err_r) && check_references(registry, err_r) &&
              statement_script(registry, version, err_r) &&
              statement_script(registry, "PRAGMA application_id = " STRINGIFY(APPLICATION_ID) ";",
                               err_r) &&
              statement_script(registry, "COMMIT;", err_r);
    if (!ok)
        registry_rollback(registry);
    return ok && statement_script(registry, "PRAGMA foreign_keys = ON;", err_r);
}

static bool check_owner(struct registry *registry, int64_t version, struct err *err_r)
{
    int64_t id;

    if (!statement_get_int(registry, "PRAGMA application_id", NULL, 0, &id, err_r))
        return false;
    if (id == APPLICATION_ID || (id == 0 && version == 0))
        return true;
    return err_set(err_r, ERR_DATA, "%s/%s is the database of another program; move it away",
                   registry->directory, REGISTRY_FILE);
}

bool registry_migrate(struct registry *registry, struct err *err_r)
{
    int64_t version;

    if (!statement_get_int(registry, "PRAGMA user_version", NULL, 0, &version, err_r) ||
        !check_owner(registry, version, err_r))
        return false;
    if (version > STEP_COUNT)
        return err_set(err_r, ERR_CONFIG,
                       "registry in %s was made by a newer antragd (schema %lld, this one knows "
                       "%lld); install that one again",
                       registry->directory, (long long)version, (long long)STEP_COUNT);
    if (registry->mode == REGISTRY_READ && version == 0)
        return err_set(err_r, ERR_NO_INPUT,
                       "there is no registry in %s; antragd makes it when it first runs",
                       registry->directory);
    if (registry->mode == REGISTRY_READ && version < STEP_COUNT)
        return err_set(err_r, ERR_TRY_AGAIN,
                       "registry in %s has an older schema (%lld); start antragd once, it brings "
                       "it up to date",
                       registry->directory, (long long)version);
    for (int64_t n = version; n < STEP_COUNT; n++) {
        if (!run_step(registry, n, err_r))
            return false;
    }
    return true;
}
