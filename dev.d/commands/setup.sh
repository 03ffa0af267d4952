# SPDX-License-Identifier: Apache-2.0
# Install everything that any command needs.
#
# The other commands install what they need themselves; this one prepares a machine in one step.
# shellcheck shell=bash

need build test lint
need_buf
need_cel
need_kubernetes
need_node
say "everything is installed"
