# SPDX-License-Identifier: EUPL-1.2
# With --enable-fuzzer libFuzzer programs, else the same targets replayed over their seeds.

FUZZ_CORE = tests/fuzz/fuzz_conf tests/fuzz/fuzz_html tests/fuzz/fuzz_mail tests/fuzz/fuzz_motion \
	tests/fuzz/fuzz_office tests/fuzz/fuzz_reading tests/fuzz/fuzz_rtf tests/fuzz/fuzz_tnef
FUZZ_DAEMON = tests/fuzz/fuzz_wire

if FUZZER
FUZZ_MAIN =
FUZZ_LINK = $(AM_LDFLAGS) -fsanitize=fuzzer
noinst_PROGRAMS += $(FUZZ_CORE) $(FUZZ_DAEMON)
else
FUZZ_MAIN = tests/fuzz/replay.c
FUZZ_LINK = $(AM_LDFLAGS)
CORE_TESTS += $(FUZZ_CORE)
DAEMON_TESTS += $(FUZZ_DAEMON)
endif

tests_fuzz_fuzz_conf_SOURCES = tests/fuzz/fuzz_conf.c tests/fuzz/fuzz.h $(FUZZ_MAIN)
tests_fuzz_fuzz_conf_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_conf_LDADD = $(CORE_LIBS)
tests_fuzz_fuzz_html_SOURCES = tests/fuzz/fuzz_html.c tests/fuzz/fuzz.h $(FUZZ_MAIN)
tests_fuzz_fuzz_html_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_html_LDADD = $(CORE_LIBS)
tests_fuzz_fuzz_mail_SOURCES = tests/fuzz/fuzz_mail.c tests/fuzz/fuzz.h $(FUZZ_MAIN)
tests_fuzz_fuzz_mail_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_mail_LDADD = $(CORE_LIBS)
tests_fuzz_fuzz_motion_SOURCES = tests/fuzz/fuzz_motion.c tests/fuzz/fuzz.h $(FUZZ_MAIN)
tests_fuzz_fuzz_motion_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_motion_LDADD = $(CORE_LIBS)
tests_fuzz_fuzz_office_SOURCES = tests/fuzz/fuzz_office.c tests/fuzz/fuzz.h $(FUZZ_MAIN)
tests_fuzz_fuzz_office_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_office_LDADD = $(CORE_LIBS)
tests_fuzz_fuzz_reading_SOURCES = tests/fuzz/fuzz_reading.c tests/fuzz/fuzz.h $(FUZZ_MAIN)
tests_fuzz_fuzz_reading_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_reading_LDADD = $(CORE_LIBS)
tests_fuzz_fuzz_rtf_SOURCES = tests/fuzz/fuzz_rtf.c tests/fuzz/fuzz.h $(FUZZ_MAIN)
tests_fuzz_fuzz_rtf_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_rtf_LDADD = $(CORE_LIBS)
tests_fuzz_fuzz_tnef_SOURCES = tests/fuzz/fuzz_tnef.c tests/fuzz/fuzz.h $(FUZZ_MAIN)
tests_fuzz_fuzz_tnef_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_tnef_LDADD = $(CORE_LIBS)
tests_fuzz_fuzz_wire_SOURCES = tests/fuzz/fuzz_wire.c tests/fuzz/fuzz.h $(FUZZ_MAIN)
tests_fuzz_fuzz_wire_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_wire_LDADD = $(DAEMON_LIBS)

EXTRA_DIST += tests/fuzz/seeds tests/fuzz/html.dict tests/fuzz/mail.dict tests/fuzz/motion.dict \
	tests/fuzz/office.dict tests/fuzz/reading.dict tests/fuzz/rtf.dict tests/fuzz/tnef.dict \
	tests/fuzz/wire.dict
