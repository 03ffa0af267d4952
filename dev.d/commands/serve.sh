# Build the server and run it in the foreground; arguments are its flags (./dev serve --help).
# shellcheck shell=bash

need build
build_program server //server:cache_invalidation_server
# shellcheck disable=SC2154  # set by build_program
become "$server" "$@"
