# SPDX-License-Identifier: EUPL-1.2
libcore_a_SOURCES += \
	src/mail/address.h \
	src/mail/mail.h \
	src/mail/compose.h \
	src/mail/raw.h
