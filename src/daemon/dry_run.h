/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * antragd --dry-run: what would be done with each mail that waits, and who would be written to.
 * The mailboxes are opened read-only, the registry is copied into memory and everything happens
 * there: numbers, duplicates and answers come out as they would, and nothing of it stays.  Runs
 * beside a daemon, too.
 */
#ifndef DAEMON_DRY_RUN_H
#define DAEMON_DRY_RUN_H

/* Prints to standard output.  Gives the exit code: 0, 75 where a mailbox could not be looked into
 * whole, 78 for a bad configuration. */
int dry_run(const char *conf_path);

#endif
