/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Fuzz targets: each file has one LLVMFuzzerTestOneInput().  configure --enable-fuzzer (with clang)
 * makes libFuzzer programs of them; every other build links replay.c instead, and make check
 * replays the seeds below tests/fuzz/seeds/NAME.
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
