#!/usr/bin/env bash
# docs/postgresql.md shows the real output.
#
#   postgresql_test.sh SERVER CACHECTL CONNECT
set -euo pipefail
SERVER=$(realpath "$1")
CACHECTL=$(realpath "$2")
CONNECT=$(realpath "$3")
export SERVER CACHECTL CONNECT PYTHONPATH=$PWD/tests/support PYTHONDONTWRITEBYTECODE=1
exec python3 tests/docs/postgresql_test.py
