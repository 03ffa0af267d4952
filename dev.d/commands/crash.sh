# Crash: kill the real server under load, again and again, and check that nothing acknowledged is lost.
#
#   ./dev crash                            50 times, as every test run does
#   ./dev crash --cycles=1000              that often
#   ./dev crash --cycles=1000 --seed=7     with the choices of the run that printed this seed
#
# Other arguments go to `bazel test`, for example --config=asan. The moments at which a process dies are those of the machine:
# a seed repeats what is called and when roughly it dies, not every interleaving. Exit 0 when nothing was lost.
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
# A cycle takes half a second; twenty times that on a machine that is busy, or with sanitizers.
run_bazel test --nocache_test_results --test_output=streamed --test_timeout=$((cycles * 10 + 300)) \
  --test_filter='KillTest.*' --test_arg="--cycles=$cycles" "${flags[@]}" //tests/crash:crash_test
