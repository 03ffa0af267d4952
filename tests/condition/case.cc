// SPDX-License-Identifier: Apache-2.0

#include "tests/condition/case.h"

#include <cstdint>
#include <memory>
#include <set>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/check.h"
#include "common/condition/budget.h"
#include "common/condition/evaluator.h"
#include "common/condition/expression.h"
#include "common/condition/parser.h"
#include "common/condition/value.h"
#include "tests/condition/value_text.h"

namespace cache_invalidation::condition {
namespace {

// The messages of all errors that arise on the way, also of those that another value makes good.
class ErrorList final : public EvaluationObserver {
 public:
  void Begin(NodeId node) override {}
  void End(NodeId node, Value value) override {
    if (value.is_error()) messages_.emplace(value.error_message());
  }

  std::string Joined() const { return absl::StrJoin(messages_, "; "); }

 private:
  std::set<std::string> messages_;
};

}  // namespace

Case ReadCase(absl::string_view line) {
  const std::vector<std::string> fields = absl::StrSplit(line, '\t');
  Check(fields.size() == 7, "a case has seven fields");
  ReadValues values;
  Case read;
  read.name = fields[0];
  read.skip = fields[1];
  read.check = fields[2] == "checked";
  read.container = fields[3];
  read.text = std::string(values.Read(fields[4]).as_text());
  read.bindings = fields[5];
  read.expected = fields[6];
  return read;
}

Result RunCase(const Case& tested) {
  ReadValues values;
  const Value bindings = values.Read(tested.bindings);
  ParseOptions options;
  options.container = tested.container;
  options.check = tested.check;
  for (size_t i = 0; i < bindings.size(); ++i) {
    options.variables.emplace_back(bindings.EntryAt(i).first.as_text());
  }

  const bool only_parsed = tested.expected == "parses" || tested.expected == "refused";
  const absl::StatusOr<std::shared_ptr<const Expression>> parsed = Parse(tested.text, options);
  if (!parsed.ok()) {
    return {only_parsed ? "refused" : "error", std::string(parsed.status().message())};
  }
  if (only_parsed) return {"parses", ""};

  Budget budget;
  const auto value_of = [&](uint32_t slot) { return bindings.EntryAt(slot).second; };
  ErrorList errors;
  const Value value = Evaluate(**parsed, value_of, budget, &errors);
  return {TextOf(value), errors.Joined()};
}

}  // namespace cache_invalidation::condition
