/* SPDX-License-Identifier: EUPL-1.2 */
/* What every unit test includes: cmocka with its prerequisites, in the order it wants them. */
#ifndef TESTS_UNIT_TEST_H
#define TESTS_UNIT_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#endif
