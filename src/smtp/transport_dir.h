/* SPDX-License-Identifier: EUPL-1.2 */
/* Submission to a folder: one durable .eml file a mail, named by its Message-ID, so that the same
 * mail handed in twice is one file.  Seen by transport.c only. */
#ifndef SMTP_TRANSPORT_DIR_H
#define SMTP_TRANSPORT_DIR_H

#include "smtp/transport.h"

void transport_dir_send(const char *directory, const struct transport_mail *mail,
                        bool (*before_data)(void *context), void *context,
                        struct transport_result *result_r);

#endif
