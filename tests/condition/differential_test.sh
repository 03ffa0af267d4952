#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Compares the evaluator with another implementation of CEL. $CEL_MODULES is where npm installed it.
#
#   differential_test.sh EVALUATOR [--cases=N] [--seed=N]
set -euo pipefail
exec node tests/condition/differential.mjs "$@"
