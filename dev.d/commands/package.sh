# SPDX-License-Identifier: Apache-2.0
# Make Debian packages of the server, cachectl, the connector and the C++ client, and a tarball with all of it.
#
#   ./dev package                    into dist/
#   ./dev package --output DIR       into DIR
#
# They are for the Debian they are built on, Debian 12. The same commit makes the same bytes. deploy/debian has what they are
# made of, and docs/operations.md how they are installed.
# shellcheck shell=bash

output=dist
while [ $# -gt 0 ]; do
  case $1 in
    --output=*) output=${1#*=} ;;
    --output)
      [ $# -gt 1 ] || fail "--output needs a directory"
      output=$2
      shift
      ;;
    *) fail "package has no argument $1" ;;
  esac
  shift
done

need build package
build_program packages //deploy/debian:packages --config=opt
mkdir -p "$output"
# shellcheck disable=SC2154  # set by build_program
tar -x -f "$packages.tar" -C "$output"
say "in $output: $(tar -t -f "$packages.tar" | tr '\n' ' ')"
