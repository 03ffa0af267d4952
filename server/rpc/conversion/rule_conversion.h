// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_RPC_CONVERSION_RULE_CONVERSION_H_
#define CACHE_INVALIDATION_SERVER_RPC_CONVERSION_RULE_CONVERSION_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/arena.h"
#include "protos/cache_invalidation/v1/relationship.pb.h"
#include "protos/cache_invalidation/v1/relationship_service.pb.h"
#include "protos/cache_invalidation/v1/rule.pb.h"
#include "protos/cache_invalidation/v1/rule_service.pb.h"
#include "server/engine/command.h"
#include "server/engine/model.h"
#include "server/engine/query.h"
#include "server/engine/result.h"
#include "server/engine/rule_set.h"
#include "server/rpc/conversion/request_conversion.h"

namespace cache_invalidation::rpc {

// Checks a rule, fills in its defaults, sorts its lists and compiles it. Paths in errors are
// relative to it.
absl::StatusOr<std::shared_ptr<const engine::CompiledRule>> ToRule(const v1::Rule& proto);

// Check and convert the requests of RuleService. Results are views into the requests and the arena.
// Fail with INVALID_ARGUMENT, which names the field.
absl::StatusOr<engine::RegisterRule> ToRegisterRule(const v1::RegisterRuleRequest& request);
absl::StatusOr<engine::GetRule> ToGetRule(const v1::GetRuleRequest& request);
absl::StatusOr<engine::ListRules> ToListRules(const v1::ListRulesRequest& request,
                                              google::protobuf::Arena& arena);
absl::StatusOr<engine::DeleteRule> ToDeleteRule(const v1::DeleteRuleRequest& request);

// Convert the engine's results to responses.
void FromRegisterRule(const engine::RegisterRuleResult& result, const AnswerContext& context,
                      v1::RegisterRuleResponse* response);
absl::Status FromGetRule(const v1::GetRuleRequest& request, const engine::GetRuleResult& result,
                         const AnswerContext& context, v1::GetRuleResponse* response);
absl::Status FromListRules(const v1::ListRulesRequest& request,
                           const engine::ListRulesResult& result, const AnswerContext& context,
                           v1::ListRulesResponse* response);
void FromDeleteRule(const engine::DeleteResult& result, const AnswerContext& context,
                    v1::DeleteRuleResponse* response);

// Parses a file of rules, {"rules": [...]} in protobuf's JSON mapping of the contract's Rule. Fails
// with INVALID_ARGUMENT and the reason: rules are checked as if they were registered, and no two
// may have the same name.
absl::StatusOr<std::vector<engine::Rule>> ParseRuleFile(absl::string_view json);

// A relationship of a request is converted in steps. CheckRelationship checks each field by itself;
// after it wire::ToRelationship succeeds. CompleteRelationship sorts the lists, fills in the
// default name and checks the fields together. Paths in errors are relative to the relationship.
absl::Status CheckRelationship(const v1::Relationship& proto);
absl::Status CompleteRelationship(engine::Relationship& relationship);

// All of these steps.
absl::StatusOr<engine::Relationship> ToRelationship(const v1::Relationship& proto);

// `source:cardinality:target:target`. Types contain no ":", so different relationships have
// different names.
std::string DefaultRelationshipName(const engine::Relationship& relationship);

// Check and convert the requests of RelationshipService. Results are views into the requests and
// the arena. Fail with INVALID_ARGUMENT, which names the field.
absl::StatusOr<engine::RegisterRelationship> ToRegisterRelationship(
    const v1::RegisterRelationshipRequest& request);
absl::StatusOr<engine::GetRelationship> ToGetRelationship(
    const v1::GetRelationshipRequest& request);
absl::StatusOr<engine::ListRelationships> ToListRelationships(
    const v1::ListRelationshipsRequest& request, google::protobuf::Arena& arena);
absl::StatusOr<engine::DeleteRelationship> ToDeleteRelationship(
    const v1::DeleteRelationshipRequest& request);

// Convert the engine's results to responses.
void FromRegisterRelationship(const engine::RegisterRelationshipResult& result,
                              const AnswerContext& context,
                              v1::RegisterRelationshipResponse* response);
absl::Status FromGetRelationship(const v1::GetRelationshipRequest& request,
                                 const engine::GetRelationshipResult& result,
                                 const AnswerContext& context,
                                 v1::GetRelationshipResponse* response);
absl::Status FromListRelationships(const v1::ListRelationshipsRequest& request,
                                   const engine::ListRelationshipsResult& result,
                                   const AnswerContext& context,
                                   v1::ListRelationshipsResponse* response);
void FromDeleteRelationship(const engine::DeleteResult& result, const AnswerContext& context,
                            v1::DeleteRelationshipResponse* response);

}  // namespace cache_invalidation::rpc

#endif  // CACHE_INVALIDATION_SERVER_RPC_CONVERSION_RULE_CONVERSION_H_
