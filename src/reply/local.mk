# SPDX-License-Identifier: EUPL-1.2
libcore_a_SOURCES += \
	src/reply/reply.h \
	src/reply/reply.c \
	src/reply/render.h \
	src/reply/render.c \
	src/reply/overrides.h \
	src/reply/overrides.c \
	src/reply/news.h \
	src/reply/news.c \
	src/reply/held.c \
	src/reply/waiting.h \
	src/reply/waiting.c \
	src/reply/book.h \
	src/reply/book.c \
	src/reply/book_words.h \
	src/reply/book_words.c \
	src/reply/book_words_de.def \
	src/reply/book_words_en.def \
	src/reply/daily.c \
	src/reply/values.h \
	src/reply/values.c \
	src/reply/template.h \
	src/reply/template.c \
	src/reply/words.h \
	src/reply/words.c \
	src/reply/words_de.def \
	src/reply/words_en.def
nodist_libcore_a_SOURCES = src/reply/templates.c

reply_templates = \
	src/reply/templates/de/held.txt \
	src/reply/templates/de/decided.txt \
	src/reply/templates/de/neutral.txt \
	src/reply/templates/en/held.txt \
	src/reply/templates/en/decided.txt \
	src/reply/templates/en/neutral.txt \
	src/reply/templates/de/book.txt \
	src/reply/templates/de/daily.txt \
	src/reply/templates/de/entry.txt \
	src/reply/templates/de/release.txt \
	src/reply/templates/en/book.txt \
	src/reply/templates/en/daily.txt \
	src/reply/templates/en/entry.txt \
	src/reply/templates/en/release.txt \
	src/reply/templates/en/expiring.txt \
	src/reply/templates/de/expiring.txt \
	src/reply/templates/en/reminder.txt \
	src/reply/templates/en/junk.txt \
	src/reply/templates/de/junk.txt \
	src/reply/templates/en/paced.txt \
	src/reply/templates/de/paced.txt \
	src/reply/templates/en/failed.txt \
	src/reply/templates/en/follow.txt \
	src/reply/templates/en/followed.txt \
	src/reply/templates/en/follow-held.txt \
	src/reply/templates/en/follow-notice.txt \
	src/reply/templates/en/withdrawal.txt \
	src/reply/templates/en/claim.txt \
	src/reply/templates/en/bad-file.txt \
	src/reply/templates/de/reminder.txt \
	src/reply/templates/de/failed.txt \
	src/reply/templates/de/follow.txt \
	src/reply/templates/de/followed.txt \
	src/reply/templates/de/follow-held.txt \
	src/reply/templates/de/follow-notice.txt \
	src/reply/templates/de/withdrawal.txt \
	src/reply/templates/de/claim.txt \
	src/reply/templates/de/bad-file.txt \
	src/reply/templates/de/acknowledgement.txt \
	src/reply/templates/de/confirmation.txt \
	src/reply/templates/de/ignored.txt \
	src/reply/templates/de/named.txt \
	src/reply/templates/de/notice.txt \
	src/reply/templates/de/review.txt \
	src/reply/templates/de/ruled.txt \
	src/reply/templates/de/ruled-list.txt \
	src/reply/templates/de/ruled-notice.txt \
	src/reply/templates/en/acknowledgement.txt \
	src/reply/templates/en/confirmation.txt \
	src/reply/templates/en/ignored.txt \
	src/reply/templates/en/named.txt \
	src/reply/templates/en/notice.txt \
	src/reply/templates/en/review.txt \
	src/reply/templates/en/ruled.txt \
	src/reply/templates/en/ruled-list.txt \
	src/reply/templates/en/ruled-notice.txt

EXTRA_DIST += src/reply/templates.awk $(reply_templates)
CLEANFILES += src/reply/templates.c

# awk runs in the source tree, so that what it is given says language and name alike in every build
src/reply/templates.c: src/reply/templates.awk $(reply_templates)
	@$(MKDIR_P) src/reply
	$(AM_V_GEN)( cd $(srcdir) && LC_ALL=C $(AWK) -f src/reply/templates.awk $(reply_templates) ) > $@.tmp && mv $@.tmp $@
