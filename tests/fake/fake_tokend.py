#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""A token endpoint that follows a script.

    fake_tokend.py [--cert FILE] SCRIPT

Listens on 127.0.0.1 (TLS with --cert, which holds key and certificate) and prints "port N" as its
first line.  Each line of SCRIPT answers one request: a status and the body, "flood N" for N bytes of
body, or "to URL" for a redirect.  Each request is printed as one line of JSON: path, content type,
and the form's fields.  A handshake that the client ends is printed as "refused" and takes no line.
Ends with the script.
"""

import argparse
import http.server
import json
import ssl
import sys
import urllib.parse


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = urllib.parse.parse_qs(body, strict_parsing=True)
        say(json.dumps({"path": self.path, "type": self.headers["Content-Type"],
                        **{name: "|".join(values) for name, values in form.items()}}))
        first, _, rest = self.server.script.pop(0).partition(" ")
        status = {"flood": 200, "to": 307}.get(first) or int(first)
        answer = b"x" * int(rest) if first == "flood" else rest.encode().decode("unicode_escape").encode()
        self.send_response(status)
        if first == "to":
            self.send_header("Location", rest)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        try:
            self.wfile.write(answer)
        except OSError:
            say("gone")

    def do_GET(self):
        say("GET " + self.path)
        self.send_error(405)

    def log_message(self, *_):
        pass


class Server(http.server.HTTPServer):
    context = None

    def get_request(self):
        connection, address = self.socket.accept()
        connection.settimeout(20)
        if self.context is not None:
            try:
                connection = self.context.wrap_socket(connection, server_side=True)
            except OSError as refusal:
                say("refused")
                connection.close()
                raise refusal
        return connection, address


def say(line):
    print(line, flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--cert")
    parser.add_argument("script")
    options = parser.parse_args()
    server = Server(("127.0.0.1", 0), Handler)
    if options.cert:
        server.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server.context.load_cert_chain(options.cert)
    with open(options.script, encoding="utf-8") as lines:
        server.script = lines.read().splitlines()
    say("port %d" % server.server_port)
    while server.script:
        server.handle_request()


if __name__ == "__main__":
    sys.exit(main())
