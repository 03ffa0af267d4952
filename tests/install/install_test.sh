#!/usr/bin/env bash
# Builds the examples against an installed client, and runs them.
#
#   install_test.sh TREE SERVER
set -euo pipefail
TREE=$(realpath "$1")
SERVER=$(realpath "$2")
export TREE SERVER PYTHONPATH=tests/support PYTHONDONTWRITEBYTECODE=1
exec python3 tests/install/install_test.py -v
