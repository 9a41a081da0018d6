# SPDX-License-Identifier: EUPL-1.2
libshell_a_SOURCES += \
	src/pipeline/pipeline.c \
	src/pipeline/pipeline.h \
	src/pipeline/ruling.c \
	src/pipeline/ruling_order.c \
	src/pipeline/ruling.h \
	src/pipeline/tables.c \
	src/pipeline/tables.h
