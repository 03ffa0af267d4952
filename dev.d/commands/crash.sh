# SPDX-License-Identifier: Apache-2.0
# Kill the real server under load repeatedly, and check that nothing acknowledged is lost.
#
#   ./dev crash                            50 times, like every test run
#   ./dev crash --cycles=1000              1000 times
#   ./dev crash --cycles=1000 --seed=7     with the choices of the run that printed this seed
#
# Other arguments are passed to `bazel test`, for example --config=asan. A seed repeats the calls and approximately when the
# process dies, but not every interleaving, which depends on the machine. Exit 0 when nothing was lost.
# shellcheck shell=bash

cycles=50
flags=()
for argument in "$@"; do
  case $argument in
    --cycles=*) cycles=${argument#*=} ;;
    --seed=*) flags+=("--test_arg=$argument") ;;
    -*) flags+=("$argument") ;;
    *) fail "crash takes flags only, got \"$argument\"" ;;
  esac
done

need build
# A cycle takes half a second; twenty times that on a busy machine, or with sanitizers.
run_bazel test --nocache_test_results --test_output=streamed --test_timeout=$((cycles * 10 + 300)) \
  --test_filter='KillTest.*' --test_arg="--cycles=$cycles" "${flags[@]}" //tests/crash:crash_test
