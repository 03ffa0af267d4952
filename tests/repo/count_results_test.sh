#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The totals that `./dev test` prints at its end are correct.
set -euo pipefail
export PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$PWD/dev.d
cd tests/repo
exec python3 -m unittest count_results_test
