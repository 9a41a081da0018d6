# SPDX-License-Identifier: EUPL-1.2
libcore_a_SOURCES += \
	src/motion/motion.h \
	src/motion/reading.c \
	src/motion/reading.h
