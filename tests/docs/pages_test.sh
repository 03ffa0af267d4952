#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Pages show the real output. $BUF is the program buf, for pages that use it.
#
#   pages_test.sh SERVER CACHECTL CONNECT PYTHON PAGE...
set -euo pipefail
SERVER=$(realpath "$1")
CACHECTL=$(realpath "$2")
CONNECT=$(realpath "$3")
export SERVER CACHECTL CONNECT PYTHONPATH=$PWD/tests/support:demo PYTHONDONTWRITEBYTECODE=1
exec python3 "tests/docs/$4" "${@:5}"
