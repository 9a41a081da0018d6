#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""A mail server that follows a script to the letter, lies included.

    fake_smtpd.py [--cert FILE --key FILE] (--file SCRIPT | -e SCRIPT)

Listens on 127.0.0.1, prints "port N" as its first line, then everything that was said ("C: " from
the client, "S: " from the server, "* " for events).  Exit 0: the client did all that the script
expects and nothing more; 1: it did not, the transcript's last line says what.

One step a line; "#" starts a comment:

    accept          wait for a connection; the one before, if any, is left open until the end
    tls             TLS handshake as server ("* tls failed" where the client refuses, and goes on)
    send TEXT       TEXT and CRLF
    raw TEXT        TEXT as it is, in one packet; \\r \\n \\0 \\xHH are escapes, here and in send
    expect REGEX    one line from the client must match as a whole, without case
    data [FILE]     lines from the client up to the single dot; of them only the size is printed, they
                    themselves go to FILE, as they came
    flood N         lines of one endless reply, N bytes of them or until the client closes
    some N          N bytes from the client, whatever they are
    close           end the connection (TLS with its farewell)
    reset           end it with a TCP reset
    eof             the client must end the connection, without another byte

A step that takes longer than PATIENCE seconds is a mismatch too.
"""

import argparse
import re
import socket
import ssl
import struct
import sys

PATIENCE = 20


class Mismatch(Exception):
    pass


def say(text):
    print(text, flush=True)


def unescape(text):
    def one(match):
        s = match.group(1)
        return {"r": "\r", "n": "\n", "0": "\0", "\\": "\\"}.get(s) or chr(int(s[1:], 16))

    return re.sub(r"\\(x[0-9a-fA-F]{2}|[rn0\\])", one, text).encode("latin-1")


def shown(line):
    return line.decode("latin-1").encode("unicode_escape").decode("ascii")


class Server:
    def __init__(self, cert, key):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(PATIENCE)
        self.context = None
        if cert:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(cert, key)
        self.link = None
        self.kept = []
        self.buffer = b""
        say("port %d" % self.listener.getsockname()[1])

    def step_accept(self, _):
        if self.link:
            self.kept.append(self.link)
        self.link, _ = self.listener.accept()
        self.link.settimeout(PATIENCE)
        self.link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""
        say("* accepted")

    def step_tls(self, _):
        try:
            self.link = self.context.wrap_socket(self.link, server_side=True)
            say("* tls")
        except OSError as e:
            say("* tls failed (%s)" % type(e).__name__)

    def step_send(self, text):
        self.write(unescape(text) + b"\r\n")

    def step_raw(self, text):
        self.write(unescape(text))

    def step_flood(self, count):
        line = b"250-" + 70 * b"x" + b"\r\n"
        try:
            for _ in range(int(count) // len(line)):
                self.link.sendall(line)
        except OSError:
            say("* flood stopped")
            return
        raise Mismatch("the client read it all")

    def write(self, data):
        say("S: " + shown(data))
        self.link.sendall(data)

    def fill(self):
        try:
            data = self.link.recv(65536)
        except TimeoutError:
            raise
        except OSError:
            data = b""
        self.buffer += data
        return bool(data)

    def line(self, loud=True):
        while b"\n" not in self.buffer:
            if not self.fill():
                raise Mismatch("the client has gone, with %r unfinished" % self.buffer)
        line, self.buffer = self.buffer.split(b"\n", 1)
        if loud:
            say("C: " + shown(line.rstrip(b"\r")))
        if not line.endswith(b"\r"):
            raise Mismatch("a line without CR")
        return line[:-1]

    def step_expect(self, pattern):
        line = self.line().decode("latin-1")
        if not re.fullmatch(pattern, line, re.IGNORECASE):
            raise Mismatch("expected %s, got %r" % (pattern, line))

    def step_data(self, path):
        lines = []
        line = self.line(loud=False)
        while line != b".":
            lines.append(line + b"\r\n")
            line = self.line(loud=False)
        say("* mail of %d bytes" % sum(map(len, lines)))
        if path:
            with open(path, "wb") as f:
                f.writelines(lines)

    def step_some(self, count):
        while len(self.buffer) < int(count):
            if not self.fill():
                raise Mismatch("the client has gone too early")
        say("* %s bytes and more" % count)

    def step_close(self, _):
        if isinstance(self.link, ssl.SSLSocket):
            try:
                self.link = self.link.unwrap()
            except OSError:
                pass
        self.link.close()
        self.link = None
        say("* closed")

    def step_reset(self, _):
        self.link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.link.close()
        self.link = None
        say("* reset")

    def step_eof(self, _):
        if self.buffer or self.fill():
            raise Mismatch("more from the client: %r" % self.buffer[:200])
        say("* the client closed")
        self.link.close()
        self.link = None

    def run(self, script):
        for number, step in enumerate(script.splitlines(), 1):
            name, _, argument = step.strip().partition(" ")
            if not name or name.startswith("#"):
                continue
            try:
                getattr(self, "step_" + name)(argument)
            except (Mismatch, OSError) as e:
                raise Mismatch("step %d, %s: %s" % (number, name, e))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--cert")
    parser.add_argument("--key")
    script = parser.add_mutually_exclusive_group(required=True)
    script.add_argument("--file")
    script.add_argument("-e", dest="text")
    args = parser.parse_args()
    text = args.text
    if args.file:
        with open(args.file, encoding="utf-8") as f:
            text = f.read()
    try:
        Server(args.cert, args.key).run(text)
    except Mismatch as e:
        say("* MISMATCH " + str(e))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
