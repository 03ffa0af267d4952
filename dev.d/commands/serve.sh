# SPDX-License-Identifier: Apache-2.0
# Build the server and run it in the foreground; arguments are passed to it (./dev serve --help).
#
#   ./dev serve --data_dir=/var/lib/cache_invalidation     stores its state there
#   ./dev serve --durability=memory --longest_earlier_lease=0s
#                                                          stores nothing, and waits for no subscribers of an earlier server
# shellcheck shell=bash

need build
build_program server //server:cache_invalidation_server
# shellcheck disable=SC2154  # set by build_program
become "$server" "$@"
