#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""The neighbour: what a script with Python's email package makes of a mail, and pdftotext of its PDFs.

usage: reference.py SECONDS FILE...

Reads the mails over and over and gives out what antragd gives of them as far as such a script can:
header fields, addresses, the text, each part with type, name, size and SHA-256, the text of PDFs; no
motions, no sandbox.  Prints {"readings": N, "bytes": N, "seconds": S}.
"""
import email
import email.policy
import hashlib
import json
import pathlib
import subprocess
import sys
import time

TEXTS = ("message-id", "date", "subject", "in-reply-to", "references")
ADDRESSES = ("from", "sender", "to", "cc", "reply-to")


def addresses(field):
    people = field.addresses if hasattr(field, "addresses") else ()
    return [{"name": one.display_name, "address": one.addr_spec} for one in people]


def pdf_text(content):
    done = subprocess.run(["pdftotext", "-", "-"], input=content, stdout=subprocess.PIPE, check=False)
    return done.stdout.decode("utf-8", "replace")


def part_of(part):
    content = part.get_payload(decode=True) or b""
    is_pdf = part.get_content_type() == "application/pdf"
    return {"type": part.get_content_type(), "name": part.get_filename(), "size": len(content),
            "sha256": hashlib.sha256(content).hexdigest(), "text": pdf_text(content) if is_pdf else None}


def read(content):
    message = email.message_from_bytes(content, policy=email.policy.default)
    reading = {name: message[name] and str(message[name]) for name in TEXTS}
    reading.update((name, addresses(message[name]) if message[name] else []) for name in ADDRESSES)
    body = message.get_body(preferencelist=("plain", "html"))
    reading["text"] = body.get_content() if body else None
    reading["parts"] = [part_of(part) for part in message.walk() if not part.is_multipart()]
    return json.dumps(reading)


def main():
    mails = [pathlib.Path(path).read_bytes() for path in sys.argv[2:]]
    begin = time.monotonic()
    end = begin + float(sys.argv[1])
    readings = size = 0
    while time.monotonic() < end or readings == 0:
        mail = mails[readings % len(mails)]
        read(mail)
        readings += 1
        size += len(mail)
    print(json.dumps({"readings": readings, "bytes": size, "seconds": time.monotonic() - begin}))


if __name__ == "__main__":
    main()
