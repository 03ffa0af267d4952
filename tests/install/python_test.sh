#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs a test that builds users of the client against an installed one.
#
#   python_test.sh TEST TREE SERVER CACHECTL
set -euo pipefail
TREE=$(realpath "$2")
SERVER=$(realpath "$3")
CACHECTL=$(realpath "$4")
export TREE SERVER CACHECTL PYTHONPATH=tests/support:tests/install PYTHONDONTWRITEBYTECODE=1
exec python3 "tests/install/$1.py" -v
