# Show real database writes turned into invalidations, from server start to equality check.
#
# Builds the server and the command line tool and runs demo/run, which stops everything it started. Exit 0 when every
# transaction produced the events that an independent model predicts.
# shellcheck shell=bash

need build
build_program SERVER //server:cache_invalidation_server
build_program CACHECTL //client/cachectl:cachectl
export SERVER CACHECTL
become demo/run "$@"
