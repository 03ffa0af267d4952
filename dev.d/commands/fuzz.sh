# SPDX-License-Identifier: Apache-2.0
# Feed fuzz targets inputs that reach new code, under AddressSanitizer and UndefinedBehaviorSanitizer.
#
#   ./dev fuzz                                    each target for a minute
#   ./dev fuzz condition_parser --seconds=3600    these targets, each for an hour
#   ./dev fuzz condition_differential --seed=7    random conditions against another implementation of the language
#   ./dev fuzz --list                             list the targets
#   ./dev fuzz --keep                             add found inputs that reach new code to the corpus; run no targets
#
# The targets are those of tests/fuzz: clang builds them, libFuzzer drives them. Inputs that reach new code are stored in
# tests/fuzz/found (which git ignores), and so is a failing input, whose path the last lines print. Every test run replays
# the committed corpus, tests/fuzz/corpus. Exit 0 when nothing failed.
# shellcheck shell=bash

CORPUS=tests/fuzz/corpus
FOUND=tests/fuzz/found
# tests/condition generates the inputs of this target and compares with another implementation, without libFuzzer.
DIFFERENTIAL=condition_differential

fuzz_targets() { run_bazel query 'attr(tags, "\bfuzz\b", //tests/fuzz:all)' 2>/dev/null | sed 's/.*://'; }

# Another compiler with other options: a separate output base, so that switching does not rebuild everything.
fuzz_bazel() { run_bazel --output_base="$base" "$@"; }

build_fuzzer() {
  fuzz_bazel build --config=fuzz "//tests/fuzz:$1" || fail "$1 does not build"
  fuzzer=$(bazel --output_base="$base" info --config=fuzz bazel-bin 2>/dev/null)/tests/fuzz/$1
}

run_fuzzer() {
  local target=$1 flags=()
  build_fuzzer "$target"
  [ ! -f "tests/fuzz/$target.dict" ] || flags+=("-dict=tests/fuzz/$target.dict")
  mkdir -p "$FOUND/$target"
  "$fuzzer" "${flags[@]}" -max_total_time="$seconds" -max_len=8192 -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix="$FOUND/$target-" "$FOUND/$target" "$CORPUS/$target"
}

keep_found() {
  local target=$1
  [ -d "$FOUND/$target" ] || return 0
  build_fuzzer "$target"
  "$fuzzer" -merge=1 "$CORPUS/$target" "$FOUND/$target"
}

run_differential() {
  need_cel
  # About a thousand per second.
  run_bazel test --test_output=all --test_timeout=$((seconds + 600)) --test_env="CEL_MODULES=$CEL_MODULES" \
    --test_arg="--cases=$((seconds * 500))" --test_arg="--seed=$seed" //tests/condition:differential_test
}

targets=()
seconds=60
seed=$RANDOM
keep=
for argument in "$@"; do
  case $argument in
    --seconds=*) seconds=${argument#*=} ;;
    --seed=*) seed=${argument#*=} ;;
    --keep) keep=1 ;;
    --list)
      need build
      { fuzz_targets && echo "$DIFFERENTIAL"; } | sort
      exit
      ;;
    -*) fail "fuzz has no flag $argument" ;;
    *) targets+=("$argument") ;;
  esac
done

need build fuzz
base=$(run_bazel info output_base 2>/dev/null)-fuzz
[ ${#targets[@]} -gt 0 ] || mapfile -t targets < <(fuzz_targets && echo "$DIFFERENTIAL")
failed=()
for target in "${targets[@]}"; do
  say "fuzz: $target"
  if [ "$target" = "$DIFFERENTIAL" ]; then
    [ -n "$keep" ] || run_differential || failed+=("$target")
  elif [ -n "$keep" ]; then
    keep_found "$target" || failed+=("$target")
  else
    run_fuzzer "$target" || failed+=("$target")
  fi
done
bazel --output_base="$base" shutdown
[ ${#failed[@]} -eq 0 ] || fail "fuzz found something: ${failed[*]}"
say "fuzz: nothing failed"
