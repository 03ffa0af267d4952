#!/usr/bin/env bash
# README.md shows the real output. $BUF is the program buf.
#
#   readme_test.sh SERVER CACHECTL
set -euo pipefail
SERVER=$(realpath "$1")
CACHECTL=$(realpath "$2")
export SERVER CACHECTL PYTHONPATH=tests/support PYTHONDONTWRITEBYTECODE=1
exec python3 tests/docs/readme_test.py
