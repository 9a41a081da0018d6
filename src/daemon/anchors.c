/* SPDX-License-Identifier: EUPL-1.2 */
#include "daemon/anchors.h"

#include "base/log.h"

#include <stdlib.h>

/* Bodies of one daemon mostly share their files. */
struct shared {
    const char *trusted_ca;
    const char *crl_file;
    struct authorities *authorities;
};

struct anchors {
    const struct conf *conf;
    struct shared *v;
    size_t n;
};

static bool read_file(struct arena *arena, const char *path, enum pem_kind kind,
                      struct pem_blocks *blocks_r)
{
    struct err err;
    *blocks_r = (struct pem_blocks){0};
    if (!path || pem_read(arena, path, kind, blocks_r, &err))
        return true;
    log_event(LOG_ERROR, "certificates", "error", err.text, NULL);
    *blocks_r = (struct pem_blocks){0};
    return false;
}

struct authorities *anchors_read(const struct conf_body *body)
{
    struct pem_blocks certificates, crls;
    struct authorities *authorities = NULL;
    if (!body->trusted_ca)
        return NULL;
    struct arena *arena = arena_new();
    if (read_file(arena, body->trusted_ca, PEM_CERTIFICATES, &certificates) &&
        read_file(arena, body->crl_file, PEM_CRLS, &crls))
        authorities = authorities_new(&certificates, &crls);
    arena_free(arena);
    return authorities;
}

static const struct shared *find_shared(const struct anchors *anchors, const struct conf_body *body)
{
    for (size_t i = 0; i < anchors->n; i++)
        if (text_equal(anchors->v[i].trusted_ca, body->trusted_ca) &&
            text_equal(anchors->v[i].crl_file, body->crl_file))
            return &anchors->v[i];
    return NULL;
}

struct anchors *anchors_new(const struct conf *conf)
{
    struct anchors *anchors = xcalloc(1, sizeof *anchors);
    anchors->conf = conf;
    anchors->v = xcalloc(conf->body_count + 1, sizeof *anchors->v);
    for (size_t i = 0; i < conf->body_count; i++) {
        const struct conf_body *body = &conf->bodies[i];
        if (!body->trusted_ca || find_shared(anchors, body))
            continue;
        anchors->v[anchors->n++] = (struct shared){.trusted_ca = body->trusted_ca,
                                                   .crl_file = body->crl_file,
                                                   .authorities = anchors_read(body)};
    }
    return anchors;
}

void anchors_free(struct anchors *anchors)
{
    if (!anchors)
        return;
    for (size_t i = 0; i < anchors->n; i++)
        authorities_free(anchors->v[i].authorities);
    free(anchors->v);
    free(anchors);
}

const struct authorities *anchors_find(const struct anchors *anchors, const char *body_id)
{
    const struct conf_body *body = conf_find_body(anchors->conf, body_id);
    const struct shared *shared = body ? find_shared(anchors, body) : NULL;
    return shared ? shared->authorities : NULL;
}
