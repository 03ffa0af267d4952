# Build everything, or the Bazel targets given.
#
#   ./dev build
#   ./dev build //server/...
#   ./dev build --config=opt //server:cache_invalidation_server
#
# Arguments go to `bazel build`; --config is one of opt, asan, tsan, clang (.bazelrc says what each is).
# shellcheck shell=bash

need build
targets=(//...)
for argument in "$@"; do
  [[ $argument == -* ]] || targets=()
done
run_bazel build "$@" "${targets[@]}"
