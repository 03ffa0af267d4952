#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A server continues on the stores of earlier versions.
#
#   earlier_store_test.sh SERVER CACHECTL
set -euo pipefail
SERVER=$(realpath "$1")
CACHECTL=$(realpath "$2")
export SERVER CACHECTL PYTHONPATH=tests/support PYTHONDONTWRITEBYTECODE=1
exec python3 tests/persistence/earlier_store_test.py
