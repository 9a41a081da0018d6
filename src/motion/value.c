/* SPDX-License-Identifier: EUPL-1.2 */
/* The values of a motion, one by one. */
#include "motion/motion.h"

static const char *const value_names[VALUE_COUNT] = {
    [VALUE_KIND] = "kind",
    [VALUE_LABEL] = "label",
    [VALUE_TITLE] = "title",
    [VALUE_ORGANIZATION] = "consultations.organization",
    [VALUE_MEETING_DATE] = "consultations.meeting_date",
    [VALUE_FACTION] = "factions",
    [VALUE_NAME] = "signatories.name",
    [VALUE_ROLE] = "signatories.role",
    [VALUE_EMAIL] = "signatories.email",
    [VALUE_LETTER_DATE] = "letter_date",
    [VALUE_PLACE] = "place",
    [VALUE_ADDRESSEE] = "addressee",
    [VALUE_REFERS_TO] = "refers_to",
    [VALUE_CONFIDENTIAL] = "confidential",
    [VALUE_RESOLUTION] = "resolution",
    [VALUE_REASONING] = "reasoning",
};

const char *motion_value_name(enum motion_value value)
{
    return value_names[value];
}

bool motion_value_from_name(const char *s, enum motion_value *value_r)
{
    size_t i;
    if (!text_find_word(value_names, VALUE_COUNT, s, &i))
        return false;
    *value_r = (enum motion_value)i;
    return true;
}

size_t motion_value_count(const struct motion *motion, enum motion_value value)
{
    switch (value) {
    case VALUE_ORGANIZATION:
    case VALUE_MEETING_DATE:
        return motion->consultation_count;
    case VALUE_FACTION:
        return motion->factions.n;
    case VALUE_NAME:
    case VALUE_ROLE:
    case VALUE_EMAIL:
        return motion->signatory_count;
    case VALUE_KIND:
    case VALUE_LABEL:
    case VALUE_TITLE:
    case VALUE_LETTER_DATE:
    case VALUE_PLACE:
    case VALUE_ADDRESSEE:
    case VALUE_REFERS_TO:
    case VALUE_CONFIDENTIAL:
    case VALUE_RESOLUTION:
    case VALUE_REASONING:
        return 1;
    }
    return 0;
}

const char *motion_value_text(struct arena *arena, const struct motion *motion,
                              enum motion_value value, size_t index)
{
    if (index >= motion_value_count(motion, value))
        return NULL;
    switch (value) {
    case VALUE_KIND:
        return motion_kind_to_text(motion->kind);
    case VALUE_LABEL:
        return motion->label;
    case VALUE_TITLE:
        return motion->title;
    case VALUE_ORGANIZATION:
        return motion->consultations[index].organization;
    case VALUE_MEETING_DATE:
        return day_to_text(arena, motion->consultations[index].meeting);
    case VALUE_FACTION:
        return motion->factions.v[index];
    case VALUE_NAME:
        return motion->signatories[index].name;
    case VALUE_ROLE:
        return motion->signatories[index].role;
    case VALUE_EMAIL:
        return motion->signatories[index].email;
    case VALUE_LETTER_DATE:
        return day_to_text(arena, motion->letter_date);
    case VALUE_PLACE:
        return motion->place;
    case VALUE_ADDRESSEE:
        return motion->addressee;
    case VALUE_REFERS_TO:
        return motion->refers_to;
    case VALUE_CONFIDENTIAL:
        return motion->confidential ? "true" : NULL;
    case VALUE_RESOLUTION:
        return motion->resolution;
    case VALUE_REASONING:
        return motion->reasoning;
    }
    return NULL;
}
