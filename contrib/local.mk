# SPDX-License-Identifier: EUPL-1.2

EXTRA_DIST += contrib/check contrib/demo contrib/packages contrib/packages.sh contrib/world
EXTRA_DIST += contrib/antragd.conf.sample
