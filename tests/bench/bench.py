#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""antragd's reader beside the script one would write otherwise, in one run, as ratios.

usage: bench.py READINGS CORPUS [ROUNDS]

READINGS is the driver, CORPUS tests/corpus; the mails are made of its letters.  Both read the same
mails by turns, ROUNDS times two seconds each, so that whatever else the machine does hits both; the
best round of each counts.  Nothing is judged here: a busy machine is no failure.
"""
import base64
import html
import json
import pathlib
import random
import subprocess
import sys
import tempfile
import zlib

HERE = pathlib.Path(__file__).resolve().parent
SECONDS = "2"
MEGABYTE = 1e6


# ---- mails ---------------------------------------------------------------------------------------

def head(number):
    return ("Received: from mail.fraktion.example (mail.fraktion.example [192.0.2.7])\r\n"
            f"\tby mx.stadt.example (Postfix) with ESMTPS id {number:08X}\r\n"
            "\tfor <antraege@stadt.example>; Mon, 09 Feb 2026 09:12:41 +0100 (CET)\r\n"
            "From: =?UTF-8?Q?J=C3=BCrgen_M=C3=BCller?= <juergen.mueller@fraktion.example>\r\n"
            "To: =?UTF-8?Q?B=C3=BCrgermeister?= <antraege@stadt.example>\r\n"
            "Date: Mon, 09 Feb 2026 09:12:40 +0100\r\n"
            f"Message-ID: <{number}.bench@fraktion.example>\r\n"
            f"Subject: =?UTF-8?Q?Antrag_f=C3=BCr_die_n=C3=A4chste_Sitzung_{number}?=\r\n"
            "MIME-Version: 1.0\r\n")


def in_base64(content):
    return base64.encodebytes(content).decode().replace("\n", "\r\n")


def plain(number, text):
    return (f"{head(number)}Content-Type: text/plain; charset=UTF-8\r\n"
            f"Content-Transfer-Encoding: base64\r\n\r\n{in_base64(text.encode())}")


def multipart(number, kind, parts):
    body = "".join(f"--limit\r\n{part}\r\n" for part in parts)
    return f"{head(number)}Content-Type: multipart/{kind}; boundary=limit\r\n\r\n{body}--limit--\r\n"


def text_part(text, subtype="plain"):
    return (f"Content-Type: text/{subtype}; charset=UTF-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"
            f"{in_base64(text.encode())}")


def alternative(number, text):
    page = "<html><body>" + "".join(f"<p>{html.escape(line)}</p>" for line in text.split("\n")) + "</body></html>"
    return multipart(number, "alternative", [text_part(text), text_part(page, "html")])


def attached(number, kind, name, content):
    file = (f"Content-Type: {kind}; name=\"{name}\"\r\nContent-Transfer-Encoding: base64\r\n"
            f"Content-Disposition: attachment; filename=\"{name}\"\r\n\r\n{in_base64(content)}")
    return multipart(number, "mixed", [text_part("siehe Anlage\n"), file])


# ---- a PDF ---------------------------------------------------------------------------------------

def stream(content, entries=""):
    packed = zlib.compress(content)
    return f"<< /Length {len(packed)} /Filter /FlateDecode {entries}>>\nstream\n".encode() + packed + b"\nendstream"


def page_of(text):
    lines = (line.encode("cp1252", "replace").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
             for line in text.split("\n"))
    return b"BT /F 9 Tf 60 800 Td 10 TL\n" + b"".join(b"(" + line + b") Tj T*\n" for line in lines) + b"ET"


def pdf(text, size):
    """A letter of one page, with a coat of arms that makes the file so large."""
    noise = random.Random(size).randbytes(size - 2000)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F 5 0 R >> /XObject << /I 6 0 R >> >> >>",
        stream(page_of(text) + b"\nq 80 0 0 80 480 740 cm /I Do Q"),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        stream(noise, f"/Type /XObject /Subtype /Image /Width {len(noise)} /Height 1 /ColorSpace /DeviceGray"
                      " /BitsPerComponent 8 "),
    ]
    out, places = b"%PDF-1.4\n", []
    for i, one in enumerate(objects, 1):
        places.append(len(out))
        out += f"{i} 0 obj\n".encode() + one + b"\nendobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    return out + (f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer\n"
                  f"<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(out)}\n%%EOF\n").encode()


# ---- runs ----------------------------------------------------------------------------------------

def make_sets(letters):
    noise = random.Random(20).randbytes(20_000_000)
    return {
        "small mails": [make(i, text) for i, text in enumerate(letters) for make in (plain, alternative)],
        "with a PDF of 150 kB": [attached(i, "application/pdf", "Antrag.pdf", pdf(text, 150_000))
                                 for i, text in enumerate(letters[:8])],
        "with 20 MB attached": [attached(0, "application/octet-stream", "Film.bin", noise)],
    }


def run(command, files):
    return json.loads(subprocess.run([*command, SECONDS, *files], stdout=subprocess.PIPE, check=True).stdout)


def best(results):
    return max(results, key=lambda result: result["readings"] / result["seconds"])


def rates(result):
    return result["readings"] / result["seconds"], result["bytes"] / result["seconds"] / MEGABYTE


def show(name, mails, ours, theirs):
    (count, size), (their_count, their_size) = rates(ours), rates(theirs)
    mean, memory = sum(map(len, mails)) / len(mails), ours["private"]
    print(f"{name:<21} {count:>9.1f} {size:>8.1f} {their_count:>11.1f} {their_size:>8.1f} {count / their_count:>7.1f}"
          f" {memory / MEGABYTE:>10.1f} {max(0.0, memory - 24 * MEGABYTE) / max(map(len, mails)):>9.2f}"
          f"   {len(mails)} of {mean / 1000:.0f} kB")


def main():
    driver, corpus = sys.argv[1], pathlib.Path(sys.argv[2])
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 3
    letters = [path.read_text("utf-8") for path in sorted((corpus / "letters").glob("*.txt"))]
    print(f"{'':<21} {'--- antragd ----':>18} {'- email, pdftotext -':>20} {'':>7} {'- private memory -':>20}")
    print(f"{'':<21} {'mails/s':>9} {'MB/s':>8} {'mails/s':>11} {'MB/s':>8} {'ratio':>7} {'MB':>10} {'(-24)/mail':>9}")
    with tempfile.TemporaryDirectory() as directory:
        for name, mails in make_sets(letters).items():
            files = []
            for i, mail in enumerate(mails):
                files.append(pathlib.Path(directory) / f"{len(mails)}-{i}.eml")
                files[-1].write_text(mail, "utf-8", newline="")
            turns = [(run([driver], files), run([sys.executable, HERE / "reference.py"], files))
                     for _ in range(rounds)]
            ours = best([turn[0] for turn in turns])
            ours["private"] = max(turn[0]["private"] for turn in turns)
            show(name, mails, ours, best([turn[1] for turn in turns]))


if __name__ == "__main__":
    main()
