# SPDX-License-Identifier: EUPL-1.2
libcore_a_SOURCES += \
	src/trust/authres.c \
	src/trust/authres.h \
	src/trust/authres_judge.c \
	src/trust/chain.c \
	src/trust/chain.h \
	src/trust/signature.c \
	src/trust/signature.h \
	src/trust/trust.h \
	src/trust/trust.c \
	src/trust/label.h \
	src/trust/label.c \
	src/trust/lookalike.c \
	src/trust/lookalike.def \
	src/trust/lookalike.h \
	src/trust/pretence.c \
	src/trust/pretence.h \
	src/trust/pretence_from.c \
	src/trust/words_de.def
