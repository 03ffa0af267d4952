#!/usr/bin/env bash
# A page about a cache shows the real output.
#
#   caches_test.sh SERVER CACHECTL CONNECT PAGE
set -euo pipefail
SERVER=$(realpath "$1")
CACHECTL=$(realpath "$2")
CONNECT=$(realpath "$3")
export SERVER CACHECTL CONNECT PYTHONPATH=tests/support:demo PYTHONDONTWRITEBYTECODE=1
exec python3 tests/docs/caches_test.py "$4"
