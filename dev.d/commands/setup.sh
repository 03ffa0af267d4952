# Install everything that any command needs.
#
# The other commands install what they need themselves; this is for preparing a machine in one go.
# shellcheck shell=bash

need build test lint
need_buf
need_cel
say "everything is installed"
