# SPDX-License-Identifier: Apache-2.0
# Send an optimised server what one client can send to hurt the others, and print the effect on them.
#
#   ./dev attack                    all attacks: minutes, and a few GiB of memory that gRPC itself takes
#   ./dev attack --only=patterns    the attacks whose name contains this
#   ./dev attack --small            the inputs of a test run
#
# Each attack runs against a server of its own, with a healthy client that writes and subscribes in another namespace. Exit 0
# when all meet their goals: the server survives, no call of the healthy client fails, it misses no event, and memory and the
# time for which one request holds a shard are bounded. docs/guarantees.md has the table.
# shellcheck shell=bash

need build
build_program attack //tests/attack:attack --config=opt
# shellcheck disable=SC2154  # set by build_program
cd "$attack.runfiles/cache_invalidation" || fail "the server's program is not where it was built"
become "$attack" "$@"
