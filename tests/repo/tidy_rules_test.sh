#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Each rule of tidy.py finds the violations it is for.
set -euo pipefail
export PYTHONDONTWRITEBYTECODE=1
cd tests/repo
exec python3 -m unittest tidy_rules_test
