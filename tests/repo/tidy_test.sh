#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs tidy.py over the real tree, found through Bazel's link to WORKSPACE.
set -euo pipefail
export PYTHONDONTWRITEBYTECODE=1
tree=$(dirname "$(readlink -f WORKSPACE)")
exec python3 tests/repo/tidy.py "$tree"
