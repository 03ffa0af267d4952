#!/usr/bin/env bash
# The parser of console blocks finds every difference, and nothing else.
set -euo pipefail
export PYTHONDONTWRITEBYTECODE=1
cd tests/docs
exec python3 -m unittest console_test
