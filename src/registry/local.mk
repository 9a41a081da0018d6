# SPDX-License-Identifier: EUPL-1.2
libshell_a_SOURCES += \
	src/registry/registry.h \
	src/registry/ruling.h \
	src/registry/registry.c \
	src/registry/private.h \
	src/registry/statement.h \
	src/registry/statement.c \
	src/registry/migrate.c \
	src/registry/raw.c \
	src/registry/lookup.c \
	src/registry/record.c \
	src/registry/ruling.c \
	src/registry/erase.h \
	src/registry/erase.c \
	src/registry/finish.c \
	src/registry/scrub.c \
	src/registry/person.c \
	src/registry/uids.c \
	src/registry/unclaimed.c \
	src/registry/junk.c \
	src/registry/filing.c \
	src/registry/outbox.c \
	src/registry/events.c \
	src/registry/list.c \
	src/registry/search.c \
	src/registry/copy.c \
	src/registry/follow.c \
	src/registry/followed.c \
	src/registry/completed.c \
	src/registry/chores.c \
	src/registry/waiting.c \
	src/registry/grants.c \
	src/registry/book.h \
	src/registry/book.c \
	src/registry/daily.c \
	src/registry/referred.c \
	src/registry/report.c \
	src/registry/meetings.c

# A step of the schema stays readable SQL in the source and becomes one C string of the build.
SCHEMA_STEPS = src/registry/schema.sql src/registry/schema_2.sql src/registry/schema_3.sql \
	src/registry/schema_4.sql src/registry/schema_5.sql src/registry/schema_6.sql
SCHEMA_IN_C = $(SCHEMA_STEPS:.sql=_sql.h)
EXTRA_DIST += $(SCHEMA_STEPS)
BUILT_SOURCES += $(SCHEMA_IN_C)
CLEANFILES += $(SCHEMA_IN_C)

SUFFIXES = .sql _sql.h
.sql_sql.h:
	$(AM_V_GEN)$(MKDIR_P) $(@D) && \
	{ printf 'static const char %s[] =\n' "$$(basename $@ .h)"; \
	  sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/^/    "/' -e 's/$$/\\n"/' $<; \
	  printf '    ;\n'; } >$@.tmp && mv $@.tmp $@

src/registry/migrate.$(OBJEXT): $(SCHEMA_IN_C)
