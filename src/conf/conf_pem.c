/* SPDX-License-Identifier: EUPL-1.2 */
/* Files of certificates: whether they are sound, and whom they pin. */
#include "conf/conf_tree.h"

#include "base/pem.h"

void conf_pem_check(struct conf_reader *reader, const struct conf_node *node, const char *key,
                    const char *path, bool revoked)
{
    struct pem_blocks blocks;
    struct err err;

    /* bodies of one daemon mostly name the same file */
    if (path == NULL || text_equal(path, reader->sound_pem))
        return;
    if (pem_read(reader->scratch, path, revoked ? PEM_CRLS : PEM_CERTIFICATES, &blocks, &err))
        reader->sound_pem = path;
    else
        conf_mistake_add(reader, conf_node_place(node, key), "%s: %s", key, err.text);
}

/* One that cannot be read pins nobody; conf_pem_check() is who tells. */
void conf_pem_pin(struct conf_reader *reader, struct conf_member *member)
{
    struct pem_blocks blocks;
    struct err err;

    if (member->certificate == NULL ||
        !pem_read(reader->scratch, member->certificate, PEM_CERTIFICATES, &blocks, &err))
        return;
    for (size_t i = 0; i < blocks.n; i++)
        texts_add(&member->fingerprints, reader->arena,
                  arena_strdup(reader->arena, blocks.v[i].fingerprint));
}
