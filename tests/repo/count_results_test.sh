#!/usr/bin/env bash
# What `./dev test` prints at its end is counted right.
set -euo pipefail
export PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$PWD/dev.d
cd tests/repo
exec python3 -m unittest count_results_test
