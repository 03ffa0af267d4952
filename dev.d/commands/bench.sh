# Measure: builds the benchmark optimised and runs it; arguments are its flags.
# shellcheck shell=bash

need build
build_program benchmark //tests/benchmark:benchmark --config=opt
# shellcheck disable=SC2154  # set by build_program
become "$benchmark" "$@"
