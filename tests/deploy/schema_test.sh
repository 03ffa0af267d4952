#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs schema_test.py, with Debian's Python and its python3-yaml. $KUBERNETES_MODULES is where npm installed the types.
set -euo pipefail
export PYTHONPATH=tests/deploy PYTHONDONTWRITEBYTECODE=1
exec /usr/bin/python3 tests/deploy/schema_test.py
