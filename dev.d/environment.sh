# What the commands share: messages, packages, buf and Bazel. Sourced by ../dev at the top of the tree.
# shellcheck shell=bash

say() { printf 'dev: %s\n' "$*" >&2; }
fail() {
  say "$*"
  exit 1
}

# As root, also for someone who is not.
as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    fail "this needs root, and there is no sudo. As root: $*"
  fi
}

# The packages of the given groups of dev.d/packages that are not installed.
missing_packages() {
  local wanted installed
  wanted=$(for group in "$@"; do sed -n "s/^$group: *\([^ ]*\).*/\1/p" dev.d/packages; done | sort -u)
  # shellcheck disable=SC2086  # one word per package
  installed=$(dpkg-query -W -f='${Package} ${db:Status-Status}\n' $wanted 2>/dev/null | sed -n 's/ installed$//p' | sort -u)
  comm -23 <(echo "$wanted") <(echo "$installed")
}

# need GROUP...: installs what is missing of these groups; a moment when nothing is.
need() {
  command -v dpkg-query >/dev/null || fail "this is no Debian; it builds with the packages listed in dev.d/packages"
  local missing log
  missing=$(missing_packages "$@")
  [ -n "$missing" ] || return 0
  say "installing $(echo "$missing" | wc -l) packages for: $*"
  log=$(mktemp)
  # shellcheck disable=SC2086  # one word per package
  if ! { as_root env DEBIAN_FRONTEND=noninteractive apt-get -q update &&
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends $missing; } >"$log" 2>&1; then
    tail -n 30 "$log" >&2
    fail "apt-get failed; all it said is in $log"
  fi
  rm -f "$log"
}

# npm_packages FOLDER COMMAND: has npm install what the folder's package.json lists, unless it did since that was changed.
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

# Puts buf at $BUF, in the version of dev.d/buf/package.json. There is no lock file (.npmrc): buf's own dependencies are its
# programs for each system, of exactly its version.
need_buf() {
  npm_packages dev.d/buf install
  # shellcheck disable=SC2034  # for the commands
  BUF=$PWD/dev.d/buf/node_modules/.bin/buf
}

# Puts the folder of what conditions are tested against at $CEL_MODULES, in the versions of dev.d/cel/package-lock.json.
need_cel() {
  npm_packages dev.d/cel ci
  # shellcheck disable=SC2034  # for the commands
  CEL_MODULES=$PWD/dev.d/cel/node_modules
}

# Bazel's server makes the next command quick; outside a terminal there is no next one.
run_bazel() {
  [ -t 2 ] || trap stop_bazel EXIT
  # Those that lead to another output base would be taken for part of the tree.
  find . -maxdepth 1 -name 'bazel-*' -type l -delete
  bazel "$@"
}

stop_bazel() { bazel shutdown >/dev/null 2>&1 || true; }

# build_program VARIABLE //package:target [FLAG...]: builds the target and puts the program's path into the variable.
build_program() {
  local variable=$1 target=$2
  shift 2
  run_bazel build "$@" "$target" || fail "$target does not build"
  local path=${target#//}
  printf -v "$variable" '%s/%s' "$(bazel info "$@" bazel-bin 2>/dev/null)" "${path/://}"
}

# Replaces this shell by the given program, once nothing else of ours runs.
become() {
  [ -t 2 ] || stop_bazel
  exec "$@"
}
