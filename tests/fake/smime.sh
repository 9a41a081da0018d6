#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
#
# usage: smime.sh DIR: makes authorities, certificates and keys, lists of revoked certificates, and
# mails that are signed with S/MIME in good and bad ways, DIR/*.eml, with openssl(1).  Certificates
# are valid from 2025 to 2034 but where their name says otherwise; the mails are from van Beek of
# the SPD unless they say otherwise.
set -eu
cd "$1"
exec 3>&1 4>&2 >openssl.log 2>&1
trap 'test $? = 0 || tail openssl.log >&4' EXIT

VANBEEK=wilhelm.vanbeek@spd-bedburg-hau.example
OTHER=mitglied@cdu-bedburg-hau.example

# ---- authorities and certificates ------------------------------------------------------------------

cat >ca.conf <<'CONF'
[ca]
default_ca = this
[this]
database = index.txt
serial = serial
new_certs_dir = .
default_md = sha256
default_crl_days = 30
policy = any
unique_subject = no
[any]
commonName = optional
emailAddress = optional
organizationName = optional
[req]
distinguished_name = dn
prompt = no
[dn]
CN = unused
CONF
: >index.txt
echo 1001 >serial

ec() { openssl genpkey -algorithm EC -pkeyopt "ec_paramgen_curve:${2:-P-256}" -out "$1.key"; }
rsa() { openssl genpkey -algorithm RSA -pkeyopt "rsa_keygen_bits:${2:-2048}" -out "$1.key"; }

# issue NAME SUBJECT ISSUER EXTENSIONS [OPTION...]: the key is there already, or made now
issue() {
    name=$1 subject=$2 issuer=$3 extensions=$4
    shift 4
    test -f "$name.key" || ec "$name"
    openssl req -new -config ca.conf -utf8 -key "$name.key" -subj "$subject" -out "$name.csr"
    printf '%b' "[e]\nsubjectKeyIdentifier = hash\n$extensions" >"$name.ext"
    if test "$issuer" = "$name"; then set -- -selfsign "$@"; else set -- -cert "$issuer.pem" "$@"; fi
    openssl ca -batch -notext -config ca.conf -extfile "$name.ext" -extensions e \
        -keyfile "$issuer.key" -startdate 20250101000000Z -enddate 20341231235959Z "$@" \
        -in "$name.csr" -out "$name.pem"
}
AUTHORITY='basicConstraints = critical, CA:true\nkeyUsage = critical, keyCertSign, cRLSign\n'
PERSON='basicConstraints = critical, CA:false\n'
SIGNS='keyUsage = critical, digitalSignature, nonRepudiation\nextendedKeyUsage = emailProtection\n'
person() { # NAME ADDRESS [ISSUER [OPTION...]]
    name=$1 address=$2 issuer=${3:-ca}
    shift 2
    test $# = 0 || shift
    issue "$name" "/CN=Wilhelm van Beek ($name)" "$issuer" \
        "$PERSON${SIGNS}subjectAltName = email:$address\n" "$@"
}

issue ca '/CN=Town CA' ca "$AUTHORITY" -startdate 20150101000000Z
issue sub '/CN=Department CA' ca "$AUTHORITY"
issue stranger-ca '/CN=Stranger CA' stranger-ca "$AUTHORITY"
person good "$VANBEEK"
person through-sub "$VANBEEK" sub
person other "$OTHER"
person attacker attacker@evil.example
person stranger "$VANBEEK" stranger-ca
person expired "$VANBEEK" ca -startdate 20200101000000Z -enddate 20210101000000Z
person future "$VANBEEK" ca -startdate 20300101000000Z
person upper-domain "wilhelm.vanbeek@SPD-Bedburg-Hau.EXAMPLE"
person upper-local "Wilhelm.VanBeek@spd-bedburg-hau.example"
person revoked "$VANBEEK"
person revoked-later "$VANBEEK"
person self "$VANBEEK" self
person self-other "$OTHER" self-other
person below-leaf "$VANBEEK" good
rsa rsa
person rsa "$VANBEEK"
rsa rsa1024 1024
person rsa1024 "$VANBEEK"
ec ec224 secp224r1
person ec224 "$VANBEEK"
rsa sha1
person sha1 "$VANBEEK" ca -md sha1
openssl genpkey -algorithm ED25519 -out ed25519.key
person ed25519 "$VANBEEK"
issue cn-only "/CN=$VANBEEK" ca "$PERSON$SIGNS"
issue in-subject "/CN=Wilhelm van Beek/emailAddress=$VANBEEK" ca "$PERSON$SIGNS"
issue in-both "/CN=Wilhelm van Beek/emailAddress=$VANBEEK" ca \
    "$PERSON${SIGNS}subjectAltName = email:$OTHER\n"
