# SPDX-License-Identifier: EUPL-1.2
libcore_a_SOURCES += \
	src/base/arena.c \
	src/base/arena.h \
	src/base/day.c \
	src/base/day.h \
	src/base/digest.c \
	src/base/digest.h \
	src/base/err.c \
	src/base/err.h \
	src/base/file.c \
	src/base/file.h \
	src/base/json.c \
	src/base/json.h \
	src/base/log.c \
	src/base/log.h \
	src/base/pem.c \
	src/base/pem.h \
	src/base/sys.c \
	src/base/sys.h \
	src/base/text.c \
	src/base/text.h
