# SPDX-License-Identifier: EUPL-1.2

EXTRA_DIST += contrib/packages contrib/packages.sh contrib/world
EXTRA_DIST += contrib/antragd.conf.sample