issue two-addresses '/CN=Wilhelm van Beek' ca \
    "$PERSON${SIGNS}subjectAltName = email:vanbeek@mail.example, email:$VANBEEK\n"
issue utf8 '/CN=Wilhelm van Beek' ca "$PERSON${SIGNS}subjectAltName = @names\n[names]\n\
otherName = 1.3.6.1.5.5.7.8.9;FORMAT:UTF8,UTF8:wílhelm@spd-bedburg-hau.example\n"
issue server '/CN=Server' ca \
    "${PERSON}extendedKeyUsage = serverAuth\nsubjectAltName = email:$VANBEEK\n"
issue encrypts '/CN=Encrypts' ca \
    "${PERSON}keyUsage = critical, keyEncipherment\nsubjectAltName = email:$VANBEEK\n"
issue carrier '/CN=Carrier' ca \
    "${PERSON}nsComment = \"\\\\n\\\\nDer Rat sperrt den Radweg.\\\\n\"\n"
issue any-usage '/CN=Any usage' ca "${PERSON}subjectAltName = email:$VANBEEK\n"

# ---- lists of revoked certificates -----------------------------------------------------------------

sed -i "s/^V\(.*(revoked)\)$/R\1/; s/^V\(.*(revoked-later)\)$/R\1/" index.txt
awk -F '\t' -v OFS='\t' '/\(revoked\)$/ { $3 = "260101000000Z" }
    /\(revoked-later\)$/ { $3 = "260301000000Z" } 1' index.txt >index.new
mv index.new index.txt
list() { # NAME ISSUER FROM UNTIL
    openssl ca -config ca.conf -gencrl -keyfile "$2.key" -cert "$2.pem" -crl_lastupdate "$3" \
        -crl_nextupdate "$4" -out "$1.crl"
}
list current ca 20260201000000Z 20260301000000Z
list old ca 20250901000000Z 20251001000000Z
list later ca 20260401000000Z 20260501000000Z
cp index.txt index.all
: >index.txt
list sub sub 20260201000000Z 20260301000000Z
list before ca 20260201000000Z 20260301000000Z # from before anything was revoked

# ---- what is signed ----------------------------------------------------------------------------------

letter() {
    cat <<LETTER
An den Bürgermeister der Gemeinde Bedburg-Hau

Bedburg-Hau, den 4. August 2015

${1:-Antrag auf Beleuchtung des Radweges}

Sehr geehrter Herr Bürgermeister,

die SPD-Fraktion beantragt für die Sitzung des Rates am 24.09.2015:

Der Rat beschließt:
Der Radweg an der Bahn wird beleuchtet.

Wilhelm van Beek
Fraktionsvorsitzender
LETTER
}
text_part() { printf 'Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n'; cat; }
letter | text_part >plain
{
    printf 'Content-Type: multipart/mixed; boundary="in"\n\n--in\n'
    echo 'anbei  ' | text_part
    printf '\n--in\n'
    letter | text_part | sed 's/^Content-Type.*/&; name="Antrag.txt"/'
    printf '\n--in--\n'
} >mixed
letter 'Antrag für die Sitzung des Rates am 24.09.2015, ggfs. des Fachausschusses' | text_part >dated
letter 'Wir beantragen die Beleuchtung' | sed '/^Wir beantragen die/d' | text_part >untitled
printf 'Content-Type: text/plain\n\n \n' >blank
: >nothing
printf 'Guten Tag,\n\nwir ziehen unseren Antrag zurück.\n\nWilhelm van Beek\n' | text_part >withdrawal
{ sed '/^$/,$!d' withdrawal; printf '\n> Ihr Antrag A/2015/0007 ist registriert.\n'; } | sed 1d |
    text_part >quoting

# ---- mails -------------------------------------------------------------------------------------------

# mail NAME [FIELD...]: standard input is its MIME fields and body
number=0
mail() {
    name=$1 from="Wilhelm van Beek <$VANBEEK>"
    shift
    number=$((number + 1))
    {
        case "$*" in
        *From:*) ;;
        *) printf 'From: %s\n' "$from" ;;
        esac
        case "$*" in
        *Subject:*) ;;
        *) printf 'Subject: Antrag Radweg\n' ;;
        esac
        for field; do printf '%b\n' "$field"; done
        printf 'To: antraege@bedburg-hau.example\nDate: Mon, 09 Feb 2026 12:00:00 +0100\n'
        printf 'Message-ID: <%s@spd-bedburg-hau.example>\n' "$number"
        cat
    } >"$name.eml"
}
# sign SIGNER CONTENT [OPTION...]: MIME on standard output
sign() {
    signer=$1 content=$2
    shift 2
    openssl cms -sign -signer "$signer.pem" -inkey "$signer.key" -in "$content" "$@" 2>>openssl.log
}
wrap() { # TYPE BEFORE BEHIND: what is on standard input as the second of parts
    printf 'MIME-Version: 1.0\nContent-Type: multipart/%s; boundary="out"\n\n' "$1"
    if test -s "$2"; then printf -- '--out\n'; cat "$2"; echo; fi
    printf -- '--out\n'
    cat
    if test -s "$3"; then printf -- '\n--out\n'; cat "$3"; fi
    printf -- '\n--out--\n'
}
unsigned() { printf 'MIME-Version: 1.0\n'; cat plain; }
echo 'Viele Grüße' | text_part >greeting
echo 'Diese Liste wird von der Gemeinde betrieben.' | text_part >footer

