#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""A token check (RFC 7662, as Dovecot asks it) that knows one token.

usage: fake_tokens.py FILE USER

Prints its port when it listens on 127.0.0.1.  GET /check?token=TOKEN says that the token is active and
USER's, where FILE holds it as its only line at that moment.  Ends when its standard input does.
"""
import http.server
import json
import sys
import threading
import urllib.parse


class Check(http.server.BaseHTTPRequestHandler):
    """One question."""

    def do_GET(self):  # pylint: disable=invalid-name
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
        with open(sys.argv[1], encoding="utf-8") as file:
            active = query.get("token") == [file.read().strip()]
        answer = json.dumps({"active": active, "username": sys.argv[2]} if active else
                            {"active": False}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format, *args):  # pylint: disable=redefined-builtin
        pass


def main():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Check)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_port, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
