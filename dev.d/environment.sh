# SPDX-License-Identifier: Apache-2.0
# Functions shared by the commands: messages, packages, buf and Bazel. Sourced by ../dev at the top of the tree.
# shellcheck shell=bash

say() { printf 'dev: %s\n' "$*" >&2; }
fail() {
  say "$*"
  exit 1
}

# Runs a command as root, with sudo if necessary.
as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    fail "this needs root, and there is no sudo. As root: $*"
  fi
}

# Prints the packages of the given groups of dev.d/packages that are not installed.
missing_packages() {
  local wanted installed
  wanted=$(for group in "$@"; do sed -n "s/^$group: *\([^ ]*\).*/\1/p" dev.d/packages; done | sort -u)
  # shellcheck disable=SC2086  # one word per package
  installed=$(dpkg-query -W -f='${Package} ${db:Status-Status}\n' $wanted 2>/dev/null | sed -n 's/ installed$//p' | sort -u)
  comm -23 <(echo "$wanted") <(echo "$installed")
}

# need GROUP...: installs the missing packages of these groups; returns at once if there are none.
need() {
  command -v dpkg-query >/dev/null || fail "this system is not Debian; the build needs the packages listed in dev.d/packages"
  local missing log
  missing=$(missing_packages "$@")
  [ -n "$missing" ] || return 0
  say "installing $(echo "$missing" | wc -l) packages for: $*"
  log=$(mktemp)
  # shellcheck disable=SC2086  # one word per package
  if ! { as_root env DEBIAN_FRONTEND=noninteractive apt-get -q update &&
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends $missing; } >"$log" 2>&1; then
    tail -n 30 "$log" >&2
    fail "apt-get failed; its output is in $log"
  fi
  rm -f "$log"
}

# npm_packages FOLDER COMMAND: installs what the folder's package.json lists, unless npm did so since its last change.
npm_packages() {
  command -v npm >/dev/null || need npm
  local folder=$1 command=$2
  local installed=$folder/node_modules/.installed
  if [ ! -e "$installed" ] || [ "$folder/package.json" -nt "$installed" ]; then
    say "installing the npm packages of $folder"
    npm "$command" --prefix "$folder" --no-audit --no-fund --loglevel=error >&2 || fail "npm could not install what $folder needs"
    touch "$installed"
  fi
}

# Installs buf in the version of dev.d/buf/package.json and sets $BUF to its path. There is no lock file (.npmrc): buf depends
# only on its programs for each system, of exactly its own version.
need_buf() {
  npm_packages dev.d/buf install
  # shellcheck disable=SC2034  # for the commands
  BUF=$PWD/dev.d/buf/node_modules/.bin/buf
}

# Installs the CEL packages that conditions are tested against, in the versions of dev.d/cel/package-lock.json, and sets
# $CEL_MODULES to their folder.
need_cel() {
  npm_packages dev.d/cel ci
  # shellcheck disable=SC2034  # for the commands
  CEL_MODULES=$PWD/dev.d/cel/node_modules
}

# Installs the types of Kubernetes that manifests are checked against, in the versions of
# dev.d/kubernetes/package-lock.json, and sets $KUBERNETES_MODULES to their folder.
need_kubernetes() {
  npm_packages dev.d/kubernetes ci
  # shellcheck disable=SC2034  # for the commands
  KUBERNETES_MODULES=$PWD/dev.d/kubernetes/node_modules
}

# Installs what examples/node needs, in the versions of its package-lock.json, and sets $NODE_MODULES to its folder.
need_node() {
  npm_packages examples/node ci
  # shellcheck disable=SC2034  # for the commands
  NODE_MODULES=$PWD/examples/node/node_modules
}

# Bazel's server speeds up the next command; outside a terminal there is none, so it is stopped at exit.
run_bazel() {
  [ -t 2 ] || trap stop_bazel EXIT
  # Bazel would treat links to another output base as part of the tree.
  find . -maxdepth 1 -name 'bazel-*' -type l -delete
  bazel "$@"
}

stop_bazel() { bazel shutdown >/dev/null 2>&1 || true; }

# build_program VARIABLE //package:target [FLAG...]: builds the target and sets the variable to the program's path.
build_program() {
  local variable=$1 target=$2
  shift 2
  run_bazel build "$@" "$target" || fail "$target does not build"
  local path=${target#//}
  printf -v "$variable" '%s/%s' "$(bazel info "$@" bazel-bin 2>/dev/null)" "${path/://}"
}

# Stops Bazel and replaces this shell by the given program.
become() {
  [ -t 2 ] || stop_bazel
  exec "$@"
}
