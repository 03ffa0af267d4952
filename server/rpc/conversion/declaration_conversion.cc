// SPDX-License-Identifier: Apache-2.0

#include "server/rpc/conversion/declaration_conversion.h"

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "common/limits.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "server/engine/prepared_declarations.h"
#include "server/rpc/conversion/rule_conversion.h"
#include "server/wire/message_conversion.h"

namespace cache_invalidation::rpc {
namespace {

using Changes = google::protobuf::RepeatedPtrField<v1::DeclarationResult>;

constexpr std::pair<engine::DeclarationChange, v1::DeclarationChange> kChanges[] = {
    {engine::DeclarationChange::kAdded, v1::DECLARATION_CHANGE_ADDED},
    {engine::DeclarationChange::kReplaced, v1::DECLARATION_CHANGE_REPLACED},
    {engine::DeclarationChange::kUnchanged, v1::DECLARATION_CHANGE_UNCHANGED},
    {engine::DeclarationChange::kDeleted, v1::DECLARATION_CHANGE_DELETED},
};

const std::string& NameOf(const std::shared_ptr<const engine::CompiledRule>& rule) {
  return rule->rule.name;
}
const std::string& NameOf(const engine::Relationship& relationship) { return relationship.name; }

// Converts one kind of declarations. Which of two with the same name counts would depend on their
// order, so neither is accepted.
template <typename Declaration, typename Proto>
absl::Status Convert(absl::string_view field,
                     const google::protobuf::RepeatedPtrField<Proto>& protos, size_t most,
                     absl::StatusOr<Declaration> (*convert)(const Proto&),
                     std::vector<Declaration>& declarations) {
  const auto count = static_cast<size_t>(protos.size());
  absl::Status status = AtField(field, CheckCount(count, 0, most));
  if (!status.ok()) return status;
  absl::flat_hash_set<std::string> names;
  for (size_t i = 0; i < count; ++i) {
    absl::StatusOr<Declaration> declaration = convert(protos[static_cast<int>(i)]);
    if (!declaration.ok()) return InElement(field, i, declaration.status());
    if (!names.insert(NameOf(*declaration)).second) {
      return InElement(field, i,
                       AtField("name", absl::InvalidArgumentError("expected a name of its own")));
    }
    declarations.push_back(*std::move(declaration));
  }
  return absl::OkStatus();
}

void FromChanges(const std::vector<engine::DeclarationResult>& results, Changes* changes) {
  for (const engine::DeclarationResult& result : results) {
    v1::DeclarationResult* change = changes->Add();
    change->set_name(result.name);
    change->set_change(wire::ToEnum(kChanges, result.change));
    FromStrings(result.warnings, change->mutable_warnings());
  }
}

}  // namespace

absl::StatusOr<std::variant<engine::Command, engine::Query>> ToApplyDeclarations(
    const v1::ApplyDeclarationsRequest& request) {
  engine::ApplyDeclarations command;
  command.prune = request.prune();
  std::vector<std::shared_ptr<const engine::CompiledRule>> rules;
  absl::Status status = CheckRequestIdField(request.request_id());
  if (status.ok()) {
    status = Convert("rules", request.rules(), kMaxRulesPerNamespace, ToRule, rules);
  }
  if (status.ok()) {
    status = Convert("relationships", request.relationships(), kMaxRelationshipsPerNamespace,
                     ToRelationship, command.relationships);
  }
  if (!status.ok()) return status;
  for (const auto& compiled : rules) command.rules.push_back(compiled->rule);
  command.prepared = engine::Prepare(std::move(rules), command.relationships);
  if (request.validate_only()) {
    return engine::Query(engine::ValidateDeclarations{std::move(command)});
  }
  return engine::Command(std::move(command));
}

absl::Status FromApplyDeclarations(const v1::ApplyDeclarationsRequest& request,
                                   const engine::ApplyDeclarationsResult& result,
                                   const AnswerContext& context,
                                   v1::ApplyDeclarationsResponse* response) {
  if (!result.refusal.ok()) return result.refusal;
  FromChanges(result.rules, response->mutable_rules());
  FromChanges(result.relationships, response->mutable_relationships());
  response->set_more_warnings(result.more_warnings);
  return absl::OkStatus();
}

}  // namespace cache_invalidation::rpc
