# Check format, locks, style and contract: clang-format, -Wthread-safety, clang-tidy, buf.
#
#   ./dev lint                             all checks
#   ./dev lint format threads buf          some checks: any of format, threads, tidy, buf
#   ./dev lint tidy server/shard/loop.cc   clang-tidy, by far the slowest check, on these files only
#
# format   every C++ file is formatted by clang-format
# threads  clang builds everything with -Wthread-safety -Werror, which checks the use of locks; gcc cannot
# tidy     clang-tidy; .clang-tidy gives a reason for each disabled check
# buf      the contract follows buf's STANDARD rules and is compatible with protos/baseline.binpb
# shellcheck shell=bash

lint_format() {
  git ls-files '*.h' '*.cc' | xargs clang-format-14 --dry-run --Werror
}

lint_threads() {
  # Another compiler is another toolchain: a separate output base, so that switching does not rebuild everything.
  local base status=0
  base=$(run_bazel info output_base 2>/dev/null)-clang
  run_bazel --output_base="$base" build --config=clang --keep_going //... || status=1
  bazel --output_base="$base" shutdown
  return "$status"
}

lint_tidy() {
  local bin
  [ ${#files[@]} -gt 0 ] || mapfile -t files < <(git ls-files '*.cc' ':!bazel/sanitizers')  # those are named by the sanitizers
  # For the generated headers.
  run_bazel build --keep_going //protos/... || return 1
  bin=$(run_bazel info bazel-bin 2>/dev/null)
  printf '%s\0' "${files[@]}" | xargs -0 -n 1 -P "$(nproc)" sh -c '
    clang-tidy-14 --quiet --warnings-as-errors="*" "$2" -- -std=c++20 -I. -I"$1" -isystem "$1/protos" -isystem "$1/protos/grpc" 2>/dev/null
  ' tidy "$bin"
}

lint_buf() {
  "$BUF" lint && "$BUF" breaking --against protos/baseline.binpb
}

parts=()
files=()
for argument in "$@"; do
  case $argument in
    format | threads | tidy | buf) parts+=("$argument") ;;
    *.cc) files+=("$argument") ;;
    *) fail "lint has no part \"$argument\"" ;;
  esac
done
[ ${#parts[@]} -gt 0 ] || parts=(format buf threads tidy)

need build lint
[[ " ${parts[*]} " != *" buf "* ]] || need_buf
failed=()
for part in "${parts[@]}"; do
  say "lint: $part"
  "lint_$part" || failed+=("$part")
done
[ ${#failed[@]} -eq 0 ] || fail "lint found something: ${failed[*]}"
say "lint: clean"
