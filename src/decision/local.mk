# SPDX-License-Identifier: EUPL-1.2
libcore_a_SOURCES += \
	src/decision/decision.h \
	src/decision/deadline.h \
	src/decision/arrival.h \
	src/decision/number.h
