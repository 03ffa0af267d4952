#!/usr/bin/env bash
# No link of a page is dead, and the check finds those that are.
set -euo pipefail
export PYTHONDONTWRITEBYTECODE=1
tree=$(dirname "$(readlink -f WORKSPACE)")
(cd tests/repo && python3 -m unittest links_rules_test)
exec python3 tests/repo/links.py "$tree"
