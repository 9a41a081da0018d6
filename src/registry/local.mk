# SPDX-License-Identifier: EUPL-1.2
libshell_a_SOURCES += \
	src/registry/registry.h \
	src/registry/registry.c \
	src/registry/private.h \
	src/registry/statement.h \
	src/registry/statement.c \
	src/registry/migrate.c \
	src/registry/raw.c \
	src/registry/lookup.c \
	src/registry/record.c \
	src/registry/uids.c \
	src/registry/outbox.c \
	src/registry/events.c \
	src/registry/list.c

# The schema stays readable SQL in the source and becomes one C string of the build.
EXTRA_DIST += src/registry/schema.sql
BUILT_SOURCES += src/registry/schema_sql.h
CLEANFILES += src/registry/schema_sql.h

src/registry/schema_sql.h: src/registry/schema.sql
	$(AM_V_GEN)$(MKDIR_P) src/registry && \
	{ printf '%s\n' 'static const char schema_sql[] ='; \
	  sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/^/    "/' -e 's/$$/\\n"/' \
	      '$(srcdir)/src/registry/schema.sql'; \
	  printf '    ;\n'; } >$@.tmp && mv $@.tmp $@

src/registry/migrate.$(OBJEXT): src/registry/schema_sql.h
