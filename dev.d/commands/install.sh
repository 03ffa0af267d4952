# Install the C++ client: headers, libraries, contract, CMake, pkg-config and Bazel files.
#
#   ./dev install                   below /usr/local
#   ./dev install --prefix DIR      below DIR
#   ./dev install --programs        also the server and cachectl, in bin/
#
# The libraries are optimised: a static and a shared one of the client, and a static one for tests. examples/ shows how CMake,
# make and Bazel find them. The programs use shared libraries of Debian, which the build has installed.
# shellcheck shell=bash

prefix=/usr/local
programs=()
while [ $# -gt 0 ]; do
  case $1 in
    --prefix=*) prefix=${1#*=} ;;
    --prefix)
      [ $# -gt 1 ] || fail "--prefix needs a directory"
      prefix=$2
      shift
      ;;
    --programs) programs=(//server:cache_invalidation_server //client/cachectl:cachectl) ;;
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
