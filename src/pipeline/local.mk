# SPDX-License-Identifier: EUPL-1.2
libshell_a_SOURCES += \
	src/pipeline/pipeline.c \
	src/pipeline/pipeline.h \
	src/pipeline/tables.c \
	src/pipeline/tables.h
