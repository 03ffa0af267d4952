# SPDX-License-Identifier: Apache-2.0
# Run the server and its clients on a simulated machine that fails, without threads, one world per seed.
#
#   ./dev simulate                   ten thousand worlds, different ones each time
#   ./dev simulate --seeds=1000000   a million worlds
#   ./dev simulate --seed=42         one world, with a log of everything that happens in it
#
# A world is the same each time it runs; one that breaks a promise prints its seed. tests/simulation/README.md describes the
# simulation. Exit 0 when all promises were kept.
# shellcheck shell=bash

seeds=10000
seed=$((RANDOM * 32768 + RANDOM))
flags=()
while [ $# -gt 0 ]; do
  case $1 in
    --seeds | --seed)
      [ $# -gt 1 ] || fail "simulate: $1 needs a number"
      set -- "$1=$2" "${@:3}"
      ;;
    --seeds=*)
      seeds=${1#*=}
      shift
      ;;
    --seed=*)
      seed=${1#*=}
      seeds=1
      flags=(--log)
      shift
      ;;
    *) fail "simulate has no flag $1" ;;
  esac
done

need build
build_program simulation //tests/simulation:simulation_test
say "simulate: $seeds worlds from seed $seed"
# shellcheck disable=SC2154  # set by build_program
become "$simulation" --gtest_filter='*KeepsItsPromises*' --gtest_brief=1 --seed="$seed" --seeds="$seeds" "${flags[@]}"
