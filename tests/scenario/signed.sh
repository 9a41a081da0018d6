# shellcheck shell=bash
# SPDX-License-Identifier: EUPL-1.2
#
# A body that wants signatures: a member's signed letter comes through Postfix and Dovecot, is
# verified by the locked reader and registered, and the receipt says who has signed.  One that was
# altered is held, and its true sender learns of it; so is one by a certificate that is revoked, once
# the list is there and antragd has reloaded.
# shellcheck source=tests/scenario/scenario.sh
. "$(dirname "$0")/scenario.sh"

# certificate NAME SUBJECT DAYS EXTENSIONS: of the authority, or of its own where it is that.
certificate() {
    local issuer=(-CA "$W/smime/ca.pem" -CAkey "$W/smime/ca.key" -CAcreateserial)
    [[ $1 != ca ]] || issuer=(-signkey "$W/smime/ca.key")
    printf '%s\n' "$4" >"$W/smime/$1.ext"
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$W/smime/$1.key" \
        -subj "$2" -out "$W/smime/$1.csr"
    openssl x509 -req -in "$W/smime/$1.csr" -days "$3" -extfile "$W/smime/$1.ext" "${issuer[@]}" \
        -out "$W/smime/$1.pem"
} >>"$W/log/openssl.log" 2>&1

# signed N [SED]: a letter, signed, and then changed on its way.
signed() {
    local letter
    letter=$(letter "$1")
    sed '/^MIME-Version/,$d' <<<"$letter"
    sed -n '/^Content-Type/,$p' <<<"$letter" >"$W/smime/letter"
    openssl cms -sign -signer "$W/smime/chair.pem" -inkey "$W/smime/chair.key" \
        -in "$W/smime/letter" 2>>"$W/log/openssl.log" | sed -e "${2:-}"
}

send() { world_mail "$WORLD_CHAIR" "$WORLD_MAYOR"; }
text_to() { world_fetch "$1" text.utf8 mailbox INBOX | jq -r ".[$2 - 1].\"text.utf8\"" | tr -s '\r\n ' ' '; }

scenario_begin
mkdir "$W/smime"
certificate ca '/CN=Zertifizierungsstelle' 30 'basicConstraints=critical,CA:TRUE'
certificate chair '/CN=Wilhelm van Beek, MdR' 20 "subjectAltName=email:$WORLD_CHAIR
basicConstraints=CA:FALSE
extendedKeyUsage=emailProtection"
trust="required-trust = \"signed\" trusted-ca = \"$W/smime/ca.pem\""
CONF_BODY=$trust world_config >"$W/antragd.conf"
scenario_daemon

step 'a signed letter'
signed 1 | send
wait_for 40 'it is answered' all_is_answered 1
expect 'state' 'registered signed' "$(ctl_json '.[0]|"\(.state) \(.trust)"' list)"
expect_match 'receipt' 'die elektronische Signatur von Wilhelm van Beek, MdR ist gültig' \
    "$(text_to "$WORLD_CHAIR" 1)"
for command in explain show log; do
    expect_match "$command" 'signed by "Wilhelm van Beek, MdR" with a certificate of "Zertifizierungsstelle"' \
        "$(ctl "$command" m1)"
done
expect 'evidence' "good none $WORLD_CHAIR" \
    "$(ctl_json '.reading.mail.signature|"\(.result) \(.crl) \(.address)"' explain m1)"
wait_for 5 'the log says so' logged 'event=message.*trust=signed signature=good'

expect_match 'doctor' 'S/MIME authorities of bedburg-hau.*Zertifizierungsstelle: ends on' "$(ctl doctor)"

step 'one that was altered'
signed 2 's/Zentrums Nummer 2/Zentrums Nummer 3/' | send
wait_for 40 'its true sender is told' world_has "$WORLD_CHAIR" INBOX 2
expect 'state' held "$(ctl_json '.[]|select(.id=="m2").state' inbox)"
expect_match 'reason' 'was altered after it was signed' "$(ctl_json '.[]|select(.id=="m2").reason' inbox)"
expect_match 'review' 'die E-Mail wurde nach dem Signieren verändert' "$(text_to "$WORLD_CHAIR" 2)"
expect motions 1 "$(ctl_json length list)"

# The mailbox says now, the town's server yesterday, which counts.
step 'one that had come in before its certificate was valid'
{
    printf 'Received: from mail.spd.example by %s; %s\n' "$WORLD_MX" "$(LC_ALL=C date -R -d yesterday)"
    signed 3
} >"$W/early.eml"
expect_match 'explained' 'certificate was not yet valid' "$(ctl explain "$W/early.eml")"
world_as_mail doveadm -c "$W/dovecot/dovecot.conf" save -u "$WORLD_MAYOR" -m INBOX \
    <"$W/early.eml" >>"$W/log/doveadm.log" 2>&1
wait_for 40 'its sender is told' world_has "$WORLD_CHAIR" INBOX 3
expect_match 'reason' 'certificate was not yet valid' "$(ctl_json '.[]|select(.id=="m3").reason' inbox)"

step 'its certificate is revoked'
: >"$W/smime/index"
printf '[ca]\ndefault_ca=a\n[a]\ndatabase=%s\ndefault_md=sha256\ndefault_crl_days=7\n' \
    "$W/smime/index" >"$W/smime/ca.conf"
{
    openssl ca -config "$W/smime/ca.conf" -keyfile "$W/smime/ca.key" -cert "$W/smime/ca.pem" \
        -revoke "$W/smime/chair.pem"
    openssl ca -config "$W/smime/ca.conf" -keyfile "$W/smime/ca.key" -cert "$W/smime/ca.pem" \
        -gencrl -out "$W/smime/ca.crl"
} >>"$W/log/openssl.log" 2>&1
CONF_BODY="$trust crl-file = \"$W/smime/ca.crl\"" world_config >"$W/antragd.conf"
kill -HUP "$DAEMON_PID"
wait_for 20 'the new configuration holds' logged 'event=ready' 2
signed 4 | send
wait_for 40 'its sender is told' world_has "$WORLD_CHAIR" INBOX 4
expect 'state' held "$(ctl_json '.[]|select(.id=="m4").state' inbox)"
expect_match 'reason' 'had been revoked' "$(ctl_json '.[]|select(.id=="m4").reason' inbox)"
expect_match 'review' 'das Zertifikat war beim Eingang gesperrt' "$(text_to "$WORLD_CHAIR" 4)"

step 'a file that holds none'
CONF_BODY="required-trust = \"signed\" trusted-ca = \"$W/smime/chair.key\"" world_config >"$W/antragd.conf"
line=$(grep -n trusted-ca "$W/antragd.conf" | cut -d: -f1)
kill -HUP "$DAEMON_PID"
wait_for 20 'antragd says what is wrong' logged "antragd.conf:$line: trusted-ca: .*PRIVATE KEY"
CONF_BODY=$trust world_config >"$W/antragd.conf"
settle
