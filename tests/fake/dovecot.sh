#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# A private Dovecot from contrib/world for the unit tests, as long as standard input stays open.
# Prints one line when it answers: port of implicit TLS, port of STARTTLS, CA file, password file,
# user, maildir.  An optional argument is more configuration of Dovecot.

set -euo pipefail
# shellcheck source=contrib/world disable=SC2154 # srcdir comes from the Makefile
. "$srcdir/contrib/world"

W=$(mktemp -d "${TMPDIR:-/tmp}/antragd-test.XXXXXX")
end() {
    world_dovecot_stop
    rm -rf "$W"
}
trap end EXIT
chmod 711 "$W"
mkdir "$W/log"
WORLD_PASSWORD='pass "word 1'
world_port WORLD_IMAP_PORT
world_port WORLD_IMAPS_PORT
world_certificates
world_dovecot_configure
printf '%s\n' "${1:-}" >>"$W/dovecot/dovecot.conf"
(umask 077 && printf '%s\n' "$WORLD_PASSWORD" >"$W/password")
world_dovecot_start
printf '%s %s %s %s %s %s\n' "$WORLD_IMAPS_PORT" "$WORLD_IMAP_PORT" "$W/ca/town-ca.pem" \
    "$W/password" "$WORLD_MAYOR" "$W/mail/$WORLD_MAYOR"
cat >"$W/log/stdin"
