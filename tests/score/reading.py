# SPDX-License-Identifier: EUPL-1.2
"""Readings as users get them: by `antragctl read --json`, one process a mail, watched."""
import json
import os
import subprocess
import tempfile
import threading
import unicodedata

SECONDS_MAX = 5
MEMORY_MAX = 512 * 1024 * 1024


class Failure(Exception):
    """What a mail must never do to its reader; the text says what it did."""


class Reader:
    """antragctl in PROGRAM.  Remembers the largest memory of its processes."""

    def __init__(self, program):
        self.program = program
        self.memory = 0
        self.lock = threading.Lock()

    def read(self, path):
        """The reading of the mail in the file PATH; raises Failure."""
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as words:
            child = subprocess.Popen([self.program, "--json", "read", str(path)], stdout=out,
                                     stderr=words, stdin=subprocess.DEVNULL, start_new_session=True)
            late = threading.Timer(SECONDS_MAX, os.killpg, (child.pid, 9))
            late.start()
            # wait4 and not wait: it tells of this child and of those it waited for
            _, status, usage = os.wait4(child.pid, 0)
            in_time = late.is_alive()
            late.cancel()
            child.returncode = os.waitstatus_to_exitcode(status)
            out.seek(0)
            words.seek(0)
            return self.judge(child.returncode, in_time, usage.ru_maxrss * 1024, out.read(), words.read())

    def judge(self, code, in_time, memory, out, words):
        with self.lock:
            self.memory = max(self.memory, memory)
        if not in_time:
            raise Failure(f"is not read in {SECONDS_MAX} seconds")
        if memory > MEMORY_MAX:
            raise Failure(f"takes {memory >> 20} MB")
        if code != 0:
            raise Failure(f"exit {code}: {words.decode('utf-8', 'replace').strip()}")
        return json.loads(out)

    def read_bytes(self, content):
        with tempfile.NamedTemporaryFile(suffix=".eml") as file:
            file.write(content)
            file.flush()
            return self.read(file.name)


def squeeze(text):
    """NFC, and every run of white space is one blank: how two texts are compared."""
    return None if text is None else " ".join(unicodedata.normalize("NFC", text).split())
