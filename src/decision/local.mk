# SPDX-License-Identifier: EUPL-1.2
libcore_a_SOURCES += \
	src/decision/decision.h \
	src/decision/decide.c \
	src/decision/case.h \
	src/decision/case_kind.c \
	src/decision/case_sender.c \
	src/decision/case_letter.c \
	src/decision/case_motion.c \
	src/decision/case_follow.c \
	src/decision/follow.h \
	src/decision/follow.c \
	src/decision/describe.h \
	src/decision/describe.c \
	src/decision/accept.c \
	src/decision/office.h \
	src/decision/office.c \
	src/decision/office_words.def \
	src/decision/state.c \
	src/decision/council.h \
	src/decision/council.c \
	src/decision/refine.h \
	src/decision/refine.c \
	src/decision/deadline.h \
	src/decision/deadline.c \
	src/decision/holidays.c \
	src/decision/holidays.def \
	src/decision/say.h \
	src/decision/say.c \
	src/decision/say_de.def \
	src/decision/say_en.def \
	src/decision/arrival.h \
	src/decision/arrival.c \
	src/decision/number.h \
	src/decision/number.c
