#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""A service manager's ear: prints each line that comes to the datagram socket PATH.

usage: fake_notify.py PATH

Prints "ready" first.  Ends when its standard input does.
"""
import select
import socket
import sys


def main():
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(sys.argv[1])
        print("ready", flush=True)
        while True:
            ready, _, _ = select.select([sys.stdin, ear], [], [])
            if ear not in ready:
                return
            print(ear.recv(65536).decode("utf-8", "replace").rstrip("\n"), flush=True)


if __name__ == "__main__":
    main()
