# SPDX-License-Identifier: Apache-2.0
# Run all tests, or the given Bazel targets; prints "N passed, N failed" at the end.
#
#   ./dev test
#   ./dev test --config=tsan
#   ./dev test --config=asan //server/... //tests/churn:all
#
# Arguments are passed to `bazel test`. The last line counts test cases (a script counts as one); exit 0 when none failed.
# A plain `bazel test //...` skips the tests tagged `needs-buf`, `needs-cel`, `needs-kubernetes` or `needs-node`; here npm
# installs what they need, and they run too.
# shellcheck shell=bash

need build test
need_buf
need_cel
need_kubernetes
need_node
flags=()
targets=()
for argument in "$@"; do
  if [[ $argument == -* ]]; then flags+=("$argument"); else targets+=("$argument"); fi
done
if [ ${#targets[@]} -eq 0 ]; then
  mapfile -t targets < <(run_bazel query 'attr(tags, "needs-(buf|cel|kubernetes|node)", tests(//...))' 2>/dev/null)
  targets=(//... "${targets[@]}")
fi
[ -t 2 ] || flags+=(--show_progress_rate_limit=30)

events=$(mktemp)
status=0
environment=(--test_env="BUF=$BUF" --test_env="CEL_MODULES=$CEL_MODULES" --test_env="KUBERNETES_MODULES=$KUBERNETES_MODULES"
  --test_env="NODE_MODULES=$NODE_MODULES")
run_bazel test "${flags[@]}" "${environment[@]}" --keep_going --build_event_json_file="$events" "${targets[@]}" || status=$?
python3 dev.d/count_results.py "$events" || status=1
rm -f "$events"
exit "$status"
