#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs CEL's conformance cases. $CEL_MODULES is where npm installed them.
#
#   conformance_test.sh RUNNER
set -euo pipefail
export CONFORMANCE_CASES=$TEST_TMPDIR/cases
node tests/condition/conformance_cases.mjs >"$CONFORMANCE_CASES"
exec "$1" --gtest_brief=1
