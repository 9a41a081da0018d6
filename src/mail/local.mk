# SPDX-License-Identifier: EUPL-1.2
libcore_a_SOURCES += \
	src/mail/address.c \
	src/mail/address.h \
	src/mail/charset.def \
	src/mail/cms.c \
	src/mail/cms.h \
	src/mail/compose.c \
	src/mail/compose.h \
	src/mail/documents.c \
	src/mail/documents.h \
	src/mail/grid.c \
	src/mail/grid.h \
	src/mail/inside.h \
	src/mail/mail.h \
	src/mail/mail_charset.c \
	src/mail/mail_class.c \
	src/mail/mail_field.c \
	src/mail/mail_header.c \
	src/mail/mail_html.c \
	src/mail/mail_param.c \
	src/mail/mail_part.c \
	src/mail/mail_read.c \
	src/mail/mail_report.c \
	src/mail/mail_text.c \
	src/mail/mapi.c \
	src/mail/mapi.h \
	src/mail/mapi_rtf.c \
	src/mail/page.c \
	src/mail/page.h \
	src/mail/mail_word.c \
	src/mail/raw.h \
	src/mail/rtf.c \
	src/mail/rtf.h \
	src/mail/report_words.def \
	src/mail/tnef.c \
	src/mail/tnef.h \
	src/mail/words_mail.def
