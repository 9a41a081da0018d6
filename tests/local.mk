# SPDX-License-Identifier: EUPL-1.2
# Unit tests: one program a module, tests/unit/test_NAME.c.  CORE_TESTS link libcore.a alone.

CORE_TESTS =
SHELL_TESTS =
DAEMON_TESTS =

EXTRA_DIST += tests/unit/test.h

include tests/unit/local.mk

if HAVE_CMOCKA
check_PROGRAMS = $(CORE_TESTS) $(SHELL_TESTS) $(DAEMON_TESTS)
TESTS = $(check_PROGRAMS)
endif
AM_TESTS_ENVIRONMENT = srcdir='$(srcdir)'; export srcdir; builddir='$(builddir)'; export builddir;
AM_DEFAULT_SOURCE_EXT = .c
