#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The second act of the demo as a test: it passes, it fails when a cache keeps an old value, and it leaves nothing running or
# lying about, also when it is interrupted.
#
#   connect_test.sh SERVER CONNECT
set -euo pipefail

SERVER="$(realpath "$1")"
CONNECT_PROGRAM="$(realpath "$2")"
export SERVER CONNECT="${TEST_TMPDIR}/connect"
readonly OUTPUT="${TEST_TMPDIR}/output"

fail() {
  printf 'connect_test: %s\n' "$*" >&2
  tail -n 80 "${OUTPUT}" >&2
  exit 1
}

# The connector, after a line of shell.
wrap() { # [LINE]
  printf '#!/bin/bash\n%s\nexec "%s" "$@"\n' "${1:-}" "${CONNECT_PROGRAM}" >"${CONNECT}"
  chmod +x "${CONNECT}"
}

# Nothing of the demo is left: neither its directory, nor a process that names it or works in it.
expect_nothing_left() { # WHAT
  local directory process
  directory="$(grep -om1 '/tmp/cache_invalidation_demo\.[A-Za-z0-9_]*' "${OUTPUT}")" || fail "$1: it did not begin"
  [[ ! -e "${directory}" ]] || fail "$1: ${directory} was left"
  for process in /proc/[0-9]*; do
    if { tr '\0' ' ' <"${process}/cmdline" && readlink "${process}/cwd"; } 2>/dev/null | grep -qF "${directory}"; then
      fail "$1: process ${process##*/} was left running"
    fi
  done
}

expect_status() { # EXPECTED WHAT
  local status=0
  demo/connect >"${OUTPUT}" 2>&1 </dev/null || status=$?
  [[ "${status}" == "$1" ]] || fail "$2: status ${status}, expected $1"
  expect_nothing_left "$2"
}

wrap
expect_status 0 "as it is"
grep -q '^PASS$' "${OUTPUT}" || fail "it did not say PASS"
grep -Eq '^GET /product/1 .*Lamp 25.00 .* ms$' "${OUTPUT}" || fail "it did not show the time until the page was new"

# shellcheck disable=SC2016  # for the wrapper to expand
wrap 'sed -i "s/products:\*/others:*/" "${2#--file=}"'
PATIENCE_SECONDS=15 expect_status 1 "with a sink that does not drop the key"
grep -q '^FAIL$' "${OUTPUT}" || fail "it did not say FAIL"
grep -q 'until page and key are new' "${OUTPUT}" || fail "it did not say what was not so"

wrap 'exit 1'
expect_status 1 "with a connector that ends"
grep -q 'source ended while waiting' "${OUTPUT}" || fail "it did not say who ended"

wrap
demo/connect >"${OUTPUT}" 2>&1 </dev/null &
until grep -q 'psql: UPDATE' "${OUTPUT}"; do
  kill -0 $! 2>/dev/null || fail "interrupted: it ended before"
  sleep 0.02
done
kill -TERM $!
status=0
wait $! || status=$?
[[ "${status}" == 130 ]] || fail "interrupted: status ${status}, expected 130"
expect_nothing_left "interrupted"
