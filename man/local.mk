# SPDX-License-Identifier: EUPL-1.2

dist_man_MANS =
dist_man_MANS += man/antragd.8 man/antragctl.8
dist_man_MANS += man/antragd.conf.5
