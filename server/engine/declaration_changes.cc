#include "server/engine/declaration_changes.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/condition/condition.h"
#include "common/limits.h"
#include "server/engine/lint.h"

namespace cache_invalidation::engine {
namespace {

std::vector<std::string> Lint(const Rule& rule) { return LintRule(rule); }
std::vector<std::string> Lint(const Relationship& relationship) {
  return LintRelationship(relationship);
}

absl::Status CheckConditions(const std::vector<Rule>& rules) {
  for (size_t i = 0; i < rules.size(); ++i) {
    const absl::Status status = CheckCondition(rules[i].condition);
    if (status.ok()) continue;
    return absl::Status(status.code(),
                        absl::StrCat("rules[", i, "].condition: ", status.message()));
  }
  return absl::OkStatus();
}

// The changes of one kind of declarations. Single use.
template <typename Declaration, typename Set>
class Changes {
 public:
  Changes(const Set& registered, const std::vector<Declaration>& declared, bool prune)
      : left_(registered.size()) {
    absl::flat_hash_set<absl::string_view> named;
    for (const Declaration& declaration : declared) {
      named.insert(declaration.name);
      results_.push_back({declaration.name, ChangeOf(registered, declaration), Lint(declaration)});
    }
    if (prune) AddDeleted(registered, named);
  }

  absl::Status CheckCount(absl::string_view kind, size_t most) const {
    if (left_ <= most || added_ == 0) return absl::OkStatus();
    return absl::ResourceExhaustedError(
        absl::StrCat(kind, ": the namespace would hold ", left_, ", its limit is ", most));
  }

  std::vector<DeclarationResult> Take() { return std::move(results_); }

 private:
  DeclarationChange ChangeOf(const Set& registered, const Declaration& declaration) {
    const Declaration* before = registered.Find(declaration.name);
    if (before == nullptr) {
      ++left_;
      ++added_;
      return DeclarationChange::kAdded;
    }
    return *before == declaration ? DeclarationChange::kUnchanged : DeclarationChange::kReplaced;
  }

  void AddDeleted(const Set& registered, const absl::flat_hash_set<absl::string_view>& named) {
    std::vector<absl::string_view> deleted;
    registered.ForEach([&](const Declaration& declaration) {
      if (!named.contains(declaration.name)) deleted.push_back(declaration.name);
    });
    std::sort(deleted.begin(), deleted.end());
    left_ -= deleted.size();
    for (absl::string_view name : deleted) {
      results_.push_back({std::string(name), DeclarationChange::kDeleted, {}});
    }
  }

  size_t left_;  // registered after the command
  size_t added_ = 0;
  std::vector<DeclarationResult> results_;
};

// Drops the warnings that do not fit in `bytes`, and returns their number.
uint32_t DropWhatDoesNotFit(std::vector<DeclarationResult>& results, size_t& bytes) {
  uint32_t dropped = 0;
  for (DeclarationResult& result : results) {
    size_t fitting = 0;
    while (fitting < result.warnings.size() && result.warnings[fitting].size() <= bytes) {
      bytes -= result.warnings[fitting].size();
      ++fitting;
    }
    if (fitting < result.warnings.size()) bytes = 0;  // those that follow are dropped, too
    dropped += static_cast<uint32_t>(result.warnings.size() - fitting);
    result.warnings.resize(fitting);
  }
  return dropped;
}

}  // namespace

absl::StatusOr<ApplyDeclarationsResult> DeclarationChanges(const State& state,
                                                           const ApplyDeclarations& command) {
  absl::Status status = CheckConditions(command.rules);
  if (!status.ok()) return status;
  Changes rules(state.rules, command.rules, command.prune);
  Changes relationships(state.relationships, command.relationships, command.prune);
  status.Update(rules.CheckCount("rules", kMaxRulesPerNamespace));
  status.Update(relationships.CheckCount("relationships", kMaxRelationshipsPerNamespace));
  if (!status.ok()) return status;
  ApplyDeclarationsResult result;
  result.rules = rules.Take();
  result.relationships = relationships.Take();
  size_t bytes = kMaxAnswerBytes;
  result.more_warnings = DropWhatDoesNotFit(result.rules, bytes);
  result.more_warnings += DropWhatDoesNotFit(result.relationships, bytes);
  return result;
}

}  // namespace cache_invalidation::engine
