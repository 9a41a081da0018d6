#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""What others wrote: messages whose parts two parsers agree on, documents whose text is known, and
a great many files that must only be read.

usage: third_party.py ANTRAGCTL PART_TEXTS DIRECTORY

DIRECTORY is corpus/third-party.  PART_TEXTS prints the texts of a mail's parts.  Exit code 1: of
the values that both parsers agree on less than 98 % are right, less than nine in ten documents
yield 95 % of their words, or a file is not read (a crash, 5 seconds, 512 MB).  Tables go to
standard output, differences to standard error.
"""
import base64
import collections
import concurrent.futures
import csv
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unicodedata

from reading import Failure, Reader, squeeze

VALUES_MIN = 0.98
RECALL_MIN = 0.95
DOCUMENTS_MIN = 0.9

# A document and the file with its text; NAME.txt stands for itself.
STANDARD = "textract/eml/standardized_text.eml"
DOCUMENTS = {
    "textract/docx/raw_text.docx": None,
    "textract/docx/paragraphs_and_tables.docx": None,
    "textract/docx/standardized_text.docx": STANDARD,
    "textract/odt/raw_text.odt": None,
    "textract/odt/standardized_text.odt": STANDARD,
    "textract/rtf/raw_text.rtf": None,
    "textract/rtf/standardized_text.rtf": STANDARD,
    "textract/pdf/raw_text.pdf": None,
    "textract/pdf/two_column.pdf": None,
    "textract/pdf/standardized_text.pdf": STANDARD,
}
TYPES = {
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".rtf": "application/rtf",
    ".pdf": "application/pdf",
}


# ---- messages ------------------------------------------------------------------------------------

def sums_of(mail):
    return {part["sha256"][:16] for part in mail["parts"]}


def said_sums(attachments):
    """Those that have one; of texts and messages the list knows only what they are."""
    return {sum16 for _, sum16 in json.loads(attachments) if re.fullmatch("[0-9a-f]{16}", sum16)}


def first_address(mail):
    return mail["from"][0]["address"] if mail["from"] else ""


def leaf_count(mail):
    """Leaf parts as those parsers count them: a message that is attached is one, whatever it holds."""
    messages = {one["path"] for one in mail["forwarded"] if one["path"]}
    outside = set()
    for part in mail["parts"]:
        steps = part["path"].split(".")
        above = (".".join(steps[:i]) for i in range(1, len(steps) + 1))
        outside.add(next((path for path in above if path in messages), part["path"]))
    return len(outside)


def judge_message(row, mail):
    """(name, right, ours, theirs) for each value that both parsers agree on."""
    agreed = row["agrees_with_cpython_email"].split("+")
    ours = {
        "subject": squeeze(mail["subject"] or ""),
        "frm": first_address(mail),
        "leaf": leaf_count(mail),
        "att": said_sums(row["attachments[name,sha256/16]"]) & sums_of(mail),
    }
    theirs = {
        "subject": squeeze(row["subject"]),
        "frm": row["from"],
        "leaf": int(row["leaf_parts"]),
        "att": said_sums(row["attachments[name,sha256/16]"]),
    }
    return [(name, ours[name] == theirs[name], ours[name], theirs[name]) for name in agreed]


def score_messages(reader, folder):
    right, count = collections.Counter(), collections.Counter()
    with open(folder / "CONSENSUS.tsv", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            mail = reader.read(folder / row["file"])["mail"]
            for name, is_right, ours, theirs in judge_message(row, mail):
                count[name] += 1
                right[name] += is_right
                if not is_right:
                    print(f"{row['file']} {name}: found {ours!r}, agreed {theirs!r}", file=sys.stderr)
    for name in count:
        print(f"{name:<10} {right[name]:>4} of {count[name]:>4}")
    share = right.total() / count.total()
    print(f"messages: {right.total()} of {count.total()} agreed values, {share:.1%}")
    return share >= VALUES_MIN


# ---- documents -----------------------------------------------------------------------------------

def words(text):
    # ligatures and the like are how a font draws letters
    return collections.Counter(re.findall(r"\w+", unicodedata.normalize("NFKC", text).casefold()))


def known_text(folder, name):
    path = folder / (DOCUMENTS[name] or pathlib.PurePath(name).with_suffix(".txt"))
    text = path.read_text("utf-8")
    return text.split("\n\n", 1)[1] if path.suffix == ".eml" else text


def as_attachment(path):
    """A mail that carries the file alone."""
    head = (f"MIME-Version: 1.0\r\nContent-Type: {TYPES[path.suffix]}; name=\"{path.name}\"\r\n"
            f"Content-Disposition: attachment; filename=\"{path.name}\"\r\n"
            "Content-Transfer-Encoding: base64\r\n\r\n")
    return head.encode() + base64.encodebytes(path.read_bytes())


def extract(part_texts, path):
    with tempfile.NamedTemporaryFile(suffix=".eml") as file:
        file.write(as_attachment(path))
        file.flush()
        return subprocess.run([part_texts, file.name], stdout=subprocess.PIPE, check=True,
                              timeout=60).stdout.decode("utf-8")


def score_documents(part_texts, folder):
    good = 0
    for name in DOCUMENTS:
        wanted = words(known_text(folder, name))
        found = words(extract(part_texts, folder / name))
        recall = (wanted & found).total() / wanted.total()
        good += recall >= RECALL_MIN
        print(f"{name:<46} {recall:.3f} of {wanted.total()} words")
    print(f"documents: {good} of {len(DOCUMENTS)} with a recall of at least {RECALL_MIN}")
    return good >= DOCUMENTS_MIN * len(DOCUMENTS)


# ---- all of it -----------------------------------------------------------------------------------

def mails_of(directory):
    """(name, bytes): every file as if it were a mail, every document also as an attachment."""
    for path in sorted(directory.rglob("*")):
        if path.is_file():
            yield str(path.relative_to(directory)), path.read_bytes()
            if path.suffix in TYPES:
                yield f"{path.relative_to(directory)} attached", as_attachment(path)


def failure_of(reader, content):
    """What was wrong with reading it, or None."""
    try:
        reader.read_bytes(content)
    except Failure as failure:
        # not every file is a mail: what is refused in words has been read without failing
        refused = "exit 65" in str(failure) and "ended a process" not in str(failure)
        return None if refused else failure
    return None


def score_reading(reader, directory):
    reader.memory = 0
    files = {hashlib.sha256(content).digest(): (name, content) for name, content in mails_of(directory)}
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        failures = pool.map(lambda file: failure_of(reader, file[1]), files.values())
        failed = [(name, why) for (name, _), why in zip(files.values(), failures) if why]
    for name, why in failed:
        print(f"{name} {why}", file=sys.stderr)
    print(f"files: {len(files)} read, {len(failed)} failed, largest process {reader.memory >> 20} MB")
    return not failed


def main():
    reader, part_texts, directory = Reader(sys.argv[1]), sys.argv[2], pathlib.Path(sys.argv[3])
    if not directory.is_dir():
        print(f"SKIPPED: there is no {directory}")
        return 77
    good = [score_messages(reader, directory / "mime-stalwart"),
            score_documents(part_texts, directory / "documents"),
            score_reading(reader, directory)]
    return not all(good)


if __name__ == "__main__":
    sys.exit(main())
