# SPDX-License-Identifier: EUPL-1.2
libdaemon_a_SOURCES += \
	src/daemon/anchors.c src/daemon/anchors.h \
	src/daemon/bridge.c src/daemon/bridge.h \
	src/daemon/channel.c src/daemon/channel.h \
	src/daemon/clerk.c src/daemon/clerk_p.h \
	src/daemon/clerk_book.c \
	src/daemon/clerk_chores.c \
	src/daemon/clerk_filing.c \
	src/daemon/clerk_junk.c \
	src/daemon/clerk_intake.c \
	src/daemon/clerk_outbox.c \
	src/daemon/clerk_view.c \
	src/daemon/clerk_retention.c \
	src/daemon/clerk_waiting.c \
	src/daemon/control.c src/daemon/control.h \
	src/daemon/detach.c src/daemon/detach.h \
	src/daemon/dry_run.c src/daemon/dry_run.h \
	src/daemon/kept_secret.c src/daemon/kept_secret.h \
	src/daemon/landlock.c src/daemon/landlock.h \
	src/daemon/monotonic.h \
	src/daemon/reader.c \
	src/daemon/reader_job.c src/daemon/reader_job.h \
	src/daemon/role.c src/daemon/role.h \
	src/daemon/sandbox.c src/daemon/sandbox.h \
	src/daemon/secret_jobs.c src/daemon/secret_jobs.h \
	src/daemon/send.c \
	src/daemon/slices.c src/daemon/slices.h \
	src/daemon/supervisor.c src/daemon/supervisor.h \
	src/daemon/visit.c src/daemon/visit.h src/daemon/visit_p.h \
	src/daemon/visit_copies.c src/daemon/filing.h \
	src/daemon/visit_folder.c \
	src/daemon/visit_junk.c \
	src/daemon/watch.c \
	src/daemon/wire.c src/daemon/wire.h src/daemon/wire_messages.def

sbin_PROGRAMS += antragd
antragd_SOURCES = src/daemon/main.c
antragd_LDADD = $(DAEMON_LIBS)
