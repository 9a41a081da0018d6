#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""An IMAP server that says what its script says, true or not.

usage: fake_imapd.py [--tls implicit|starttls|none] [--cert PEM] [--key PEM] [--old-tls] SCRIPT

Prints its port when it listens on 127.0.0.1, plays SCRIPT on each connection, and ends when its
standard input does: with 0, or with 1 where a client said something else than the script expects.
The script, one step a line:

  C: REGEX       a line from the client that matches; its first word is the tag from now on
  S: TEXT        a line to the client; {tag} is the tag
  RAW: TEXT      bytes to the client, with Python's escapes and {tag}
  FILL N         N bytes
  FLOOD: TEXT    RAW again and again until the client goes away
  TLS            the handshake after STARTTLS
  SAY WORD       prints WORD, so that the test knows how far it has come
  HANG           nothing more; waits until the client goes away
  CLOSE          closes the connection (also at the end of the script)
  CAPS WORDS     what the macros LOGIN offers besides IMAP4rev1
  LOGIN          greeting, CAPABILITY, AUTHENTICATE PLAIN, CAPABILITY
  AFTERTLS       the same without the greeting
  SELECT N       the answer to SELECT of a folder with N mails
  NEXT           the script so far is the first connection's, what follows the next one's, and so on
"""
import argparse
import os
import re
import select
import socket
import ssl
import sys
import warnings

CAPABILITY = ["C: CAPABILITY$", "S: * CAPABILITY IMAP4rev1 AUTH=PLAIN {caps}", "S: {tag} OK done"]
MACROS = {
    "AFTERTLS": CAPABILITY + ["C: AUTHENTICATE PLAIN$", "RAW: + \\r\\n", "A:", "S: {tag} OK in"]
    + CAPABILITY,
    "SELECT": [
        "C: (SELECT|EXAMINE) ", "S: * {n} EXISTS", "S: * FLAGS (\\Seen \\Deleted)",
        "S: * OK [PERMANENTFLAGS (\\Seen \\Deleted \\*)] ok", "S: * OK [UIDVALIDITY 77] ok",
        "S: * OK [UIDNEXT 1000] ok", "S: {tag} OK [READ-WRITE] selected",
    ],
}
MACROS["LOGIN"] = ["S: * OK ready"] + MACROS["AFTERTLS"]


class Mismatch(Exception):
    """The client did not do what the script expects."""


class Play:
    """One connection."""

    def __init__(self, connection, options):
        self.connection = connection
        self.options = options
        self.buffer = b""
        self.values = {"tag": "*", "caps": "IDLE MOVE UIDPLUS", "n": "0"}

    def start_tls(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.options.cert, self.options.key)
        if self.options.old_tls:
            warnings.simplefilter("ignore", DeprecationWarning)
            context.set_ciphers("ALL:@SECLEVEL=0")
            context.minimum_version = ssl.TLSVersion.TLSv1_1
            context.maximum_version = ssl.TLSVersion.TLSv1_1
        self.connection = context.wrap_socket(self.connection, server_side=True)

    def line(self):
        while b"\n" not in self.buffer:
            more = self.connection.recv(65536)
            if not more:
                raise Mismatch("the client went away")
            self.buffer += more
        line, self.buffer = self.buffer.split(b"\n", 1)
        return line.rstrip(b"\r").decode("utf-8", "replace")

    def expect(self, pattern):
        line = self.line()
        tag, _, rest = line.partition(" ")
        if not re.match(pattern, rest):
            raise Mismatch(f"expected {pattern!r}, got {line!r}")
        self.values["tag"] = tag

    def fill(self, text):
        for name, value in self.values.items():
            text = text.replace("{" + name + "}", value)
        return text

    def raw(self, text):
        return self.fill(text).encode().decode("unicode_escape").encode("latin-1")

    def wait_for_end(self):
        while self.connection.recv(65536):
            pass

    def flood(self, data):
        while True:
            self.connection.sendall(data)

    def step(self, step):
        word, _, rest = step.partition(" ")
        if word == "C:":
            self.expect(rest)
        elif word == "A:":
            self.line()
        elif word == "S:":
            self.connection.sendall(self.fill(rest).encode() + b"\r\n")
        elif word == "RAW:":
            self.connection.sendall(self.raw(rest))
        elif word == "FILL":
            self.connection.sendall(b"x" * int(rest))
        elif word == "FLOOD:":
            self.flood(self.raw(rest) * 1000)
        elif word == "TLS":
            self.start_tls()
        elif word == "SAY":
            print(rest, flush=True)
        elif word == "HANG":
            self.wait_for_end()
        elif word == "CAPS":
            self.values["caps"] = rest
        elif word in MACROS:
            self.values["n"] = rest
            for inner in MACROS[word]:
                self.step(inner)
        else:
            raise Mismatch(f"no such step: {step!r}")

    def run(self, script):
        if self.options.tls == "implicit":
            self.start_tls()
        for step in script:
            if step == "CLOSE":
                break
            self.step(step)


def play(connection, options, script, failures):
    """A client may go away at any time; what the script wanted to hear is another matter."""
    actor = Play(connection, options)
    try:
        actor.run(script)
    except Mismatch as mismatch:
        failures.append(str(mismatch))
        print(f"fake_imapd: {mismatch}", file=sys.stderr, flush=True)
    except (OSError, ssl.SSLError):
        pass
    try:
        actor.connection.close()
    except OSError:
        pass


def serve(listener, options, scripts, failures):
    """One client after the other; what is being played ends because the client goes away.  The last
    script goes on for ever."""
    while True:
        ready, _, _ = select.select([sys.stdin, listener], [], [])
        if listener in ready:
            connection, _ = listener.accept()
            play(connection, options, scripts[0], failures)
            del scripts[: len(scripts) > 1]
        elif not os.read(sys.stdin.fileno(), 4096):
            return


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tls", default="none", choices=["implicit", "starttls", "none"])
    parser.add_argument("--cert")
    parser.add_argument("--key")
    parser.add_argument("--old-tls", action="store_true")
    parser.add_argument("script")
    options = parser.parse_args()
    scripts = [[line for line in script.split("\n") if line]
               for script in options.script.split("\nNEXT\n")]
    failures = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        print(listener.getsockname()[1], flush=True)
        serve(listener, options, scripts, failures)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
