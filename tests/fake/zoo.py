#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Mails made to hurt whoever reads them, read by antragctl in the reader's sandbox.

usage: zoo.py ANTRAGCTL DIRECTORY

Each must be read within 5 seconds of a processor and 512 MB, with the word for what was too much, and
its sender known. Prints a table; exits with 1 where one of them is not.
"""
import base64
import io
import json
import os
import struct
import subprocess
import sys
import zipfile

SECONDS = 5
MEGABYTES = 512
SENDER = "erika@fraktion.example"
HEAD = (
    f"From: Erika Beispiel <{SENDER}>\r\n"
    "To: rat@stadt.example\r\n"
    "Date: Mon, 09 Feb 2026 09:15:04 +0100\r\n"
    "Message-ID: <zoo@fraktion.example>\r\n"
    "MIME-Version: 1.0\r\n"
).encode()
MEGABYTE = 1024 * 1024


def field(name, value):
    return f"{name}: {value}\r\n".encode()


def entity(kind, body, encoding="binary"):
    head = f"Content-Type: {kind}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n".encode()
    return head + body


def encoded(kind, data):
    return entity(kind, base64.encodebytes(data), "base64")


def mail(kind, data):
    return HEAD + encoded(kind, data)


# ---- MIME ----


def multiparts(levels):
    out = HEAD
    for level in range(levels):
        out += f"Content-Type: multipart/mixed; boundary=b{level}\r\n\r\n--b{level}\r\n".encode()
    return out + b"\r\nin the depth\r\n"


def many_parts(count):
    return HEAD + entity("multipart/mixed; boundary=b", b"--b\r\n\r\nx\r\n" * count + b"--b--\r\n")


def messages(levels):
    return HEAD + b"Content-Type: message/rfc822\r\n\r\n" * levels + b"\r\nx\r\n"


def recipients(count):
    addresses = ",\r\n ".join(f"<person{i}@stadt.example>" for i in range(count))
    return HEAD + field("Cc", addresses) + b"\r\nx\r\n"


def references(count):
    return HEAD + field("References", "\r\n ".join(f"<{i}@b>" for i in range(count))) + b"\r\nx\r\n"


def hops(count):
    hop = field("Received", "from a by b; Mon, 09 Feb 2026 09:15:04 +0100")
    return hop * count + HEAD + b"\r\nx\r\n"


def pieces(count):
    name = "".join(f";\r\n filename*{i}*=%41" for i in range(count))
    head = f"Content-Type: text/plain\r\nContent-Disposition: attachment{name}\r\n\r\n"
    return HEAD + head.encode() + b"x\r\n"


def in_part(header):
    return HEAD + entity("multipart/mixed; boundary=b",
                         b"--b\r\n\r\nx\r\n--b\r\n" + header + b"\r\n\r\nx\r\n--b--\r\n")


# ---- wrappings ----


def der(tag, data):
    return bytes([tag, 0x84]) + struct.pack(">I", len(data)) + data


def signed(data, certificates=0):
    oid = bytes.fromhex("06092a864886f70d0107")
    content = der(0x30, oid + b"\x01" + der(0xA0, der(4, data)))
    extra = der(0xA0, b"\x30\x00" * certificates) if certificates else b""
    body = b"\x02\x01\x01\x31\x00" + content + extra + b"\x31\x00"
    return der(0x30, oid + b"\x02" + der(0xA0, der(0x30, body)))


def attribute(level, number, data):
    head = bytes([level]) + struct.pack("<II", number, len(data))
    return head + data + struct.pack("<H", sum(data) & 0xFFFF)


def properties(*values):
    out = struct.pack("<I", len(values))
    for number, kind, data in values:
        out += struct.pack("<HHII", kind, number, 1, len(data)) + data + b"\0" * (-len(data) % 4)
    return out


TNEF_BEGINS = struct.pack("<IH", 0x223E9F78, 1)
ATTACHMENT = attribute(2, 0x69002, b"\1\0" + b"\0" * 12)


def tnef_file(name, data):
    return ATTACHMENT + attribute(2, 0x18010, name.encode() + b"\0") + attribute(2, 0x6800F, data)


def tnef_nested(levels):
    inner = TNEF_BEGINS + attribute(1, 0x2800C, b"in the depth\0")
    for _ in range(levels):
        listed = properties((0x3701, 0x0D, b"0123456789abcdef" + inner))
        inner = TNEF_BEGINS + ATTACHMENT + attribute(2, 0x69005, listed)
    return inner


def tnef_rtf(size):
    """A run of one byte, as long as it goes."""
    run = b"\xff" + struct.pack(">H", 206 << 4 | 15) * 8
    packed = b"\x00{\\rtf1 a" + run * (size // len(run))
    head = struct.pack("<IIII", len(packed) + 12, 0xFFFFFFFF, 0x75465A4C, 0)
    return TNEF_BEGINS + attribute(1, 0x69003, properties((0x1009, 0x102, head + packed)))


def zipped(files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files:
            archive.writestr(name, data)
    return out.getvalue()


def zip_nested(levels):
    inner = zipped([("brief.eml", b"\r\nin the depth\r\n")])
    for _ in range(levels):
        inner = zipped([("innen.zip", inner)])
    return inner


def docx(document, times=1):
    types = (b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override '
             b'PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-'
             b'officedocument.wordprocessingml.document.main+xml"/></Types>')
    return zipped([("[Content_Types].xml", types)] + [("word/document.xml", document)] * times)


def laughs():
    """Entities that double thirty times."""
    entities = "".join(f'<!ENTITY e{i + 1} "&e{i};&e{i};">' for i in range(30))
    return f'<!DOCTYPE w [<!ENTITY e0 "ha">{entities}]>{body("&e30;")}'.encode()


def body(text):
    return ('<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
            f"<w:body><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:body></w:document>")


def deep():
    return (body("@").replace("@", "<w:r>" * 1000000)).encode()


def signed_nested(levels):
    inner = b"\r\nin the depth\r\n"
    for _ in range(levels):
        inner = encoded("application/pkcs7-mime", signed(inner))
    return HEAD + inner


def pdf(count):
    """Pages without end: each is the same one."""
    kids = b"3 0 R " * count
    objects = [b"<</Type/Catalog/Pages 2 0 R>>",
               b"<</Type/Pages/Count %d/Kids[" % count + kids + b"]>>",
               b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>"]
    out, places = b"%PDF-1.4\n", []
    for number, data in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj" % number + data + b"endobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return (out + b"xref\n0 4\n0000000000 65535 f \n" + table
            + b"trailer<</Root 1 0 R/Size 4>>startxref\n%d\n%%%%EOF" % len(out))


ZIP = "application/zip; name=a.zip"
DOCX = "application/octet-stream; name=a.docx"
RTF = "application/rtf; name=a.rtf"
TNEF = "application/ms-tnef; name=winmail.dat"
OPAQUE = "application/pkcs7-mime; smime-type=signed-data; name=smime.p7m"

# name, the word for it (of the mail's defects, or of a part's text; None: there is none), the mail
ZOO = [
    ("60 multiparts within each other", "too-deep", lambda: multiparts(60)),
    ("500 parts", None, lambda: many_parts(500)),
    ("3000000 parts", "too-many-parts", lambda: many_parts(3000000)),
    ("60 messages within each other", "too-deep", lambda: messages(60)),
    ("100000 messages within each other", "too-deep", lambda: messages(100000)),
    ("2000 recipients", "too-many-addresses", lambda: recipients(2000)),
    ("100000 recipients", "header-too-large", lambda: recipients(100000)),
    ("5000 references", "too-many-references", lambda: references(5000)),
    ("3000 hops", "too-many-hops", lambda: hops(3000)),
    ("3000 pieces of a file name", None, lambda: pieces(3000)),
    ("a part's header of 10 MB, in one field", "too-many-parts",
     lambda: in_part(b"Content-Disposition: attachment" + b";\r\n filename*1*=%41" * 500000)),
    ("a part's header of 10 MB, in many fields", "too-many-parts",
     lambda: in_part(b"X-A: b\r\n" * 1200000 + b"X-B: c")),
    ("a subject of encoded words", None,
     lambda: HEAD + field("Subject", "=?utf-8?Q?=41?=\r\n " * 3000) + b"\r\nx\r\n"),
    ("40 MB of base64, a file", None,
     lambda: mail("application/octet-stream; name=a.bin", os.urandom(30 * MEGABYTE))),
    ("40 MB of base64, a text", "too-large", lambda: mail("text/plain", b"Antrag\n" * 4300000)),
    ("10 texts of 3 MB each", "too-much-text", lambda: HEAD + entity(
        "multipart/mixed; boundary=b", (b"--b\r\n\r\n" + b"Antrag\r\n" * 400000) * 10)),
    ("40 MB of NUL", "nul-bytes", lambda: HEAD + b"\r\n" + b"\0" * (40 * MEGABYTE)),
    ("5000000 lines of boundary", "too-many-parts",
     lambda: HEAD + entity("multipart/mixed; boundary=b", b"--b\r\n" * 5000000)),
    ("200000 elements of HTML", None, lambda: mail("text/html", b"<div><b><table>" * 70000)),
    ("signed: 2000000 certificates", "bad-smime",
     lambda: mail(OPAQUE, signed(b"\r\nx", 2000000))),
    ("signed: 30 MB", "too-large", lambda: mail(OPAQUE, signed(b"\r\n" + b"Antrag\n" * 4300000))),
    ("signed 6 times", "too-many-files", lambda: signed_nested(6)),
    ("winmail.dat: 20 within each other", "too-many-files", lambda: mail(TNEF, tnef_nested(20))),
    ("winmail.dat: 10000 files", "too-many-files",
     lambda: mail(TNEF, TNEF_BEGINS + tnef_file("a.eml", b"\r\nx\r\n") * 10000)),
    ("winmail.dat: 300000 files that are none", None,
     lambda: mail(TNEF, TNEF_BEGINS + tnef_file("a.bin", b"x") * 300000)),
    ("winmail.dat: 2 MB of RTF that say 4 GB", "bad-tnef",
     lambda: mail(TNEF, tnef_rtf(2 * MEGABYTE))),
    ("winmail.dat: 20 MB of RTF that say 4 GB", "bad-tnef",
     lambda: mail(TNEF, tnef_rtf(20 * MEGABYTE))),
    ("winmail.dat in winmail.dat in a ZIP", "too-many-files",
     lambda: mail(ZIP, zipped([("winmail.dat", tnef_nested(3))]))),
    ("a ZIP of 2 GB of nothing", "too-large",
     lambda: mail(ZIP, zipped([(name, b"{\\rtf1 " + b"\0" * (1000 * MEGABYTE))
                                for name in ("a.rtf", "b.rtf")]))),
    ("a ZIP of 65000 files", "too-many-files",
     lambda: mail(ZIP, zipped([(f"{i}.rtf", b"{\\rtf1 x}") for i in range(65000)]))),
    ("20 ZIPs within each other", "too-many-files", lambda: mail(ZIP, zip_nested(20))),
    ("DOCX: 300 MB of text in 300 kB", "too-large",
     lambda: mail(DOCX, docx(body("Antrag " * (40 * MEGABYTE)).encode()))),
    ("DOCX: a billion laughs", "xml-entities", lambda: mail(DOCX, docx(laughs()))),
    ("DOCX: a million elements within each other", "too-large", lambda: mail(DOCX, docx(deep()))),
    ("RTF: a million groups within each other", "too-deep",
     lambda: mail(RTF, b"{\\rtf1 " + b"{" * 1000000)),
    ("RTF: a million tables", "too-many-cells",
     lambda: mail(RTF, b"{\\rtf1 " + b"\\trowd\\cellx1\\intbl x\\cell\\row" * 1000000)),
    ("PDF: a million pages", "image", lambda: mail("application/pdf", pdf(1000000))),
]


def words_of(reading):
    parts = [part["text"] for part in reading["mail"]["parts"]]
    return reading["mail"]["defects"] + parts


def write_apart(path, make):
    """In a process of its own: what this one has used would count for those it starts."""
    child = os.fork()
    if child == 0:
        with open(path, "wb") as out:
            out.write(make())
        os._exit(0)
    if os.waitpid(child, 0)[1]:
        sys.exit("a mail could not be made")


def read(antragctl, path):
    """The reading or None, seconds, megabytes. What others do on the machine does not count."""
    with open(path + ".json", "wb") as out:
        child = subprocess.Popen([antragctl, "read", path], stdout=out, stderr=subprocess.PIPE)
        said = child.stderr.read().decode(errors="replace").strip()
        _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    seconds = used.ru_utime + used.ru_stime
    if child.returncode:
        print(f"  exit {child.returncode}: {said}")
        return None, seconds, used.ru_maxrss / 1024
    with open(path + ".json", "rb") as out:
        return json.load(out), seconds, used.ru_maxrss / 1024


def fault(reading, word, seconds, megabytes):
    if reading is None:
        return "not read"
    if [sender["address"] for sender in reading["mail"]["from"]] != [SENDER]:
        return "the sender is not known"
    if word and word not in words_of(reading):
        return f"nothing says {word}, but {' '.join(sorted(set(words_of(reading))))}"
    if seconds > SECONDS:
        return f"more than {SECONDS} seconds"
    if megabytes > MEGABYTES:
        return f"more than {MEGABYTES} MB"
    return None


def main():
    antragctl, directory = sys.argv[1:3]
    failed = 0
    path = os.path.join(directory, "zoo.eml")
    for name, word, make in ZOO:
        write_apart(path, make)
        reading, seconds, megabytes = read(antragctl, path)
        why = fault(reading, word, seconds, megabytes)
        failed += why is not None
        print(f"{seconds:6.2f} s {megabytes:4.0f} MB  {name}: {why or word or 'read'}", flush=True)
    return 1 if failed else 0


sys.exit(main())
