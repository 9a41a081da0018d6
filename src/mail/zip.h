/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What a ZIP is: a word processor's file, another program's, or a folder of files that are read one
 * by one.
 */
#ifndef MAIL_ZIP_H
#define MAIL_ZIP_H

#include "mail/documents.h"

document_converter zip_convert;

#endif
