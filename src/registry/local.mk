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
	src/registry/uids.c \
	src/registry/outbox.c \
	src/registry/events.c \
	src/registry/list.c \
	src/registry/search.c \
	src/registry/copy.c \
	src/registry/follow.c \
	src/registry/chores.c \
	src/registry/report.c \
	src/registry/meetings.c

# A step of the schema stays readable SQL in the source and becomes one C string of the build.
EXTRA_DIST += src/registry/schema.sql src/registry/schema_2.sql src/registry/schema_3.sql src/registry/schema_4.sql
BUILT_SOURCES += src/registry/schema_sql.h src/registry/schema_2_sql.h src/registry/schema_3_sql.h \
	src/registry/schema_4_sql.h
CLEANFILES += src/registry/schema_sql.h src/registry/schema_2_sql.h src/registry/schema_3_sql.h \
	src/registry/schema_4_sql.h

SQL_TO_C = $(MKDIR_P) src/registry && \
	{ printf 'static const char %s[] =\n' "$$name"; \
	  sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/^/    "/' -e 's/$$/\\n"/' "$$file"; \
	  printf '    ;\n'; } >$@.tmp && mv $@.tmp $@

src/registry/schema_sql.h: src/registry/schema.sql
	$(AM_V_GEN)name=schema_sql; file='$(srcdir)/src/registry/schema.sql'; $(SQL_TO_C)

src/registry/schema_2_sql.h: src/registry/schema_2.sql
	$(AM_V_GEN)name=schema_2_sql; file='$(srcdir)/src/registry/schema_2.sql'; $(SQL_TO_C)

src/registry/schema_3_sql.h: src/registry/schema_3.sql src/registry/schema_4.sql
	$(AM_V_GEN)name=schema_3_sql; file='$(srcdir)/src/registry/schema_3.sql'; $(SQL_TO_C)

src/registry/schema_4_sql.h: src/registry/schema_4.sql
	$(AM_V_GEN)name=schema_4_sql; file='$(srcdir)/src/registry/schema_4.sql'; $(SQL_TO_C)

src/registry/migrate.$(OBJEXT): src/registry/schema_sql.h src/registry/schema_2_sql.h src/registry/schema_3_sql.h \
	src/registry/schema_4_sql.h
