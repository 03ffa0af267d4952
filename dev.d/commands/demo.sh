# SPDX-License-Identifier: Apache-2.0
# Show real database writes turned into invalidations, from server start to equality check.
#
#   ./dev demo           recorded writes: builds the server and the command line tool, and runs demo/run
#   ./dev demo connect   an UPDATE in psql, and a page in Varnish and a key in Redis are new: demo/connect, with a real
#                        PostgreSQL, Redis and Varnish in a temporary directory, and timings
#
# Both stop everything they started. Exit 0 when every transaction produced the events that an independent model predicts;
# with `connect`, when page and key were new and no other page was touched.
# shellcheck shell=bash

if [ "${1:-}" = connect ]; then
  shift
  need build demo
  build_program SERVER //server:cache_invalidation_server
  build_program CONNECT //client/connect:cache_invalidation_connect
  export SERVER CONNECT
  become demo/connect "$@"
fi
need build
build_program SERVER //server:cache_invalidation_server
build_program CACHECTL //client/cachectl:cachectl
export SERVER CACHECTL
become demo/run "$@"
