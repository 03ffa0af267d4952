# Run all tests, or the Bazel targets given; ends with "N passed, N failed".
#
#   ./dev test
#   ./dev test --config=tsan
#   ./dev test --config=asan //server/... //tests/churn:all
#
# Arguments go to `bazel test`. The last line counts test cases (a test that is a script is one); exit 0 when none failed.
# Tests tagged `needs-buf` are left out of a plain `bazel test //...`; here buf is installed and they run too.
# shellcheck shell=bash

need build
need_buf
flags=()
targets=()
for argument in "$@"; do
  if [[ $argument == -* ]]; then flags+=("$argument"); else targets+=("$argument"); fi
done
if [ ${#targets[@]} -eq 0 ]; then
  mapfile -t targets < <(run_bazel query 'attr(tags, needs-buf, tests(//...))' 2>/dev/null)
  targets=(//... "${targets[@]}")
fi
[ -t 2 ] || flags+=(--show_progress_rate_limit=30)

events=$(mktemp)
status=0
run_bazel test "${flags[@]}" --keep_going --test_env="BUF=$BUF" --build_event_json_file="$events" "${targets[@]}" || status=$?
python3 dev.d/count_results.py "$events" || status=1
rm -f "$events"
exit "$status"