# good ones
sign good plain | mail clear
sign good plain | sed 's/$/\r/' | mail clear-crlf
sed -i 's/\r*$/\r/' clear-crlf.eml
sign good mixed | mail clear-mixed
sign good plain -nodetach | mail opaque
sign good mixed -nodetach | mail opaque-mixed
sign through-sub plain -certfile sub.pem | mail intermediate
sign upper-domain plain | mail domain-case
sign in-subject plain | mail subject-address
sign two-addresses plain | mail second-address
sign any-usage plain | mail no-usage
sign rsa plain | mail rsa
sign rsa plain -keyopt rsa_padding_mode:pss -md sha512 | mail pss
sign good plain -md sha384 | mail sha384
sign good plain -noattr | mail no-attributes
sign good dated | mail dated
sign good plain -keyid | mail by-key-identifier
sign good plain -signer two-addresses.pem -inkey two-addresses.key | mail two-signers
openssl smime -sign -signer good.pem -inkey good.key -in plain 2>>openssl.log | mail old-command
sign good plain | sed 's/application\/pkcs7-s/application\/x-pkcs7-s/' | mail x-types
sign good plain -nodetach | sed 's/application\/pkcs7-mime;.*;/application\/x-pkcs7-mime;/' |
    mail x-opaque
sign good plain -nodetach | sed 's/application\/pkcs7-mime;.*;/application\/octet-stream;/' |
    mail octet-stream
sign good plain |
    sed 's/^Content-Type: multipart\/signed; /Content-Type: multipart\/signed;\n\t/
         s/^--[-0-9A-F]*$/& \t/' | mail folded
{ sign good plain; echo 'Eine Zeile hinter allem.'; } | mail epilogue
sign utf8 plain | mail utf8-address 'From: <wílhelm@spd-bedburg-hau.example>'
sign self plain | mail pinned
sign expired plain | mail expired
sign revoked plain | mail revoked
sign revoked-later plain | mail revoked-later
sign good quoting | mail withdrawal-quoting 'Subject: Re: Ihr Antrag A/2015/0007'
sign ed25519 plain | mail ed25519 || rm -f ed25519.eml
grep -q pkcs7-signature ed25519.eml || rm ed25519.eml

# bad ones
sed 's/wird beleuchtet/wird gesperrt/' clear.eml >altered.eml
sed 's/^anbei  /anbei/' clear-mixed.eml >stripped.eml
sign good plain -nodetach -outform DER >opaque.der
der() { # what openssl does not make itself: DER on standard input, as a part
    printf 'MIME-Version: 1.0\nContent-Type: %s\nContent-Transfer-Encoding: base64\n\n' "$1"
    base64
}
P7M='application/pkcs7-mime; smime-type=signed-data; name=smime.p7m'
LC_ALL=C sed 's/wird beleuchtet/wird gesperrt!!/' opaque.der | der "$P7M" | mail opaque-altered
{ cat opaque.der; echo 'Antrag auf mehr'; } | der "$P7M" | mail opaque-longer
# digested-data is signed, and data said to be beside it: as many bytes, the first of the two places
sign good plain -nodetach -econtent_type 1.2.840.113549.1.7.5 -outform DER |
    LC_ALL=C sed '0,/\x86\x48\x86\xf7\x0d\x01\x07\x05/s//\x86\x48\x86\xf7\x0d\x01\x07\x01/' |
    der "$P7M" | mail other-type
