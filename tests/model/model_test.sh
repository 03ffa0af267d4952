#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Runs the unit tests of the naive model, with Debian's Python and its python3-yaml.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
exec env PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 -m unittest discover --pattern '*_test.py'
