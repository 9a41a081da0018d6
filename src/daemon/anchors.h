/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Whose S/MIME certificates a body trusts: what trusted-ca and crl-file say, read before a process
 * is locked.  A reader is started anew with each configuration, and so reads them anew.
 */
#ifndef DAEMON_ANCHORS_H
#define DAEMON_ANCHORS_H

#include "conf/conf.h"
#include "mail/smime.h"

/* Of one body; NULL where it trusts nobody.  A file that cannot be used is logged, and trusts
 * nobody: mail is then held, not lost.  Freed with authorities_free(). */
struct authorities *anchors_read(const struct conf_body *body);

/* Of all bodies of a configuration, which must outlive it. */
struct anchors;
struct anchors *anchors_new(const struct conf *conf);
void anchors_free(struct anchors *anchors);
/* NULL where the body trusts nobody, or is not there. */
const struct authorities *anchors_find(const struct anchors *anchors, const char *body_id);

#endif
