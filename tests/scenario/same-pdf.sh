# shellcheck shell=bash
# SPDX-License-Identifier: EUPL-1.2
#
# The same attachment under a new Message-ID: held, and the review names the number it has; from
# another faction's member it is another motion.  What is in it is searched.
# shellcheck source=tests/scenario/scenario.sh
. "$(dirname "$0")/scenario.sh"

# with_pdf: the mail on standard input gets a file
with_pdf() {
    sed -e 's|^Content-Type: .*|Content-Type: multipart/mixed; boundary="f"|' \
        -e '/^Content-Transfer-Encoding/d' \
        -e '0,/^$/s||\n--f\nContent-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: 8bit\n|'
    printf '%s\n' '' '--f' 'Content-Type: application/pdf; name="Lageplan.pdf"' \
        'Content-Transfer-Encoding: base64' 'Content-Disposition: attachment; filename="Lageplan.pdf"' ''
    base64 <"$W/plan.pdf"
    printf '%s\n' '--f--'
}

scenario_begin
cat >"$W/plan.pdf" <<'END'
%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]/Contents 4 0 R
/Resources<</Font<</F 5 0 R>>>>>>endobj
4 0 obj<</Length 47>>stream
BT /F 12 Tf 20 200 Td (Lageplan Uferpark) Tj ET
endstream endobj
5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj
trailer<</Root 1 0 R>>
%%EOF
END
scenario_daemon

step 'a letter with a file'
world_letter pdf-1@spd-bedburg-hau.example | with_pdf | world_mail "$WORLD_CHAIR" "$WORLD_MAYOR"
wait_for 30 'the letter is answered' all_is_answered 1

step 'a word that only the file has'
expect 'what search finds' "$(number 1)" "$(ctl_json '[.[].number]|join(" ")' search uferp)"

step 'other words with the same file'
world_letter pdf-2@spd-bedburg-hau.example '' 's/Integrationszentrums/Bildungszentrums/' | with_pdf |
    world_mail "$WORLD_CHAIR" "$WORLD_MAYOR"
wait_for 30 'its sender is told' world_has "$WORLD_CHAIR" INBOX 2
expect_match 'what it is' "^held .*$(number 1)" \
    "$(ctl_json '.[]|select(.message_id=="pdf-2@spd-bedburg-hau.example")|"\(.state) \(.reason)"' inbox)"
review=$(world_fetch "$WORLD_CHAIR" text.utf8 mailbox INBOX |
    jq -r '.[]."text.utf8"|select(test("m2"))' | tr -s '\r\n ' ' ')
expect_match 'review' "bereits unter der Nummer $(number 1) registriert" "$review"

settle
expect 'motions' 1 "$(ctl_json length list)"
world_has "$WORLD_DEPUTY" INBOX 1 || fail 'others were told of a repetition'
