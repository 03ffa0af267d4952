#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs a test on a client of examples/, with Debian's Python. Where it is the one in Node.js, npm has installed what it needs in
# $NODE_MODULES.
#
#   run_test.sh LANGUAGE TEST SERVER CHECK_HISTORY
set -euo pipefail
LANGUAGE=$1
SERVER=$(realpath "$3")
CHECKER=$(realpath "$4")
GENERATED=$TEST_TMPDIR/generated
export LANGUAGE SERVER CHECKER GENERATED PYTHONDONTWRITEBYTECODE=1
# As examples/python/README.md says; the tests of every client use these calls.
mkdir "$GENERATED"
protoc -I protos --python_out="$GENERATED" --grpc_python_out="$GENERATED" \
  --plugin=protoc-gen-grpc_python="$(command -v grpc_python_plugin)" protos/cache_invalidation/v1/*.proto
export PYTHONPATH=tests/support:tests/examples:$GENERATED
exec /usr/bin/python3 "tests/examples/$2.py"
