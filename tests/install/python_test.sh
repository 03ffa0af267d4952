#!/usr/bin/env bash
# Builds examples and other users of the client against an installed one, and runs them.
#
#   install_test.sh TREE SERVER CACHECTL
set -euo pipefail
TREE=$(realpath "$1")
SERVER=$(realpath "$2")
CACHECTL=$(realpath "$3")
export TREE SERVER CACHECTL PYTHONPATH=tests/support:tests/install PYTHONDONTWRITEBYTECODE=1
exec python3 -m unittest -v examples_test shop_test consumers_test
