# SPDX-License-Identifier: Apache-2.0
# Install server, cachectl and connector, and the C++ client: headers, libraries, contract, CMake, pkg-config and Bazel files.
#
#   ./dev install                   below /usr/local
#   ./dev install --prefix DIR      below DIR
#   ./dev install --client          only the client: less to build
#
# All of it is optimised. The libraries are a static and a shared one of the client, and a static one for tests; examples/ shows
# how CMake, make and Bazel find them. The programs, in bin/, use shared libraries of Debian, which the build has installed.
# ./dev package makes packages of the same.
# shellcheck shell=bash

prefix=/usr/local
programs=(//server:cache_invalidation_server //client/cachectl:cachectl //client/connect:cache_invalidation_connect)
while [ $# -gt 0 ]; do
  case $1 in
    --prefix=*) prefix=${1#*=} ;;
    --prefix)
      [ $# -gt 1 ] || fail "--prefix needs a directory"
      prefix=$2
      shift
      ;;
    --client) programs=() ;;
    *) fail "install has no argument $1" ;;
  esac
  shift
done

need build
build_program tree //client/install:tree --config=opt
built=()
for program in "${programs[@]}"; do
  build_program executable "$program" --config=opt
  # shellcheck disable=SC2154  # set by build_program
  built+=("$executable")
done
mkdir -p "$prefix" 2>/dev/null || as_root mkdir -p "$prefix"
writer=()
[ -w "$prefix" ] || writer=(as_root)
# shellcheck disable=SC2154  # set by build_program
"${writer[@]}" tar -x -m --no-same-owner -f "$(dirname "$tree")/cache_invalidation_client.tar" -C "$prefix"
for program in "${built[@]}"; do
  "${writer[@]}" install -D -m 755 "$program" "$prefix/bin/$(basename "$program")"
done
say "installed below $prefix"
