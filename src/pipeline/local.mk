# SPDX-License-Identifier: EUPL-1.2
libshell_a_SOURCES += \
	src/pipeline/complete.c \
	src/pipeline/pipeline.c \
	src/pipeline/pipeline.h \
	src/pipeline/rescue.c \
	src/pipeline/ruling.c \
	src/pipeline/ruling.h \
	src/pipeline/ruling_amendment.c \
	src/pipeline/ruling_answer.c \
	src/pipeline/ruling_inside.h \
	src/pipeline/ruling_matter.c \
	src/pipeline/ruling_message.c \
	src/pipeline/ruling_motion.c \
	src/pipeline/ruling_order.c \
	src/pipeline/ruling_erase.c \
	src/pipeline/ruling_reply.c \
	src/pipeline/ruling_outbox.c \
	src/pipeline/tables.c \
	src/pipeline/tables.h
