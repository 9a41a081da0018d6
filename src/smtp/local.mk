# SPDX-License-Identifier: EUPL-1.2
libshell_a_SOURCES += \
	src/smtp/outcome.c \
	src/smtp/outcome.h \
	src/smtp/schedule.c \
	src/smtp/schedule.h \
	src/smtp/session.c \
	src/smtp/session.h \
	src/smtp/transport.c \
	src/smtp/transport.h \
	src/smtp/transport_dir.c \
	src/smtp/transport_dir.h
