# SPDX-License-Identifier: EUPL-1.2
libshell_a_SOURCES += \
	src/imap/mailbox.h \
	src/imap/backoff.h
