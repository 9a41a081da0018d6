#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Scores readings against what letters and mails of a corpus are known to say.

usage: corpus.py ANTRAGCTL NAME=DIRECTORY...

A directory holds letters (NAME.txt) or mails (NAME.eml), each with its NAME.json.  A key that is
left out there is not judged; null must be null; lists are complete and in order; texts are equal
after every run of white space became one blank.  A value counts once: right, wrong (said, and not
what is expected), missing (nothing said).  What is null and expected to be counts nothing, so that
silence earns no score.

Prints a table for each directory and one of all; differences go to standard error.  Exit code 1:
F1 of a field or of all is below 0.97, a value is harmful (a wrong day, a wrong faction, an invented
motion), or a mail is not read.
"""
import base64
import datetime
import email.utils
import json
import pathlib
import sys

from reading import Failure, Reader, squeeze

F1_MIN = 0.97
TEXTS = {"text", "title", "resolution", "reasoning"}
MOTION_FIELDS = ("kind label title consultations factions signatories letter_date place addressee "
                 "refers_to confidential resolution reasoning found_in").split()
MAIL_FIELDS = ("message_id date from sender to cc reply_to subject in_reply_to references class "
               "text parts defects").split()


# ---- one value -----------------------------------------------------------------------------------

def nothing(value):
    return value is None or value is False or value == []


def subset(found, expected):
    """Of an object only what the expectation names."""
    return {key: found.get(key) for key in expected} if isinstance(expected, dict) else found


def comparable(field, found, expected):
    """FOUND and EXPECTED so that == says whether the value is right."""
    if field in TEXTS:
        return squeeze(found), squeeze(expected)
    if field == "defects":  # those listed must be there; an empty list wants none
        return [d for d in found if d in expected] if expected else found, sorted_like(found, expected)
    if isinstance(expected, list) and len(found) == len(expected):
        return [subset(f, e) for f, e in zip(found, expected)], expected
    return found, expected


def sorted_like(found, expected):
    return sorted(expected, key=lambda d: found.index(d) if d in found else len(found))


class Table:
    """Right, wrong and missing values by field."""

    def __init__(self, name):
        self.name = name
        self.rows = {}
        self.harmful = 0
        self.whole = 0
        self.count = 0

    def add(self, of, field, found, expected):
        """Whether the value is right.  OF goes before the field's name in the table."""
        row = self.rows.setdefault(of + field, [0, 0, 0])
        found, expected = comparable(field, found, expected)
        if found == expected:
            row[0] += not nothing(expected)
            return True
        row[1] += not nothing(found)
        row[2] += not nothing(expected)
        return False

    def merge(self, other):
        for field, row in other.rows.items():
            mine = self.rows.setdefault(field, [0, 0, 0])
            self.rows[field] = [a + b for a, b in zip(mine, row)]
        self.harmful += other.harmful
        self.whole += other.whole
        self.count += other.count

    def f1(self, field=None):
        rows = [self.rows[field]] if field else self.rows.values()
        right, wrong, missing = (sum(row[i] for row in rows) for i in range(3))
        return 2 * right / (2 * right + wrong + missing) if right + wrong + missing else 1.0

    def print(self):
        print(f"\n{self.name}: {self.whole} of {self.count} wholly right")
        print(f"{'field':<18} {'right':>6} {'wrong':>6} {'missing':>8} {'F1':>8}")
        for field, row in self.rows.items():
            print(f"{field:<18} {row[0]:>6} {row[1]:>6} {row[2]:>8} {self.f1(field):>8.4f}")
        print(f"{'all':<41} {self.f1():>8.4f}")
        print(f"harmful values: {self.harmful}")

    def holds(self):
        return not self.harmful and min([self.f1(), *map(self.f1, self.rows)]) >= F1_MIN


# ---- one letter or mail --------------------------------------------------------------------------

class Judge:
    """Compares one reading with what is expected of it, and says what differs."""

    def __init__(self, table, name):
        self.table = table
        self.name = name
        self.right = True

    def say(self, text):
        self.right = False
        print(f"{self.name} {text}", file=sys.stderr)

    def value(self, field, found, expected, of=""):
        if not self.table.add(of, field, found, expected):
            self.say(f"{of}{field}: found {found!r}, expected {expected!r}")

    def harm(self, what):
        self.table.harmful += 1
        self.say(f"HARMFUL: {what}")

    def mail(self, found, expected):
        for field in MAIL_FIELDS:
            # null says that no mail as a whole has a text to judge, only its parts
            if field in expected and not (field == "text" and expected[field] is None):
                self.value(field, found[field], expected[field], "mail.")

    def motions(self, found, expected):
        self.value("(motions)", len(found) or None, len(expected) or None)
        if len(found) > len(expected):
            self.harm("an invented motion")
        for i, one in enumerate(expected):
            self.motion(found[i] if i < len(found) else None, one)

    def motion(self, found, expected):
        for field in MOTION_FIELDS:
            if field in expected:
                empty = [] if isinstance(expected[field], list) else None
                self.value(field, found[field] if found else empty, expected[field])
        if found:
            self.look_for_harm(found, expected)

    def look_for_harm(self, found, expected):
        day = found["letter_date"]
        if "letter_date" in expected and day not in (None, expected["letter_date"]):
            self.harm(f"the letter is not of {day}")
        if "factions" in expected:
            for faction in set(found["factions"]) - set(expected["factions"]):
                self.harm(f"not a motion of {faction}")
        if "consultations" in expected:
            days = {one["meeting_date"] for one in expected["consultations"]} | {None}
            for one in found["consultations"]:
                if one["meeting_date"] not in days:
                    self.harm(f"no meeting on {one['meeting_date']}")


def letter_as_mail(text, expected):
    """The letter as the body of a mail that says nothing else but its subject and date."""
    head = "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\n"
    if "subject" in expected:
        head += f"Subject: =?UTF-8?B?{base64.b64encode(expected['subject'].encode()).decode()}?=\r\n"
    if "mailed" in expected:
        day = datetime.datetime.fromisoformat(expected["mailed"])
        head += f"Date: {email.utils.format_datetime(day)}\r\n"
    return head.encode() + b"Content-Transfer-Encoding: 8bit\r\n\r\n" + text


def judge_file(reader, path, table):
    expected = json.loads(path.read_text("utf-8"))
    judge = Judge(table, path.stem)
    table.count += 1
    try:
        letter = path.with_suffix(".txt")
        if letter.exists():
            found = reader.read_bytes(letter_as_mail(letter.read_bytes(), expected))
        else:
            found = reader.read(path.with_suffix(".eml"))
            judge.mail(found["mail"], expected["mail"])
        # an old .doc is no file that has to be opened: nothing said is nothing wrong
        if expected.get("needs") != "doc" or found["motions"]:
            judge.motions(found["motions"], expected["motions"])
    except Failure as failure:
        judge.say(str(failure))
        judge.harm("not read at all")
    table.whole += judge.right


def main():
    reader = Reader(sys.argv[1])
    total = Table("all of them")
    for argument in sys.argv[2:]:
        name, directory = argument.split("=", 1)
        if not pathlib.Path(directory).is_dir():
            print(f"SKIPPED {name}: there is no {directory}")
            continue
        table = Table(name)
        for path in sorted(pathlib.Path(directory).glob("*.json")):
            judge_file(reader, path, table)
        table.print()
        total.merge(table)
    total.print()
    print(f"largest process: {reader.memory >> 20} MB")
    return not total.holds()


if __name__ == "__main__":
    sys.exit(main())
