#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The demo as a test: it passes, it fails when the server differs from the model, and it leaves
# nothing running or lying about, also when it is interrupted.
#
#   demo_test.sh SERVER CACHECTL
set -euo pipefail

SERVER_PROGRAM="$(realpath "$1")"
CACHECTL_PROGRAM="$(realpath "$2")"
readonly SERVER_PROGRAM CACHECTL_PROGRAM
readonly STARTED="${TEST_TMPDIR}/started"

fail() {
  printf 'demo_test: %s\n' "$*" >&2
  tail -n 60 "${TEST_TMPDIR}/output" >&2
  exit 1
}

# A program in front of another, which notes its process id; a line of shell may come in between.
wrap() { # NAME PROGRAM [LINE [ARGUMENT]]
  cat >"${TEST_TMPDIR}/$1" <<WRAPPER
#!/bin/bash
echo "\$\$" >>"${STARTED}"
${3:-}
exec "$2" ${4:-} "\$@"
WRAPPER
  chmod +x "${TEST_TMPDIR}/$1"
}

# Runs the demo with what was wrapped; afterwards nothing of it may be left.
expect_status() { # EXPECTED WHAT
  local status=0 pid
  rm -rf "${TEST_TMPDIR}/work" "${STARTED}"
  mkdir "${TEST_TMPDIR}/work"
  TMPDIR="${TEST_TMPDIR}/work" SERVER="${TEST_TMPDIR}/server" CACHECTL="${TEST_TMPDIR}/cachectl" \
    demo/run >"${TEST_TMPDIR}/output" 2>&1 </dev/null || status=$?
  [[ "${status}" == "$1" ]] || fail "$2: status ${status}, expected $1"
  [[ -s "${STARTED}" ]] || fail "$2: nothing was started"
  while read -r pid; do
    ! kill -0 "${pid}" 2>/dev/null || fail "$2: process ${pid} was left running"
  done <"${STARTED}"
  [[ -z "$(ls -A "${TEST_TMPDIR}/work")" ]] || fail "$2: files were left"
}

wrap server "${SERVER_PROGRAM}"
wrap cachectl "${CACHECTL_PROGRAM}"
expect_status 0 "as it is"
grep -q '^PASS$' "${TEST_TMPDIR}/output" || fail "it did not say PASS"
grep -q 'revision 351' "${TEST_TMPDIR}/output" || fail "it did not show the order that moved"

wrap server "${SERVER_PROGRAM}" "" --default_rules=false
expect_status 1 "without the default rules, which the model has"
grep -q '^FAIL$' "${TEST_TMPDIR}/output" || fail "it did not say FAIL"
grep -q 'missing .*navigation' "${TEST_TMPDIR}/output" || fail "it did not say what is missing"

wrap server "${SERVER_PROGRAM}" "" --no_such_flag
expect_status 1 "with a server that does not start"

wrap server "${SERVER_PROGRAM}"
# shellcheck disable=SC2016  # for the wrapper to expand
wrap cachectl "${CACHECTL_PROGRAM}" '[[ "$*" != *ingest* ]] || kill -TERM "${PPID}"'
expect_status 130 "interrupted"
