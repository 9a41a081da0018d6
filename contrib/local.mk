# SPDX-License-Identifier: EUPL-1.2

EXTRA_DIST += contrib/check contrib/demo contrib/packages contrib/packages.sh contrib/world
EXTRA_DIST += contrib/antragd.conf.sample contrib/icinga2.conf

# the token helper for Microsoft 365, where libcurl is there
if HAVE_CURL
pkglibexec_PROGRAMS = contrib/oauth2-token
dist_man_MANS += man/oauth2-token.8
contrib_oauth2_token_SOURCES = contrib/oauth2-token.c
contrib_oauth2_token_CFLAGS = $(AM_CFLAGS) $(CURL_CFLAGS)
contrib_oauth2_token_LDADD = libcore.a $(JANSSON_LIBS) $(UNISTRING_LIBS) $(CURL_LIBS)
endif
EXTRA_DIST += contrib/oauth2-token.conf.sample

# bash finds it by the command's name
EXTRA_DIST += contrib/antragctl.bash-completion
CLEANFILES += contrib/completions/antragctl
if INSTALL_COMPLETIONS
nodist_completions_DATA = contrib/completions/antragctl
endif

contrib/completions/antragctl: contrib/antragctl.bash-completion
	$(AM_V_GEN)$(MKDIR_P) contrib/completions && cp $< $@

# systemd's units and lists, where configure has a place for them
units = contrib/antragd.service contrib/antragd-backup.service
EXTRA_DIST += contrib/antragd.service.in contrib/antragd-backup.service.in
CLEANFILES += $(units)

if INSTALL_UNITS
nodist_systemdsystemunit_DATA = $(units)
dist_systemdsystemunit_DATA = contrib/antragd-backup.timer
endif
if INSTALL_SYSUSERS
dist_sysusers_DATA = contrib/sysusers.d/antragd.conf
endif
if INSTALL_TMPFILES
dist_tmpfiles_DATA = contrib/tmpfiles.d/antragd.conf
endif

.PHONY: units
units: $(units)

make_unit = $(MKDIR_P) contrib && \
	sed -e 's,[@]sbindir[@],$(sbindir),g' -e 's,[@]bindir[@],$(bindir),g' $< >$@.tmp && mv $@.tmp $@

contrib/antragd.service: contrib/antragd.service.in Makefile
	$(AM_V_GEN)$(make_unit)
contrib/antragd-backup.service: contrib/antragd-backup.service.in Makefile
	$(AM_V_GEN)$(make_unit)

# distcheck installs into a prefix of its own, and nowhere else
AM_DISTCHECK_CONFIGURE_FLAGS = \
	--with-systemdsystemunitdir=$$dc_install_base/lib/systemd/system \
	--with-sysusersdir=$$dc_install_base/lib/sysusers.d \
	--with-tmpfilesdir=$$dc_install_base/lib/tmpfiles.d \
	--with-completionsdir=$$dc_install_base/share/bash-completion/completions
