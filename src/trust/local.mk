# SPDX-License-Identifier: EUPL-1.2
libcore_a_SOURCES += \
	src/trust/trust.h
