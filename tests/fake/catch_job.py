#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Stops a child of the process PID in the middle of its work: the first that has used MILLISECONDS of
processor time.  Prints its process id.  Exit code 1: there was none within SECONDS.  With "all" it
says "watching" and stops every such child, once each, until PID ends.

usage: catch_job.py PID MILLISECONDS SECONDS [all]
"""
import os
import signal
import sys
import time


def children(pid):
    """None where PID itself has ended."""
    try:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
            return [int(child) for child in file.read().split()]
    except (FileNotFoundError, ProcessLookupError):
        return None


def state_and_used(pid):
    """(state, seconds on a processor), or ("Z", 0) where it has ended."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
            state = file.read().rpartition(")")[2].split()[0]
        with open(f"/proc/{pid}/schedstat", encoding="ascii") as file:
            return state, int(file.read().split()[0]) / 1e9
    except (FileNotFoundError, ProcessLookupError):
        return "Z", 0


def catch(found, enough, caught):
    """The first of the children found that has worked so long, stopped; None where none has."""
    for child in found:
        state, used = state_and_used(child)
        if child not in caught and state not in "ZT" and used >= enough:
            os.kill(child, signal.SIGSTOP)
            return child
    return None


def main():
    pid, enough, end = int(sys.argv[1]), int(sys.argv[2]) / 1000, time.monotonic() + float(sys.argv[3])
    try:
        os.nice(-20)  # on a busy machine the job would be done before we look
    except PermissionError:
        pass
    every = sys.argv[4:] == ["all"]
    caught = set()
    if every:
        print("watching", flush=True)
    while time.monotonic() < end:
        found = children(pid)
        if found is None:
            break
        child = catch(found, enough, caught)
        if child:
            caught.add(child)
            print(child, flush=True)
            if not every:
                return 0
    return 0 if caught else 1


if __name__ == "__main__":
    sys.exit(main())
