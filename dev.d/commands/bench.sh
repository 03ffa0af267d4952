# SPDX-License-Identifier: Apache-2.0
# Build the benchmarks optimised and run them; arguments are passed to them.
#
#   ./dev bench                                    a table for each kind of work, beside its limit; some minutes
#   ./dev bench --only=calls,stream                of these kinds: calls, stream, delivery, latency, cascade, neighbour,
#                                                  memory, namespaces, waiting, sdk, cache
#   ./dev bench --peers                            the same, with Redis where it does the same work (it is installed first)
#   ./dev bench engine                             the engine alone, with Google Benchmark
#   ./dev bench engine --benchmark_filter=Sweep    those of them whose names match
#   ./dev bench cache                              only the cache of the SDK, which takes less to build
#   ./dev bench slow_subscriber                    how a subscriber that reads nothing affects 50 others, a minute each
#   ./dev bench slow_subscriber --subscribers=10 --time=10s --turns=2
#   ./dev bench restart                            how long a server with a million entries takes to start
#   ./dev bench restart --entries=100000 --edges=10
#   ./dev bench connect                            the connector: throughput, latency, memory; a few minutes
#   ./dev bench connect --only=redis,varnish
# shellcheck shell=bash

need build
# Programs of their own; everything else is the program of the tables.
program=benchmark
case ${1-} in
  engine | cache | slow_subscriber | restart | connect)
    program=$1
    shift
    ;;
  --peers)
    need peers
    shift
    ;;
esac
[ "$program" != connect ] || need test
build_program built "//tests/benchmark:$program" --config=opt
# Where the programs that it starts are.
# shellcheck disable=SC2154  # set by build_program
cd "$built.runfiles/cache_invalidation" || fail "the programs are not where they were built"
become "$built" "$@"
