#!/usr/bin/env bash
# Runs tidy.py over the real tree, which the link that Bazel makes of WORKSPACE leads to.
set -euo pipefail
export PYTHONDONTWRITEBYTECODE=1
tree=$(dirname "$(readlink -f WORKSPACE)")
exec python3 tests/repo/tidy.py "$tree"
