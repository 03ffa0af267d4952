# SPDX-License-Identifier: Apache-2.0
# Write compile_commands.json, from which clangd and other tools know how each file is compiled.
#
#   ./dev compdb                 all files
#   ./dev compdb //client/...    those of some targets
#
# Generated files have to exist: run ./dev build first, and this command again when targets have changed.
# shellcheck shell=bash

need build
[ $# -gt 0 ] || set -- //...
[ $# -eq 1 ] || fail "compdb takes one pattern of targets"
actions=$(mktemp)
run_bazel aquery "mnemonic(\"CppCompile\", $1)" --output=jsonproto --include_artifacts=false >"$actions" 2>/dev/null ||
  fail "no such targets: $1"
python3 dev.d/compile_commands.py "$actions" "$PWD" >compile_commands.json
rm -f "$actions"
say "compile_commands.json has $(grep -c '"file"' compile_commands.json) files"
