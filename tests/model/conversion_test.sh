#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Checks that the conversion of changes into writes agrees with the model's own on every line of the recordings.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
for recording in ../data/*.wal2json.jsonl; do
  ./print_writes <"${recording}" >"${TEST_TMPDIR}/writes"
  PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 compare_writes.py "${recording}" "${TEST_TMPDIR}/writes"
done
