#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs one of the tests of this folder, with Debian's Python and its python3-yaml.
#
#   python_test.sh NAME SERVER CACHECTL CONNECT
set -euo pipefail
SERVER=$(realpath "$2")
CACHECTL=$(realpath "$3")
CONNECT=$(realpath "$4")
export SERVER CACHECTL CONNECT PYTHONPATH=tests/deploy:tests/support PYTHONDONTWRITEBYTECODE=1
exec /usr/bin/python3 "tests/deploy/$1.py"
