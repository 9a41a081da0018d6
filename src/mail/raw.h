/* SPDX-License-Identifier: EUPL-1.2 */
/* A mail as it came from a mailbox: bytes, nothing believed yet. */
#ifndef MAIL_RAW_H
#define MAIL_RAW_H

#include "base/digest.h"

#include <stddef.h>
#include <stdint.h>

struct raw_mail {
    const char *body; /* the configuration's names: which body, which mailbox, which folder */
    const char *mailbox;
    const char *folder;
    uint32_t uidvalidity;
    uint32_t uid;
    int64_t internaldate; /* moment */
    int fd; /* sealed memfd, owned by who holds the struct; -1: bytes kept elsewhere */
    size_t size;
    size_t whole; /* bytes of the mail on the server where it is too large: then only its headers
                     are here; 0: all of it is here */
    unsigned char sha256[DIGEST_SIZE];
};

#endif
