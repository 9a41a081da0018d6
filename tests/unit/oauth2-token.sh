#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# oauth2-token(8) against a token endpoint on loopback that follows a script: what it sends, what it
# prints and keeps, and whom it does not trust.
set -euo pipefail
: "${srcdir:?}" "${builddir:?}"

token=$builddir/contrib/oauth2-token
if [[ ! -x $token ]]; then
    echo 'SKIP: oauth2-token is not built (libcurl is missing)'
    exit 77
fi
for program in python3 openssl; do
    if ! command -v "$program" >/dev/null; then
        echo "SKIP: $program is missing"
        exit 77
    fi
done
fake=$(cd "$srcdir" && pwd)/tests/fake
export no_proxy='*' NO_PROXY='*'

dir=$(mktemp -d)
server=
leave() {
    [[ -z $server ]] || kill "$server" 2>/dev/null || true
    rm -rf "$dir"
}
trap leave EXIT
umask 077
"$fake/certificates.sh" "$dir" >/dev/null
cat "$dir/good.key" >>"$dir/good.pem"
cat "$dir/other-host.key" >>"$dir/other-host.pem"
cat "$dir/expired.key" >>"$dir/expired.pem"
tests=0

fail() {
    printf 'FAILED: %s\n' "$1" >&2
    printf '  prints: %s\n  says: %s\n  server: %s\n' "$(cat "$dir/out")" "$(cat "$dir/err")" \
        "$(cat "$dir/served")" >&2
    exit 1
}

