// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/limits.h"
#include "server/engine/apply.h"
#include "server/engine/prepared_declarations.h"

namespace cache_invalidation::engine {
namespace {

absl::Status CheckConditions(const PreparedDeclarations& prepared) {
  for (size_t i = 0; i < prepared.rules.size(); ++i) {
    const auto& condition = prepared.rules[i]->condition;
    if (!condition.has_value() || condition->ok()) continue;
    const absl::Status& status = condition->status();
    return absl::Status(status.code(),
                        absl::StrCat("rules[", i, "].condition: ", status.message()));
  }
  return absl::OkStatus();
}

// The changes of one kind of declarations. Single use.
template <typename Declaration, typename Set>
class Changes {
 public:
  Changes(const Set& registered, const std::vector<Declaration>& declared,
          const std::vector<std::vector<std::string>>& warnings, bool prune)
      : left_(registered.size()) {
    absl::flat_hash_set<absl::string_view> named;
    for (size_t i = 0; i < declared.size(); ++i) {
      const Declaration& declaration = declared[i];
      named.insert(declaration.name);
      results_.push_back({declaration.name, ChangeOf(registered, declaration), warnings[i]});
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

}  // namespace

absl::StatusOr<ApplyDeclarationsResult> DeclarationChanges(const State& state,
                                                           const ApplyDeclarations& command,
                                                           const PreparedDeclarations& prepared) {
  absl::Status status = CheckConditions(prepared);
  if (!status.ok()) return status;
  Changes rules(state.rules, command.rules, prepared.rule_warnings, command.prune);
  Changes relationships(state.relationships, command.relationships, prepared.relationship_warnings,
                        command.prune);
  status.Update(rules.CheckCount("rules", kMaxRulesPerNamespace));
  status.Update(relationships.CheckCount("relationships", kMaxRelationshipsPerNamespace));
  if (!status.ok()) return status;
  ApplyDeclarationsResult result;
  result.rules = rules.Take();
  result.relationships = relationships.Take();
  result.more_warnings = prepared.more_warnings;
  return result;
}

}  // namespace cache_invalidation::engine
