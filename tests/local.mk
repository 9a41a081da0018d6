# SPDX-License-Identifier: EUPL-1.2
# Unit tests: one program a module, tests/unit/test_NAME.c.  CORE_TESTS link libcore.a alone.
# SCRIPT_TESTS are run as they are; they find what they need in the environment below.

CORE_TESTS =
SHELL_TESTS =
DAEMON_TESTS =
SCRIPT_TESTS =

EXTRA_DIST += tests/unit/test.h

include tests/unit/local.mk
include tests/fuzz/local.mk

dist_check_SCRIPTS = $(SCRIPT_TESTS)
if HAVE_CMOCKA
check_PROGRAMS = $(CORE_TESTS) $(SHELL_TESTS) $(DAEMON_TESTS)
endif
TESTS = $(check_PROGRAMS) $(dist_check_SCRIPTS)
AM_TESTS_ENVIRONMENT = \
	srcdir='$(abs_srcdir)'; export srcdir; \
	builddir='$(abs_builddir)'; export builddir; \
	CC='$(CC)'; export CC; NM='$(NM)'; export NM; \
	CORE_CFLAGS='$(AM_CPPFLAGS) $(CPPFLAGS) $(AM_CFLAGS) $(CFLAGS)'; export CORE_CFLAGS; \
	CORE_LDFLAGS='$(AM_LDFLAGS) $(LDFLAGS)'; export CORE_LDFLAGS; \
	CORE_LIBS='$(CORE_LIBS)'; export CORE_LIBS;
AM_DEFAULT_SOURCE_EXT = .c

# What contrib/check scores readings with; not a test of its own.
EXTRA_PROGRAMS = tests/score/part_texts
tests_score_part_texts_LDADD = $(CORE_LIBS)

# Ratios, for people: a busy machine is no failure.
EXTRA_PROGRAMS += tests/bench/readings
tests_bench_readings_LDADD = $(DAEMON_LIBS)
EXTRA_DIST += tests/bench/bench.py tests/bench/reference.py

.PHONY: bench
bench: tests/bench/readings$(EXEEXT)
	$(AM_V_at)$(srcdir)/tests/bench/bench.py tests/bench/readings $(srcdir)/tests/corpus

EXTRA_DIST += tests/score/reading.py tests/score/corpus.py tests/score/third_party.py

EXTRA_DIST += \
	tests/scenario/run tests/scenario/scenario.sh \
	tests/scenario/again.sh \
	tests/scenario/batch.sh \
	tests/scenario/beside.sh \
	tests/scenario/book.sh \
	tests/scenario/bounce.sh \
	tests/scenario/config.sh \
	tests/scenario/epoch.sh \
	tests/scenario/erase.sh \
	tests/scenario/folder.sh \
	tests/scenario/forged-header.sh \
	tests/scenario/attachment-later.sh \
	tests/scenario/follow.sh \
	tests/scenario/joint.sh \
	tests/scenario/full.sh \
	tests/scenario/hang.sh \
	tests/scenario/human.sh \
	tests/scenario/large.sh \
	tests/scenario/limits.sh tests/fake/zoo.py \
	tests/scenario/many.sh \
	tests/scenario/password.sh \
	tests/scenario/refused.sh \
	tests/scenario/reload.sh \
	tests/scenario/renew.sh \
	tests/scenario/schema.sh \
	tests/scenario/sent.sh \
	tests/scenario/signed.sh \
	tests/scenario/smtp-down.sh \
	tests/scenario/spoofed.sh \
	tests/scenario/stop.sh \
	tests/scenario/tls.sh \
	tests/scenario/crash.sh \
	tests/scenario/deciding.sh \
	tests/scenario/detach.sh tests/fake/fake_notify.py \
	tests/scenario/doctor.sh \
	tests/scenario/first-day.sh \
	tests/scenario/junk.sh \
	tests/scenario/junk-lies.sh \
	tests/scenario/keyword.sh \
	tests/scenario/reader-dies.sh tests/fake/catch_job.py \
	tests/scenario/forward.sh \
	tests/scenario/kill.sh \
	tests/scenario/letter.sh \
	tests/scenario/lying.sh \
	tests/scenario/not-recorded.sh \
	tests/scenario/notify.sh \
	tests/scenario/oauth.sh tests/fake/fake_tokens.py \
	tests/scenario/nonsense.sh tests/fake/nonsense.py \
	tests/scenario/ocr.sh \
	tests/scenario/once.sh \
	tests/scenario/paced.sh \
	tests/scenario/named.sh \
	tests/scenario/confidential.sh \
	tests/scenario/held.sh \
	tests/scenario/hops.sh \
	tests/scenario/someone-else.sh \
	tests/scenario/second-address.sh \
	tests/scenario/pdf.sh \
	tests/scenario/same-pdf.sh \
	tests/scenario/restart.sh \
	tests/scenario/remind.sh \
	tests/scenario/templates.sh \
	tests/scenario/roster.sh \
	tests/scenario/sandbox.sh \
	tests/scenario/second-instance.sh \
	tests/scenario/stranger.sh \
	tests/scenario/stuck.sh \
	tests/scenario/too-large.sh \
	tests/scenario/many-answers.sh \
	tests/scenario/two-towns.sh \
	tests/scenario/echo.sh \
	tests/scenario/deadline-day.sh \
	tests/scenario/undeliverable.sh \
	tests/scenario/unreadable.sh \
	tests/scenario/wrong-ca.sh
