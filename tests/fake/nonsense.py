#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""usage: nonsense.py PID

Writes nonsense into the sockets of a role of antragd, all but the one to the supervisor (3), as
somebody would who has taken it over.
"""
import ctypes
import os
import sys

PIDFD_GETFD = 438  # the same number on every architecture

libc = ctypes.CDLL(None, use_errno=True)
pid = int(sys.argv[1])
process = os.pidfd_open(pid)


def is_socket(fd):
    try:
        return os.readlink(f"/proc/{pid}/fd/{fd}").startswith("socket:")
    except FileNotFoundError:
        return False


for fd in [int(name) for name in os.listdir(f"/proc/{pid}/fd")]:
    if fd <= 3 or not is_socket(fd):
        continue
    copy = libc.syscall(PIDFD_GETFD, process, fd, 0)
    if copy < 0:
        sys.exit(f"nonsense.py: {os.strerror(ctypes.get_errno())}")
    try:
        os.write(copy, b"nonsense")
    except OSError as error:
        print(f"nonsense.py: {fd}: {error}")
