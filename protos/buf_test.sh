#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The contract is clean by buf's STANDARD rules and breaks nothing of protos/baseline.binpb. $BUF is the program.
#
# A change that is meant to break the contract replaces the baseline: buf build -o protos/baseline.binpb
set -euo pipefail
export BUF_CACHE_DIR=$TEST_TMPDIR
# buf does not follow the links that Bazel lays out.
copy=$TEST_TMPDIR/contract
mkdir "$copy"
cp -rL buf.yaml protos "$copy"
cd "$copy"
"$BUF" lint
"$BUF" breaking --against protos/baseline.binpb

# The check can fail: without a field, it does.
sed -i '/string name = 1;/d' protos/cache_invalidation/v1/*.proto
if "$BUF" breaking --against protos/baseline.binpb >/dev/null; then
  echo "buf breaking accepts a removed field" >&2
  exit 1
fi
