/* SPDX-License-Identifier: EUPL-1.2 */
/* The words of the contract for the states of messages and motions. */
#include "decision/decision.h"

static const char *const message_states[] = {
    [MESSAGE_REGISTERED] = "registered", [MESSAGE_HELD] = "held",
    [MESSAGE_IGNORED] = "ignored",       [MESSAGE_UNREADABLE] = "unreadable",
    [MESSAGE_DUPLICATE] = "duplicate",   [MESSAGE_VANISHED] = "vanished",
};

static const char *const motion_states[] = {
    [MOTION_STATE_REGISTERED] = "registered",
    [MOTION_STATE_WITHDRAWN] = "withdrawn",
    [MOTION_STATE_REPLACED] = "replaced",
    [MOTION_STATE_VOID] = "void",
};

const char *message_state_to_text(enum message_state state)
{
    return message_states[state];
}

bool message_state_from_text(const char *s, enum message_state *state_r)
{
    size_t i;

    if (!text_find_word(message_states, sizeof(message_states) / sizeof(message_states[0]), s, &i))
        return false;
    *state_r = (enum message_state)i;
    return true;
}

const char *motion_state_to_text(enum motion_state state)
{
    return motion_states[state];
}

bool motion_state_from_text(const char *s, enum motion_state *state_r)
{
    size_t i;

    if (!text_find_word(motion_states, sizeof(motion_states) / sizeof(motion_states[0]), s, &i))
        return false;
    *state_r = (enum motion_state)i;
    return true;
}

const char *follow_to_text(enum follow follow)
{
    static const char *const words[FOLLOW_COUNT] = {
        [FOLLOW_WITHDRAWS] = "withdraws",          [FOLLOW_LEAVES] = "moves no longer",
        [FOLLOW_REPLACES] = "is a new version of", [FOLLOW_CORRECTS] = "corrects",
        [FOLLOW_ADDS] = "adds papers to",          [FOLLOW_JOINS] = "moves along",
    };

    return words[follow];
}

static const char *const follow_events[FOLLOW_COUNT] = {
    [FOLLOW_NONE] = "registered",    [FOLLOW_WITHDRAWS] = "withdrawn",
    [FOLLOW_LEAVES] = "left",        [FOLLOW_REPLACES] = "replaced",
    [FOLLOW_CORRECTS] = "corrected", [FOLLOW_ADDS] = "papers-added",
    [FOLLOW_JOINS] = "joined",
};

const char *follow_to_event(enum follow follow)
{
    return follow_events[follow];
}

bool follow_from_event(const char *s, enum follow *follow_r)
{
    size_t i;

    if (!text_find_word(follow_events, FOLLOW_COUNT, s, &i))
        return false;
    *follow_r = (enum follow)i;
    return true;
}
