# SPDX-License-Identifier: EUPL-1.2
libcore_a_SOURCES += \
	src/base/err.h \
	src/base/arena.h \
	src/base/text.h \
	src/base/json.h \
	src/base/day.h \
	src/base/digest.h \
	src/base/log.h \
	src/base/file.h \
	src/base/sys.h
