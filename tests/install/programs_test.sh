#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs `./dev install` with everything built already, and the programs that it installs.
set -euo pipefail
export PYTHONPATH=tests/support PYTHONDONTWRITEBYTECODE=1
exec python3 tests/install/programs_test.py -v
