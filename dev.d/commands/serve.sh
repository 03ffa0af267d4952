# Build the server and run it in the foreground; arguments are its flags (./dev serve --help).
#
#   ./dev serve --data_dir=/var/lib/cache_invalidation     keeps its state there
#   ./dev serve --durability=memory                        keeps nothing
# shellcheck shell=bash

need build
build_program server //server:cache_invalidation_server
# shellcheck disable=SC2154  # set by build_program
become "$server" "$@"
