# SPDX-License-Identifier: EUPL-1.2
bin_PROGRAMS += antragctl
antragctl_SOURCES = \
	src/ctl/main.c \
	src/ctl/ctl.c src/ctl/ctl.h \
	src/ctl/check.c src/ctl/check.h \
	src/ctl/cmd_backup.c src/ctl/cmd_book.c \
	src/ctl/cmd_check.c \
	src/ctl/cmd_decide.c src/ctl/decide.h \
	src/ctl/cmd_held.c \
	src/ctl/cmd_doctor.c \
	src/ctl/forgery.c \
	src/ctl/forgery.h \
	src/ctl/cmd_health.c \
	src/ctl/cmd_list.c \
	src/ctl/cmd_log.c \
	src/ctl/cmd_outbox.c \
	src/ctl/cmd_person.c \
	src/ctl/cmd_read.c \
	src/ctl/cmd_search.c \
	src/ctl/cmd_setup.c \
	src/ctl/rows.c src/ctl/rows.h \
	src/ctl/setup.c src/ctl/setup.h \
	src/ctl/table.c src/ctl/table.h \
	src/ctl/trial.c src/ctl/trial.h src/ctl/trial_smime.c \
	src/ctl/why.c src/ctl/why.h
antragctl_LDADD = $(DAEMON_LIBS)
