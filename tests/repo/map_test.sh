#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Each symbol that the map in CONTRIBUTING.md names is in the file that it names.
set -euo pipefail
export PYTHONDONTWRITEBYTECODE=1
tree=$(dirname "$(readlink -f WORKSPACE)")
exec python3 tests/repo/house_map.py "$tree"
