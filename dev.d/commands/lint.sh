# SPDX-License-Identifier: Apache-2.0
# Check format, locks, style and contract: clang-format, -Wthread-safety, clang-tidy, shellcheck, buf.
#
#   ./dev lint                             all checks
#   ./dev lint format threads buf          some checks: any of format, shell, threads, tidy, buf
#   ./dev lint tidy server/shard/loop.cc   clang-tidy, by far the slowest check, on these files only
#   ./dev lint --quick                     format, shell, buf and the tree's own rules, on what has changed since HEAD: seconds
#
# format   every C++ file is formatted by clang-format
# threads  clang builds everything with -Wthread-safety -Werror, which checks the use of locks; gcc cannot
# tidy     clang-tidy; .clang-tidy gives a reason for each disabled check
# shell    shellcheck finds nothing in the shell scripts
# buf      the contract follows buf's STANDARD rules and is compatible with protos/baseline.binpb
# shellcheck shell=bash

# Prints the files of the tree that match; with --quick those that have changed since HEAD.
checked_files() {
  if [ -z "$quick" ]; then
    git ls-files -- "$@"
  else
    { git diff --name-only --diff-filter=d HEAD -- "$@" && git ls-files --others --exclude-standard -- "$@"; } | sort -u
  fi
}

lint_format() {
  checked_files '*.h' '*.cc' | xargs -r clang-format-14 --dry-run --Werror
}

# Commands are sourced by ./dev, and tests by others: each file says which shell it is for.
lint_shell() {
  checked_files dev '*.sh' | xargs -r shellcheck --external-sources
}

# The rules that every test run checks: tests/repo.
lint_rules() {
  python3 tests/repo/tidy.py .
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
  # shellcheck disable=SC2016  # expanded by the inner shell
  printf '%s\0' "${files[@]}" | xargs -0 -n 1 -P "$(nproc)" sh -c '
    clang-tidy-14 --quiet --warnings-as-errors="*" "$2" -- -std=c++20 -I. -I"$1" -isystem "$1/protos" -isystem "$1/protos/grpc" 2>/dev/null
  ' tidy "$bin"
}

lint_buf() {
  "$BUF" lint && "$BUF" breaking --against protos/baseline.binpb
}

parts=()
files=()
quick=
for argument in "$@"; do
  case $argument in
    --quick) quick=1 ;;
    format | shell | threads | tidy | buf) parts+=("$argument") ;;
    *.cc) files+=("$argument") ;;
    *) fail "lint has no part \"$argument\"" ;;
  esac
done
if [ ${#parts[@]} -eq 0 ] && [ -n "$quick" ]; then
  parts=(format shell rules)
  [ -z "$(checked_files 'protos/*')" ] || parts+=(buf)
fi
[ ${#parts[@]} -gt 0 ] || parts=(format shell buf threads tidy)

[ -n "$quick" ] || need build
need lint
[[ " ${parts[*]} " != *" buf "* ]] || need_buf
failed=()
for part in "${parts[@]}"; do
  say "lint: $part"
  "lint_$part" || failed+=("$part")
done
[ ${#failed[@]} -eq 0 ] || fail "lint found something: ${failed[*]}"
say "lint: clean"
