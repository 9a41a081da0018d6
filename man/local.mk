# SPDX-License-Identifier: EUPL-1.2

dist_man_MANS =
dist_man_MANS += man/antragd.8 man/antragctl.8
dist_man_MANS += man/antragd.conf.5
dist_man_MANS += man/antragd-office.7 man/antragd-mail.7

man7dedir = $(mandir)/de/man7
dist_man7de_DATA = man/de/antragd-office.7 man/de/antragd-mail.7

# The pages for people who do not use a terminal, once more as HTML: `make leaflets`, and installed
# where mandoc is there.
leaflet_files = \
	man/antragd-office.html man/antragd-office.de.html \
	man/antragd-mail.html man/antragd-mail.de.html
leaflet_needs = man/leaflet man/leaflet.css

EXTRA_DIST += $(leaflet_needs)
CLEANFILES += $(leaflet_files)

if HAVE_MANDOC
doc_DATA = $(leaflet_files)
endif

.PHONY: leaflets
leaflets: $(leaflet_files)

make_leaflet = $(MKDIR_P) man && $(srcdir)/man/leaflet $(srcdir)/man/$$page >$@.tmp && mv $@.tmp $@

man/antragd-office.html: man/antragd-office.7 $(leaflet_needs)
	$(AM_V_GEN)page=antragd-office.7; $(make_leaflet)
man/antragd-office.de.html: man/de/antragd-office.7 $(leaflet_needs)
	$(AM_V_GEN)page=de/antragd-office.7; $(make_leaflet)
man/antragd-mail.html: man/antragd-mail.7 $(leaflet_needs)
	$(AM_V_GEN)page=antragd-mail.7; $(make_leaflet)
man/antragd-mail.de.html: man/de/antragd-mail.7 $(leaflet_needs)
	$(AM_V_GEN)page=de/antragd-mail.7; $(make_leaflet)
