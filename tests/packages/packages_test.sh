#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs packages_test.py as root.
#
#   packages_test.sh PACKAGES SERVER CACHECTL CONNECT MANUALS
set -euo pipefail
PACKAGES=$(realpath "$1")
SERVER=$(realpath "$2")
CACHECTL=$(realpath "$3")
CONNECT=$(realpath "$4")
MANUALS=$(realpath "$5")
export PACKAGES SERVER CACHECTL CONNECT MANUALS PYTHONPATH=tests/packages PYTHONDONTWRITEBYTECODE=1
PATH=$PATH:/usr/sbin:/sbin
command=(/usr/bin/python3 tests/packages/packages_test.py -v)
[ "$(id -u)" = 0 ] || command=(sudo --non-interactive --preserve-env "${command[@]}")
exec "${command[@]}"
