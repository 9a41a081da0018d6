/* SPDX-License-Identifier: EUPL-1.2 */
/* What becomes of a motion of the register by a paper that follows it, as rows. */
#include "registry/private.h"

const char *registry_say_motion(struct arena *arena, const struct known_motion *known)
{
    struct text text;

    text_init(&text, arena);
    text_addf(&text, "\"%s\"", known->title == NULL ? "" : known->title);
    for (size_t i = 0; i < known->consultation_count; i++) {
        const struct motion_consultation *one = &known->consultations[i];
        const char *day = day_to_text(arena, one->meeting);

        text_addf(&text, ", %s=%s", one->organization == NULL ? "?" : one->organization,
                  day == NULL ? "?" : day);
    }
    return text.s;
}

/* Nobody changed it since it was looked up. */
static bool check_changed(struct recording *r, struct err *err_r)
{
    return sqlite3_changes(r->registry->db) == 1 ||
           recording_fail_bug(r, err_r, "a motion changed since it was looked up");
}

static bool change_motion(struct recording *r, const struct decided_motion *decided, int64_t motion,
                          int version, struct err *err_r)
{
    bool withdraws = decided->follow == FOLLOW_WITHDRAWS;

    return STATEMENT_RUN(r->registry, err_r,
                         "UPDATE motions SET state = ?, version = ? WHERE id = ?"
                         " AND state = 'registered' AND version = ?",
                         value_text(withdraws ? "withdrawn" : "registered"), value_int(version),
                         value_int(motion), value_int(decided->follows->version)) &&
           check_changed(r, err_r);
}

static bool change_mover(struct recording *r, int64_t document, const char *faction,
                         const char *before, const char *after, struct err *err_r)
{
    return STATEMENT_RUN(r->registry, err_r,
                         "UPDATE movers SET role = ?4 WHERE document = ?1 AND role = ?3"
                         " AND position = (SELECT min(position) FROM movers WHERE document = ?1"
                         " AND role = ?3 AND same_text(faction, ?2))",
                         value_int(document), value_text(faction), value_text(before),
                         value_text(after)) &&
           check_changed(r, err_r);
}

/* Under every title that it has there. */
static bool change_movers(struct recording *r, int64_t document,
                          const struct decided_motion *decided, const char *before,
                          const char *after, struct err *err_r)
{
    for (size_t i = 0; i < decided->speaks_for.n; i++) {
        if (!change_mover(r, document, decided->speaks_for.v[i], before, after, err_r))
            return false;
    }
    return true;
}

static bool correct(struct recording *r, int64_t document, const struct decided_motion *decided,
                    struct err *err_r)
{
    int64_t message;

    return recording_rewrite_document(r, document, decided, err_r) &&
           STATEMENT_GET(r->registry, &message, err_r, "SELECT message FROM documents WHERE id = ?",
                         value_int(document)) &&
           registry_index_message(r->registry, message, err_r);
}

/* What the motion's own document says of it. */
static bool change_document(struct recording *r, const struct decided_motion *decided,
                            int64_t document, struct err *err_r)
{
    switch (decided->follow) {
    case FOLLOW_LEAVES:
        return change_movers(r, document, decided, "mover", "left", err_r);
    case FOLLOW_JOINS:
        return change_movers(r, document, decided, "named", "mover", err_r);
    case FOLLOW_CORRECTS:
        return correct(r, document, decided, err_r);
    case FOLLOW_NONE:
    case FOLLOW_WITHDRAWS:
    case FOLLOW_REPLACES:
    case FOLLOW_ADDS:
        break;
    }
    return true;
}

bool recording_follow(struct recording *r, const struct decided_motion *decided, int version,
                      int64_t *motion_r, struct err *err_r)
{
    int64_t document;

    return registry_find_number(r->registry, r->body, decided->number, motion_r, err_r) &&
           recording_find_document(r, *motion_r, &document, err_r) &&
           change_motion(r, decided, *motion_r, version, err_r) &&
           change_document(r, decided, document, err_r);
}
