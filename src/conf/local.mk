# SPDX-License-Identifier: EUPL-1.2
libcore_a_SOURCES += \
	src/conf/conf.h \
	src/conf/conf_keys.h \
	src/conf/conf_tree.h \
	src/conf/conf.c \
	src/conf/conf_build.c \
	src/conf/conf_check.c \
	src/conf/conf_folders.c \
	src/conf/conf_complete.c \
	src/conf/conf_csv.c \
	src/conf/conf_form.c \
	src/conf/conf_keys.c \
	src/conf/conf_lex.c \
	src/conf/conf_parse.c \
	src/conf/conf_pem.c \
	src/conf/conf_print.c \
	src/conf/conf_table.c \
	src/conf/conf_value.c
