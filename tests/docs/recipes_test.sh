#!/usr/bin/env bash
# The guide's pages about connectors show the real output.
#
#   recipes_test.sh SERVER CACHECTL CONNECT PAGE...
set -euo pipefail
SERVER=$(realpath "$1")
CACHECTL=$(realpath "$2")
CONNECT=$(realpath "$3")
export SERVER CACHECTL CONNECT PYTHONPATH=demo:tests/support PYTHONDONTWRITEBYTECODE=1
exec python3 tests/docs/recipes_test.py "${@:4}"
