# SPDX-License-Identifier: EUPL-1.2
libshell_a_SOURCES += \
	src/net/secret.c src/net/secret.h \
	src/net/stream.h \
	src/net/stream_impl.h \
	src/net/stream.c \
	src/net/stream_connect.c \
	src/net/stream_tls.c
