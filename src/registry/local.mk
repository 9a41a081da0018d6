# SPDX-License-Identifier: EUPL-1.2
libshell_a_SOURCES += \
	src/registry/registry.h
