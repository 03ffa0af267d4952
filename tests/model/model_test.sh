#!/bin/bash
# Runs the unit tests of the naive model.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
exec env PYTHONDONTWRITEBYTECODE=1 python3 -m unittest discover --pattern '*_test.py'
