#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# No link of a page is dead, and the check finds those that are.
set -euo pipefail
export PYTHONDONTWRITEBYTECODE=1
tree=$(dirname "$(readlink -f WORKSPACE)")
(cd tests/repo && python3 -m unittest links_rules_test)
exec python3 tests/repo/links.py "$tree"
