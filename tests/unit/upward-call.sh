#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# shellcheck disable=SC2086 # flags are lists of words
# libcore.a is closed: nothing in it reaches up to the shell, a socket, SQLite or a clock, so a call
# upward does not link.  CC, its flags, NM, CORE_LIBS, srcdir and builddir come from the Makefile.
set -eu
: "${CC:?}" "${NM:?}" "${CORE_LIBS:?}" "${srcdir:?}" "${builddir:?}"

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$builddir"

fail() {
    echo "FAIL: $*" >&2
    exit 1
}

# compile NAME: NAME.c must compile, so that a link that fails fails for its own reason
compile() {
    $CC -I"$srcdir/src" $CORE_CFLAGS -c "$dir/$1.c" -o "$dir/$1.o" ||
        fail "$1.c does not compile"
}

link() {
    LC_ALL=C $CC $CORE_CFLAGS $CORE_LDFLAGS "$dir/$1.o" $CORE_LIBS -o "$dir/$1" 2>"$dir/$1.err"
}

cat >"$dir/down.c" <<'C'
#include "base/day.h"
int main(void)
{
    return day_weekday(day_easter(2015)) == SUNDAY ? 0 : 1;
}
C
sed -e 's|base/day.h|registry/registry.h|' \
    -e 's|return .*|__typeof__(registry_open) *volatile call = registry_open; return call == 0;|' \
    "$dir/down.c" >"$dir/up.c"

compile down
compile up
link down || { cat "$dir/down.err" >&2; fail "a call of the core does not link"; }
"$dir/down" || fail "the call of the core gives the wrong day"
link up && fail "registry_open links with the core alone"
grep -q 'undefined reference to .registry_open' "$dir/up.err" ||
    { cat "$dir/up.err" >&2; fail "the link failed for another reason"; }

# member and undefined symbol of every object
$NM -A -u libcore.a | awk '{ n = split($1, part, ":"); print part[2], $NF }' >"$dir/symbols"
grep -qx 'log.o clock_gettime' "$dir/symbols" ||
    fail "nm does not show the log's clock: this check sees nothing"
forbidden='socket|connect|bind|listen|accept4?|getaddrinfo|poll|select|epoll_.*|sqlite3_.*|event_.*'
forbidden="$forbidden|time|clock_gettime|gettimeofday|ftime|timespec_get"
if grep -vx 'log.o clock_gettime' "$dir/symbols" | grep -Ex "[^ ]+ ($forbidden)"; then
    fail "these objects of the core reach for a socket, SQLite or a clock"
fi
