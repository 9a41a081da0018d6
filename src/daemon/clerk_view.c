/* SPDX-License-Identifier: EUPL-1.2 */
/* What the watch says of a folder as a whole: which UIDs it has, and which of them were moved. */
#include "daemon/clerk_p.h"

#include "base/file.h"
#include "registry/book.h"

#include <string.h>
#include <unistd.h>

#define UIDS_MAX ((size_t)64 * 1024 * 1024)

static void complain(const struct err *err)
{
    log_event(LOG_ERROR, "registry", "error", err->text, NULL);
}

static const char *find_folder(const struct conf_mailbox *mailbox, const char *folder)
{
    if (strcmp(mailbox->folder, folder) == 0)
        return mailbox->folder;
    return conf_is_junk(mailbox, folder) ? mailbox->junk_folder : NULL;
}

bool intake_find_place(const struct clerk *clerk, const char *body, const char *mailbox,
                       const char *folder, struct place_names *names_r)
{
    names_r->folder = NULL;
    names_r->body = conf_find_body(clerk->conf, body);
    names_r->mailbox = names_r->body ? conf_find_mailbox(names_r->body, mailbox) : NULL;
    if (names_r->mailbox)
        names_r->folder = find_folder(names_r->mailbox, folder);
    if (!names_r->folder)
        log_event(LOG_ERROR, "wire", "error", "the watch names an unknown mailbox", NULL);
    return names_r->folder != NULL;
}

/* What a visit saw, noted and compared. */
static bool note_view(struct clerk *clerk, struct arena *arena, const struct wire_view *view,
                      const struct memfd_map *map, struct uid_sets *sets_r, struct err *err_r)
{
    struct place_names names;
    bool renewed;
    if (!intake_find_place(clerk, view->body, view->mailbox, view->folder, &names))
        return err_set(err_r, ERR_BUG, "unknown mailbox");
    uint32_t *uids = arena_alloc(arena, map->n + 1);
    memcpy(uids, map->bytes, map->n);
    if (!registry_note_visit(clerk->registry, view->body, view->mailbox, names.folder,
                             (uint32_t)view->uidvalidity, (uint32_t)view->uidnext, clerk_now(),
                             &renewed, err_r))
        return false;
    if (renewed)
        log_event(LOG_WARN, "new-epoch", "body", view->body, "mailbox", view->mailbox, "folder",
                  names.folder, "uidvalidity", log_int((int64_t)view->uidvalidity), NULL);
    if (conf_is_junk(names.mailbox, names.folder))
        return junk_compare(clerk, arena, &names, (uint32_t)view->uidvalidity, uids,
                            map->n / sizeof *uids, sets_r, err_r);
    return registry_compare_uids(clerk->registry, arena, view->body, view->mailbox, names.folder,
                                 (uint32_t)view->uidvalidity, uids, map->n / sizeof *uids, sets_r,
                                 err_r) &&
           registry_note_seen(clerk->registry, view->body, view->mailbox, names.folder,
                              sets_r->seen, sets_r->wanted, sets_r->wanted_count, err_r);
}

static bool compare(struct clerk *clerk, struct arena *arena, const struct wire_view *view,
                    const struct memfd_map *map, struct uid_sets *sets_r, struct err *err_r)
{
    if (!registry_begin(clerk->registry, err_r))
        return false;
    if (note_view(clerk, arena, view, map, sets_r, err_r) &&
        registry_commit(clerk->registry, err_r))
        return true;
    registry_rollback(clerk->registry);
    return false;
}

/* On failure the answer is an empty set: the visit ends in peace and the next one asks again. */
static void answer_view(struct clerk *clerk, struct arena *arena, const struct wire_view *view,
                        const struct uid_sets *sets)
{
    struct err err;
    size_t count = sets->wanted_count + sets->to_move_count;
    uint32_t *uids = arena_array(arena, count + 1, sizeof *uids);
    struct wire_packet packet = {.type = WIRE_WANTED,
                                 .as.wanted = {.visit = view->visit,
                                               .to_fetch = sets->wanted_count,
                                               .to_move = sets->to_move_count}};
    for (size_t i = 0; i < sets->wanted_count; i++)
        uids[i] = sets->wanted[i];
    for (size_t i = 0; i < sets->to_move_count; i++)
        uids[sets->wanted_count + i] = sets->to_move[i];
    if (!memfd_from("uids", uids, count * sizeof *uids, &packet.fd, &err))
        panic("clerk: %s", err.text);
    channel_send(clerk->peers[ROLE_WATCH], &packet);
}

void view_take(struct clerk *clerk, const struct wire_packet *packet)
{
    struct arena *arena = arena_new();
    struct memfd_map map;
    struct uid_sets sets = {0};
    struct err err;
    bool ok = memfd_map(packet->fd, UIDS_MAX, &map, &err);
    if (ok) {
        ok = compare(clerk, arena, &packet->as.view, &map, &sets, &err);
        memfd_unmap(&map);
    }
    if (!ok) {
        complain(&err);
        sets = (struct uid_sets){0};
    }
    answer_view(clerk, arena, &packet->as.view, &sets);
    close(packet->fd);
    arena_free(arena);
}

void view_take_moved(struct clerk *clerk, const struct wire_packet *packet)
{
    const struct wire_moved *moved = &packet->as.moved;
    struct place_names names;
    struct memfd_map map;
    struct err err;
    bool ok = intake_find_place(clerk, moved->body, moved->mailbox, moved->folder, &names);
    if (ok && (ok = memfd_map(packet->fd, UIDS_MAX, &map, &err))) {
        ok = registry_note_moved(clerk->registry, moved->body, moved->mailbox, names.folder,
                                 (uint32_t)moved->uidvalidity,
                                 (const uint32_t *)(const void *)map.bytes,
                                 map.n / sizeof(uint32_t), clerk_now(), &err);
        memfd_unmap(&map);
        if (!ok)
            complain(&err);
    }
    close(packet->fd);
}
