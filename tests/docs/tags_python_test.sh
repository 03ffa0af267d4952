#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Runs python_test.py with Debian's Python, from the top of the repository.
set -euo pipefail
exec env PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 tests/docs/tags_python_test.py
