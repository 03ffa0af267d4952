#!/usr/bin/env bash
# Pages show the real output. $BUF is the program buf, for pages that use it.
#
#   readme_test.sh SERVER CACHECTL PAGE...
set -euo pipefail
SERVER=$(realpath "$1")
CACHECTL=$(realpath "$2")
export SERVER CACHECTL PYTHONPATH=tests/support PYTHONDONTWRITEBYTECODE=1
exec python3 tests/docs/readme_test.py "${@:3}"
