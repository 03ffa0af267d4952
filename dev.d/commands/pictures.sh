# SPDX-License-Identifier: Apache-2.0
# Draw the pictures of the documentation, which are committed: docs/pictures/*.svg.
#
#   ./dev pictures            those that Graphviz draws of the .dot files
#   ./dev pictures --record   also the recording of ./dev demo, of a run
# shellcheck shell=bash

need pictures
python3 docs/pictures/draw.py docs/pictures
if [ "${1-}" = --record ]; then
  python3 docs/pictures/record.py docs/pictures/demo.svg ./dev demo
fi
