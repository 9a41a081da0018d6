# shellcheck shell=bash
# SPDX-License-Identifier: EUPL-1.2
#
# Sourced by contrib/demo and contrib/check: installs the packages of some sections of
# contrib/packages, and only those that are missing.  Mail servers that come with them are for
# private instances: their package services are neither started nor left enabled.

# packages_listed SECTION...: the names in these sections of contrib/packages.
packages_listed() {
    local list section
    list=$(dirname "${BASH_SOURCE[0]}")/packages
    for section; do
        sed -n "/^\[$section\]/,/^\[/{/^[a-z0-9]/p}" "$list"
    done
}

# packages_missing SECTION...: those of them that are not installed.
packages_missing() {
    local name
    for name in $(packages_listed "$@"); do
        [[ $(dpkg-query -W -f='${db:Status-Status}' "$name" 2>/dev/null) == installed ]] ||
            printf '%s\n' "$name"
    done
}

# packages_as_root COMMAND...: as root, by sudo where we are not.
packages_as_root() {
    if [[ $(id -u) == 0 ]]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        printf 'root is needed to run "%s" and sudo is not there; run this as root\n' "$1" >&2
        return 77
    fi
}

# Runs as root: installs the packages named; a machine that has no policy-rc.d gets one for the
# time being, so that no package starts a service.
# shellcheck disable=SC2016
packages_script='set -eu
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
    trap "rm -f $policy" EXIT
    printf "#!/bin/sh\nexit 101\n" >$policy
    chmod 755 $policy
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -q
for name; do
    case $name in
    postfix) echo "postfix postfix/main_mailer_type select No configuration" | debconf-set-selections ;;
    esac
done
apt-get install -y -q --no-install-recommends "$@"
for name; do
    case $name in
    postfix) update-rc.d postfix disable ;;
    dovecot-core) update-rc.d dovecot disable ;;
    esac
done'

# packages_install SECTION...: brings what is missing; the output goes to a file that is shown where
# it fails.
packages_install() {
    local log
    local -a missing
    if ! command -v dpkg-query >/dev/null; then
        printf 'this is no Debian; install by hand what stands in contrib/packages\n' >&2
        return 69
    fi
    mapfile -t missing < <(packages_missing "$@")
    ((${#missing[@]})) || return 0
    printf 'installing %d missing packages: %s\n' "${#missing[@]}" "${missing[*]}"
    log=$(mktemp)
    if packages_as_root sh -c "$packages_script" sh "${missing[@]}" >"$log" 2>&1 </dev/null; then
        rm -f "$log"
        return 0
    fi
    tail -n 30 "$log" >&2
    printf 'the packages above could not be installed; apt says why in %s\n' "$log" >&2
    return 69
}
