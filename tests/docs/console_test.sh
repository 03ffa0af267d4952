#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The parser of console blocks finds every difference, and nothing else.
set -euo pipefail
export PYTHONDONTWRITEBYTECODE=1
cd tests/docs
exec python3 -m unittest console_test
