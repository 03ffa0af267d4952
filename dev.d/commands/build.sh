# SPDX-License-Identifier: Apache-2.0
# Build everything, or the given Bazel targets.
#
#   ./dev build
#   ./dev build //server/...
#   ./dev build --config=opt //server:cache_invalidation_server
#
# Arguments are passed to `bazel build`; --config is one of opt, asan, tsan, clang (.bazelrc describes them).
# shellcheck shell=bash

need build
targets=(//...)
for argument in "$@"; do
  [[ $argument == -* ]] || targets=()
done
run_bazel build "$@" "${targets[@]}"
