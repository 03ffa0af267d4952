# SPDX-License-Identifier: Apache-2.0
# Build the benchmark optimised and run it; arguments are passed to it.
#
#   ./dev bench                                    the server's CPU time, then the engine alone
#   ./dev bench --benchmark_filter=Sweep           benchmarks of the engine whose names match
#   ./dev bench engine                             only the engine's benchmarks, which take less to build
#   ./dev bench cache                              only the cache of the SDK, beside a hash map
#   ./dev bench slow_subscriber                    how a subscriber that reads nothing affects 50 others, a minute each
#   ./dev bench slow_subscriber --subscribers=10 --time=10s --turns=2
#   ./dev bench restart                            how long a server with a million entries takes to start
#   ./dev bench restart --entries=100000 --edges=10
#   ./dev bench connect                            the connector: throughput, latency, memory; a few minutes
#   ./dev bench connect --only=redis,varnish
# shellcheck shell=bash

need build
if [ "${1-}" = slow_subscriber ]; then
  shift
  build_program slow_subscriber //tests/benchmark:slow_subscriber --config=opt
  # shellcheck disable=SC2154  # set by build_program
  cd "$slow_subscriber.runfiles/cache_invalidation" || fail "the server's program is not where it was built"
  become "$slow_subscriber" "$@"
fi
if [ "${1-}" = engine ]; then
  shift
  build_program engine //tests/benchmark:engine --config=opt
  # shellcheck disable=SC2154  # set by build_program
  become "$engine" "$@"
fi
if [ "${1-}" = cache ]; then
  build_program cache //tests/benchmark:cache --config=opt
  # shellcheck disable=SC2154  # set by build_program
  become "$cache"
fi
if [ "${1-}" = restart ]; then
  shift
  build_program server //server:cache_invalidation_server --config=opt
  build_program restart //tests/benchmark:restart --config=opt
  # shellcheck disable=SC2154  # set by build_program
  become "$restart" --server="$server" "$@"
fi
if [ "${1-}" = connect ]; then
  shift
  need test
  build_program connect //tests/benchmark:connect --config=opt
  # shellcheck disable=SC2154  # set by build_program
  cd "$connect.runfiles/cache_invalidation" || fail "the programs are not where they were built"
  become "$connect" "$@"
fi
build_program benchmark //tests/benchmark:benchmark --config=opt
# shellcheck disable=SC2154  # set by build_program
become "$benchmark" "$@"
