#!/usr/bin/env bash
# Builds examples and other users of the client against an installed one, and runs them.
#
#   install_test.sh TREE SERVER
set -euo pipefail
TREE=$(realpath "$1")
SERVER=$(realpath "$2")
export TREE SERVER PYTHONPATH=tests/support:tests/install PYTHONDONTWRITEBYTECODE=1
exec python3 -m unittest -v examples_test consumers_test