head -c 900 opaque.der | der "$P7M" | mail opaque-cut
sign stranger plain | mail stranger
sign stranger plain -certfile stranger-ca.pem | mail stranger-with-root
sign self plain | mail other-pinned "From: <$OTHER>"
sign self-other plain | mail pinned-for-another "From: <$OTHER>"
sign future plain | mail future
sign other plain | mail other-member
sign cn-only plain | mail cn-only
sign in-both plain | mail other-in-both
sign upper-local plain | mail local-case
sign server plain | mail server
sign encrypts plain | mail encrypts
sign rsa1024 plain | mail rsa1024
sign ec224 plain | mail ec224
sign good plain -md sha1 | mail sha1-digest
sign rsa plain -md md5 | mail md5-digest
sign sha1 plain | mail sha1-chain
sign below-leaf plain -certfile good.pem | mail below-leaf
sign good plain -nocerts | mail no-certificate
openssl crl2pkcs7 -nocrl -certfile good.pem -outform DER | der "$P7M" | mail certificates-only
sign good nothing | mail empty
sign good nothing -nodetach | mail opaque-empty
sign good blank | mail blank
sign good plain -nodetach -econtent_type 1.2.840.113549.1.9.16.1.4 | mail other-content
sign good plain -signer stranger.pem -inkey stranger.key | mail one-of-two
sign good plain -signer expired.pem -inkey expired.key | mail one-of-two-expired
base64 <opaque.der >opaque.b64
# the signature of a multipart/signed brings its own content
awk '/pkcs7-signature; name/ { part = 1 } part && /^$/ { print; while ((getline line <"opaque.b64") > 0)
    print line; print ""; skip = 1; next } /^--/ { skip = 0; part = 0 } !skip' clear.eml >content-twice.eml

# "Johnny, you are fired": what is shown is not what is signed
sign good greeting | wrap mixed plain nothing | mail partly
sign good plain | wrap mixed nothing footer | mail list-footer
sign good greeting | wrap alternative plain nothing | mail alternative
sign good greeting | wrap related plain nothing | mail related
sign good plain -nodetach | wrap mixed nothing greeting | mail opaque-and-more
{ printf 'Content-Type: message/rfc822\n\n'; cat clear.eml; } | wrap mixed greeting nothing |
    mail within-message
{ printf 'MIME-Version: 1.0\nContent-Type: message/rfc822\n\n'; cat clear.eml; } | mail is-message
sign good plain | wrap mixed nothing nothing | mail alone-in-mixed
boundary=$(sed -n 's/.*boundary="\(.*\)"/\1/p' clear.eml)
# insert PATTERN FILE: the file before the first such line
insert() { awk -v p="$1" -v f="$2" '!done && $0 ~ p { while ((getline line <f) > 0) print line; done = 1 } 1'; }
{ echo "--$boundary"; cat plain; } >part
insert "^--$boundary--$" part <clear.eml >three-parts.eml
insert "^--$boundary$" part <clear.eml >part-before.eml
grep -v "^--$boundary--$" clear.eml >not-closed.eml
letter 'Antrag auf Sperrung' >text
insert '^This is an S.MIME' text <clear.eml >preamble.eml
sed "0,/^Content-Type:/s//Content-Type: text\/plain\n&/" clear.eml >type-twice.eml
sed 's/application\/pkcs7-signature; name/text\/plain; name/' clear.eml >no-signature-part.eml
# what stands beside the signer's certificate is signed by nobody, whatever the file is called
sign good plain -certfile carrier.pem | sed 's/smime\.p7s/Antrag.eml/' | mail signature-named
# a certificate, and not the From
sign good plain | mail two-from "From: <$VANBEEK>, <attacker@evil.example>"
sign good plain | mail from-twice "From: <$VANBEEK>" 'From: <attacker@evil.example>'
sign attacker plain | mail display-name "From: \"$VANBEEK\" <attacker@evil.example>"
sign attacker plain | mail sender-only "From: <$VANBEEK>" 'Sender: <attacker@evil.example>'
sign good plain | mail sender-member 'From: <attacker@evil.example>' "Sender: <$VANBEEK>"
sign attacker plain | mail comment "From: attacker@evil.example ($VANBEEK)"
sign attacker plain | mail group "From: $VANBEEK: attacker@evil.example;"
# an old signature in a new envelope
sign good untitled | mail subject-only 'Subject: Antrag: Sperrung des Radweges'
sign good withdrawal | mail withdrawal-replayed 'Subject: Re: Ihr Antrag A/2015/0007'
sed 's/pkcs7-signature/pgp-signature/' clear.eml >pgp.eml
# an inner header claims another sender, and the outer one a file's name
{ printf 'From: <%s>\nSubject: Antrag: Sperrung\n' "$OTHER"; cat plain; } >headed
sign good headed | mail inner-header
# opaque within clear: another one's signature around the member's
sign good plain -nodetach >inner
sign other inner | mail around-signed
# and the member's around an unsigned mail of somebody else
{ printf 'Content-Type: message/rfc822\n\n'; sed "s/$VANBEEK/$OTHER/" clear.eml; } >message
sign good message | mail around-message
unsigned | mail unsigned
openssl cms -encrypt -aes-256-cbc -in plain rsa.pem 2>>openssl.log | mail encrypted
exec >&3
echo ready
