/* SPDX-License-Identifier: EUPL-1.2 */
#include "daemon/kept_secret.h"

#include "base/file.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SECRET_MAX ((size_t)64 * 1024)

static bool take_word(struct kept_secret *kept, int fd, bool *fresh_r, struct err *err_r)
{
    struct memfd_map map;
    if (!memfd_map(fd, SECRET_MAX, &map, err_r))
        return false;
    char *word = xcalloc(map.n + 1, 1);
    memcpy(word, map.bytes, map.n);
    memfd_unmap(&map);
    *fresh_r = !kept->word || strcmp(kept->word, word) != 0;
    kept_secret_forget(kept);
    kept->word = word;
    return true;
}

static bool ask(struct kept_secret *kept, struct arena *arena, bool *fresh_r, struct err *err_r)
{
    struct wire_packet answer;
    struct wire_packet question = {
        .type = WIRE_SECRET_WANTED,
        .fd = -1,
        .as.secret_wanted = {.body = kept->body, .mailbox = kept->mailbox}};
    if (!kept->ask(kept->role, &question, arena, &answer))
        return err_set(err_r, ERR_UNAVAILABLE, "the command for the secret was not run");
    if (answer.type == WIRE_SECRET_DENIED)
        return err_set(err_r, ERR_UNAVAILABLE, "%s", answer.as.secret_denied.text);
    bool ok = take_word(kept, answer.fd, fresh_r, err_r);
    close(answer.fd);
    return ok;
}

static bool get(void *context, bool anew, struct arena *arena, char **secret_r, bool *fresh_r,
                struct err *err_r)
{
    struct kept_secret *kept = context;
    *fresh_r = false;
    if ((anew || !kept->word) && !ask(kept, arena, fresh_r, err_r))
        return false;
    *secret_r = arena_strdup(arena, kept->word);
    return true;
}

void kept_secret_init(struct kept_secret *kept)
{
    kept->source = (struct secret_source){.get = get, .context = kept};
}

void kept_secret_forget(struct kept_secret *kept)
{
    if (kept->word)
        explicit_bzero(kept->word, strlen(kept->word));
    free(kept->word);
    kept->word = NULL;
}
