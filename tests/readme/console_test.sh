#!/usr/bin/env bash
# The reader of consoles finds what differs, and only that.
set -euo pipefail
export PYTHONDONTWRITEBYTECODE=1
cd tests/readme
exec python3 -m unittest console_test
