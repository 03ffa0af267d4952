#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Examples show every public name of the SDK.
set -euo pipefail
PYTHONPATH=tests/headers PYTHONDONTWRITEBYTECODE=1 exec python3 tests/headers/names_test.py
