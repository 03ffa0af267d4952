# Attack: send an optimised server all that one client can send to hurt the others, and print what it cost them.
#
#   ./dev attack                    everything: minutes, and a few GiB of memory for what gRPC itself keeps
#   ./dev attack --only=patterns    the attacks whose name contains this
#   ./dev attack --small            the inputs of a test run
#
# Every attack meets a server of its own, and a healthy client that writes and listens in another namespace. Exit 0 when all
# met their goals: the server lives, no call of the healthy client fails, it misses no event, and memory and the time for which
# one request holds a shard are bounded. docs/guarantees.md has the table.
# shellcheck shell=bash

need build
build_program attack //tests/attack:attack --config=opt
# shellcheck disable=SC2154  # set by build_program
cd "$attack.runfiles/cache_invalidation" || fail "the server's program is not where it was built"
become "$attack" "$@"
