// SPDX-License-Identifier: Apache-2.0

#include "server/engine/prepared_declarations.h"

#include <cstddef>
#include <utility>

#include "common/limits.h"
#include "server/engine/lint.h"

namespace cache_invalidation::engine {
namespace {

// Keeps warnings as long as they fit in a response. Those of all declarations together may be a
// hundred times as large as the request.
class WarningBudget {
 public:
  // Drops the warnings that do not fit.
  std::vector<std::string> Keep(std::vector<std::string> warnings) {
    size_t fitting = 0;
    while (fitting < warnings.size() && warnings[fitting].size() <= bytes_) {
      bytes_ -= warnings[fitting].size();
      ++fitting;
    }
    if (fitting < warnings.size()) bytes_ = 0;  // those that follow are dropped, too
    dropped_ += static_cast<uint32_t>(warnings.size() - fitting);
    warnings.resize(fitting);
    return warnings;
  }

  uint32_t dropped() const { return dropped_; }

 private:
  size_t bytes_ = kMaxAnswerBytes;
  uint32_t dropped_ = 0;
};

}  // namespace

std::shared_ptr<const PreparedDeclarations> Prepare(
    std::vector<std::shared_ptr<const CompiledRule>> rules,
    absl::Span<const Relationship> relationships) {
  auto prepared = std::make_shared<PreparedDeclarations>();
  WarningBudget budget;
  for (const std::shared_ptr<const CompiledRule>& rule : rules) {
    prepared->rule_warnings.push_back(budget.Keep(LintRule(*rule)));
  }
  for (const Relationship& relationship : relationships) {
    prepared->relationship_warnings.push_back(budget.Keep(LintRelationship(relationship)));
  }
  prepared->more_warnings = budget.dropped();
  prepared->rules = std::move(rules);
  return prepared;
}

std::shared_ptr<const PreparedDeclarations> Prepare(absl::Span<const Rule> rules,
                                                    absl::Span<const Relationship> relationships) {
  std::vector<std::shared_ptr<const CompiledRule>> compiled;
  for (const Rule& rule : rules) compiled.push_back(std::make_shared<const CompiledRule>(rule));
  return Prepare(std::move(compiled), relationships);
}

std::shared_ptr<const PreparedDeclarations> PreparedOnce(
    std::shared_ptr<const PreparedDeclarations> earlier, absl::Span<const Rule> rules,
    absl::Span<const Relationship> relationships) {
  return earlier != nullptr ? std::move(earlier) : Prepare(rules, relationships);
}

}  // namespace cache_invalidation::engine
