# SPDX-License-Identifier: EUPL-1.2
libcore_a_SOURCES += \
	src/motion/addressee.c \
	src/motion/bodies_de.def \
	src/motion/body.c \
	src/motion/body.h \
	src/motion/consultation.c \
	src/motion/date.c \
	src/motion/faction.c \
	src/motion/value.c \
	src/motion/fields.h \
	src/motion/kind.c \
	src/motion/kinds_de.def \
	src/motion/letter.c \
	src/motion/letter.h \
	src/motion/months_de.def \
	src/motion/weekdays_de.def \
	src/motion/motion.h \
	src/motion/motion_find.c \
	src/motion/pattern.c \
	src/motion/pattern.h \
	src/motion/patterns_de.def \
	src/motion/reading.c \
	src/motion/reading.h \
	src/motion/refers.c \
	src/motion/section.c \
	src/motion/signatory.c \
	src/motion/title.c \
	src/motion/trace.c \
	src/motion/trace.h \
	src/motion/wish.c \
	src/motion/wish.h \
	src/motion/wish_de.def \
	src/motion/words.c \
	src/motion/words.h \
	src/motion/words_de.def