# serve CERTIFICATE|- ANSWER...: starts the endpoint; its port is in $port.
serve() {
    local certificate=$1 line
    shift
    printf '%s\n' "$@" >"$dir/script"
    rm -f "$dir/ready"
    mkfifo "$dir/ready"
    if [[ $certificate == - ]]; then set --; else set -- --cert "$dir/$certificate.pem"; fi
    python3 "$fake/fake_tokend.py" "$@" "$dir/script" > >(tee "$dir/served" >"$dir/ready") &
    server=$!
    exec {ready}<"$dir/ready"
    read -r line <&"$ready"
    port=${line#port }
}

# served: the endpoint has come to its script's end; its requests are in the file.
served() {
    wait "$server" || fail 'the endpoint failed'
    server=
    cat <&"$ready" >/dev/null
    exec {ready}<&-
}

stop_serving() {
    kill "$server"
    wait "$server" || true
    server=
    cat <&"$ready" >/dev/null
    exec {ready}<&-
}

settings() { printf '%s\n' "$@" >"$dir/settings"; }
https() {
    settings '# a town' '' "token-endpoint = https://localhost:$port/t/token" "client-id = app" \
        "ca-file = $dir/ca.pem" "$@"
}

# run NAME CODE [PATTERN]: with a failure one line on standard error that fits, and nothing printed.
run() {
    local code=0
    tests=$((tests + 1))
    "$token" "${settings:-$dir/settings}" >"$dir/out" 2>"$dir/err" </dev/null || code=$?
    [[ $code == "$2" ]] || fail "$1: exit code $code instead of $2"
    if (($2)); then
        [[ ! -s $dir/out ]] || fail "$1: something is printed"
        [[ $(wc -l <"$dir/err") == 1 ]] || fail "$1: not one line of error"
        grep -q -- "$3" "$dir/err" || fail "$1: the error does not say \"$3\""
    else
        [[ ! -s $dir/err ]] || fail "$1: there are words on standard error"
    fi
}

prints() { [[ $(cat "$dir/out"; echo .) == "$1"$'\n'. ]] || fail "does not print \"$1\" alone"; }
# sent N FIELD VALUE: in the Nth request.
sent() {
    local value
    value=$(sed -n "$(($1 + 1))p" "$dir/served" |
        python3 -c 'import json, sys; print(json.load(sys.stdin).get(sys.argv[1], "-"))' "$2")
    [[ $value == "$3" ]] || fail "request $1 has $2 \"$value\" instead of \"$3\""
}

good='200 {"token_type": "Bearer", "expires_in": 3599, "access_token": "eyJ0.a-b_c.d"}'
rotated() { printf '200 {"token_type": "bearer", "access_token": "%s", "refresh_token": "%s"}' "$1" "$2"; }

# ---- what goes well --------------------------------------------------------------------------------

serve good "$good"
https 'client-secret = s=e&c%r et~ü' 'scope = https://outlook.office365.com/.default'
run 'client credentials' 0
prints eyJ0.a-b_c.d
served
sent 1 path /t/token
sent 1 type application/x-www-form-urlencoded
sent 1 grant_type client_credentials
sent 1 client_id app
sent 1 client_secret 's=e&c%r et~ü'
sent 1 scope https://outlook.office365.com/.default
sent 1 refresh_token -

serve good "$(rotated A1 r2)" "$(rotated A2 r2)" "$good"
echo r1 >"$dir/refresh"
https "refresh-token-file = $dir/refresh"
run 'a refresh token' 0
prints A1
[[ $(cat "$dir/refresh") == r2 && $(stat -c %a "$dir/refresh") == 600 ]] || fail 'the new refresh token is not kept'
run 'the new refresh token' 0
prints A2
inode=$(stat -c %i "$dir/refresh")
run 'no new refresh token' 0
[[ $(stat -c %i "$dir/refresh") == "$inode" ]] || fail 'the file is written without need'
served
sent 1 grant_type refresh_token
sent 1 refresh_token r1
sent 1 client_secret -
sent 2 refresh_token r2
sent 3 refresh_token r2

serve good "$(rotated A1 r2)" "$(rotated A2 r3)"
echo r1 >"$dir/refresh"
https "refresh-token-file = $dir/refresh"
"$token" "$dir/settings" >"$dir/out.1" &
first=$!
"$token" "$dir/settings" >"$dir/out.2" &
second=$!
wait "$first" || fail 'the first of two at once'
wait "$second" || fail 'the second of two at once'
served
sent 1 refresh_token r1
sent 2 refresh_token r2
[[ $(cat "$dir/refresh") == r3 ]] || fail 'two at once lose a refresh token'

serve - "$good"
settings "token-endpoint = http://127.0.0.1:$port/" 'client-id = app' 'client-secret = s'
run 'clear text to this machine' 0
served

# ---- the server refuses, fails, lies ---------------------------------------------------------------

# case NAME CODE PATTERN ANSWER
case_of() {
    serve good "$4"
    echo r1 >"$dir/refresh"
    https "refresh-token-file = $dir/refresh"
    run "$1" "$2" "$3"
    served
    [[ $(cat "$dir/refresh") == r1 ]] || fail "$1: the refresh token has changed"
}
case_of 'a refusal' 77 'refuses: invalid_grant: AADSTS70008: The token has expired' \
    '400 {"error": "invalid_grant", "error_description": "AADSTS70008: The token\\r\\nhas expired"}'
case_of 'wrong secret' 77 'refuses: invalid_client: no reason given' '401 {"error": "invalid_client"}'
case_of 'too often' 75 'answers 429; try again later' '429 {"error": "slow_down"}'
case_of 'out of order' 75 'answers 503; try again later' '503 <html>'
case_of 'another page' 69 'answers without an access token' '200 <html>Welcome</html>'
case_of 'no such page' 69 'answers 404 and no token' '404 <html>'
case_of 'a token of two lines' 69 'without an access token' \
    '200 {"token_type": "Bearer", "access_token": "a\\nb"}'
case_of 'a token of another type' 69 'not of the type Bearer' '200 {"token_type": "mac", "access_token": "a"}'
case_of 'a refresh token of two lines' 69 'refresh token that is none' \
    '200 {"token_type": "Bearer", "access_token": "a", "refresh_token": "b\\nc"}'
case_of 'an answer without end' 69 'token: ' 'flood 20000000'
case_of 'a redirect' 69 'answers 307' 'to https://localhost:1/elsewhere'

# untrusted NAME CERTIFICATE [SETTING...]: it does not even say hello.
untrusted() {
    local name=$1
    serve "$2" "$good"
    shift 2
    https 'client-secret = s'
    (($# == 0)) || settings "token-endpoint = https://localhost:$port/" 'client-id = a' 'client-secret = s' "$@"
    run "$name" 69 'certificate'
    stop_serving
    ! grep -q grant_type "$dir/served" || fail "$name: the secret was sent"
}
untrusted 'wrong host name' other-host
untrusted 'an expired certificate' expired
untrusted 'a stranger among authorities' good "ca-file = $dir/stranger-ca.pem"
untrusted 'an authority that the system does not know' good "scope = x"

# ---- settings --------------------------------------------------------------------------------------

: >"$dir/served"
base=('client-id = app' 'client-secret = s')
# mistake PATTERN LINE...
mistake() {
    local pattern=$1
    shift
    settings "$@"
    run "$pattern" 78 "$pattern"
}
mistake 'settings:1: there is no key "client_id"' 'client_id = x'
mistake 'settings:2: client-id is there twice' 'client-id = x' 'client-id = y'
mistake 'settings:1: write key = value' 'hello'
mistake 'settings:1: scope has no value' 'scope ='
mistake 'client-id is missing' 'tenant = t.example'
mistake 'either tenant (Microsoft 365) or token-endpoint' "${base[@]}"
mistake 'either tenant (Microsoft 365) or token-endpoint' "${base[@]}" 'tenant = a' 'token-endpoint = https://b/'
mistake 'client-secret or refresh-token-file is missing' 'client-id = a' 'tenant = a'
mistake 'tenant is a domain' "${base[@]}" 'tenant = a/../b'
for url in http://login.example/ http://127.0.0.1.login.example/ ftp://127.0.0.1/ http://user@login.example/ \
    http://localhost.login.example/; do
    mistake 'must begin with https://' "${base[@]}" "token-endpoint = $url"
done
mistake 'is no URL' "${base[@]}" 'token-endpoint = ://'
mistake 'is no URL' "${base[@]}" 'token-endpoint = file:///etc/passwd'

settings "${base[@]}" 'tenant = t.example'
chmod 640 "$dir/settings"
run 'settings that the group can read' 77 'settings is open to others than its owner; chmod 600 it'
chmod 600 "$dir/settings"
settings=$dir/none run 'no settings' 66 'none: No such file'
settings=$dir run 'a directory' 65 'is no file'

echo r1 >"$dir/refresh"
chmod 644 "$dir/refresh"
settings 'client-id = a' 'token-endpoint = https://localhost:1/' "refresh-token-file = $dir/refresh"
run 'a refresh token that others can read' 77 'refresh is open to others'
chmod 600 "$dir/refresh"
: >"$dir/refresh"
run 'no refresh token' 65 'refresh holds no refresh token'
code=0
"$token" >"$dir/out" 2>"$dir/err" || code=$?
[[ $code == 64 ]] || fail 'no argument'

echo "$tests runs of oauth2-token"
