/* SPDX-License-Identifier: EUPL-1.2 */
/* Defaults that follow from other keys: "derived" in the table. */
#include "conf/conf_tree.h"

#include <string.h>

bool conf_role_is_chair(const char *role)
{
    /* a deputy's role begins with "stellv." and is none of them */
    static const char *const beginnings[] = {
        "fraktionsvorsitzend", "vorsitzend",      "fraktionschef",      "fraktionssprecher",
        "fraktionsvors.",      "co-vorsitzend",   "co-fraktionsvors",   "ko-vorsitzend",
        "ko-fraktionsvors",    "co-fraktionsspr", "fraktionsvorstand,",
    };
    struct arena *arena;
    const char *folded;
    bool is_chair = false;

    if (role == NULL)
        return false;
    arena = arena_new();
    folded = text_trim(arena, text_fold(arena, role));
    for (size_t i = 0; i < sizeof beginnings / sizeof beginnings[0]; i++)
        is_chair = is_chair || text_starts(folded, beginnings[i]);
    is_chair = is_chair && strstr(folded, "stellv") == NULL && strstr(folded, "stv.") == NULL;
    arena_free(arena);
    return is_chair;
}

static void complete_server(struct conf_server *server, int implicit_port, int other_port)
{
    if (server->port == 0)
        server->port = server->tls == CONF_TLS_IMPLICIT ? implicit_port : other_port;
}

static void complete_members(struct conf_reader *reader, struct conf_node *faction)
{
    for (struct conf_node *node = faction->nodes; node != NULL; node = node->next) {
        struct conf_member *member = node->object;

        if (member->name == NULL)
            member->name = member->address;
        if (conf_node_entry(node, "chair") == NULL)
            member->chair = conf_role_is_chair(member->role);
        conf_pem_pin(reader, member);
    }
}

static void complete_factions(struct conf_reader *reader, struct conf_node *body)
{
    for (struct conf_node *node = body->nodes; node != NULL; node = node->next) {
        struct conf_faction *faction = node->object;

        if (strcmp(node->section->name, "faction") != 0)
            continue;
        if (faction->name == NULL)
            faction->name = faction->title;
        complete_members(reader, node);
    }
}

static void complete_contact(struct conf_reader *reader, struct conf_body *body)
{
    if (body->contact == NULL && body->office.n > 0)
        body->contact = body->office.v[0];
    else if (body->contact == NULL && body->from != NULL)
        body->contact = conf_from_address(reader->arena, body->from);
}

static void complete_body(struct conf_reader *reader, struct conf_node *node,
                          const struct conf_server *submission)
{
    struct conf_body *body = node->object;

    if (body->submission.set)
        complete_server(&body->submission, 465, 587);
    else
        body->submission = *submission;
    for (size_t i = 0; i < body->mailbox_count; i++)
        complete_server(&body->mailboxes[i].server, 993, 143);
    for (size_t i = 0; i < body->council_count; i++)
        if (!body->councils[i].deadline.set)
            body->councils[i].deadline = body->deadline;
    complete_contact(reader, body);
    complete_factions(reader, node);
}

void conf_complete(struct conf_reader *reader, struct conf_node *root)
{
    struct conf *conf = root->object;

    complete_server(&conf->submission, 465, 587);
    for (struct conf_node *node = root->nodes; node != NULL; node = node->next)
        if (strcmp(node->section->name, "body") == 0)
            complete_body(reader, node, &conf->submission);
}
