# SPDX-License-Identifier: EUPL-1.2
libshell_a_SOURCES += \
	src/imap/mailbox.h \
	src/imap/backoff.h \
	src/imap/mailbox_kind.h \
	src/imap/imap_session.h \
	src/imap/imap_guard.h \
	src/imap/imap_name.h \
	src/imap/mailbox.c \
	src/imap/backoff.c \
	src/imap/dir_mailbox.h \
	src/imap/dir_file.c \
	src/imap/dir_index.c \
	src/imap/dir_mailbox.c \
	src/imap/imap_auth.c \
	src/imap/imap_done.c \
	src/imap/imap_file.c \
	src/imap/imap_peek.c \
	src/imap/imap_guard.c \
	src/imap/imap_look.c \
	src/imap/imap_name.c \
	src/imap/imap_park.c \
	src/imap/imap_session.c \
	src/imap/imap_visit.c
