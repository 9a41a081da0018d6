# SPDX-License-Identifier: EUPL-1.2
# A core test needs two lines: CORE_TESTS += and _LDADD = $(CORE_LIBS) $(CMOCKA_LIBS); likewise the
# shell's with $(SHELL_LIBS), the daemon's with $(DAEMON_LIBS).
