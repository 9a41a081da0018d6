#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# shellcheck disable=SC2086 # lists of words
#
# usage: certificates.sh DIR: makes DIR/{ca,stranger-ca}.pem and server certificates with their keys
# in DIR/{good,other-host,expired,alone}.pem, all but the last signed by ca.
set -eu
cd "$1"
ec='-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes'

authority() {
    openssl req -x509 $ec -days 30 -subj "/CN=$2" -addext 'basicConstraints=critical,CA:TRUE' \
        -addext 'keyUsage=critical,keyCertSign,cRLSign' -keyout "$1.key" -out "$1.pem"
}

# server NAME DAYS ALTNAMES
server() {
    openssl req $ec -subj "/CN=$1 server" -keyout "$1.key" -out "$1.csr"
    printf 'subjectAltName=%s\nbasicConstraints=CA:FALSE\nextendedKeyUsage=serverAuth\n' "$3" >"$1.ext"
    openssl x509 -req -in "$1.csr" -days "$2" -extfile "$1.ext" -CA ca.pem -CAkey ca.key \
        -CAcreateserial -out "$1.pem"
}

{
    authority ca 'Town CA'
    authority stranger-ca 'Stranger CA'
    server good 30 'DNS:localhost,IP:127.0.0.1'
    server other-host 30 'DNS:mail.example,DNS:imap.example'
    server expired -1 'DNS:localhost,IP:127.0.0.1'
    openssl req -x509 $ec -days 30 -subj '/CN=alone' -addext 'subjectAltName=DNS:localhost' \
        -keyout alone.key -out alone.pem
} >openssl.log 2>&1 || { cat openssl.log >&2; exit 1; }
echo ready
