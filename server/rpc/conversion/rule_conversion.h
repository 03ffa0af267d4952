#ifndef CACHE_INVALIDATION_SERVER_RPC_CONVERSION_RULE_CONVERSION_H_
#define CACHE_INVALIDATION_SERVER_RPC_CONVERSION_RULE_CONVERSION_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "google/protobuf/arena.h"
#include "protos/cache_invalidation/v1/rule.pb.h"
#include "protos/cache_invalidation/v1/rule_service.pb.h"
#include "server/engine/command.h"
#include "server/engine/model.h"
#include "server/engine/query.h"
#include "server/engine/result.h"
#include "server/rpc/conversion/request_conversion.h"

namespace cache_invalidation::rpc {

// Checks a rule, fills in its defaults and sorts its lists. Paths in errors are relative to it.
absl::StatusOr<engine::Rule> ToRule(const v1::Rule& proto);

// Check and convert the requests of RuleService. Results are views into the requests and the arena.
// Fail with INVALID_ARGUMENT, which names the field.
absl::StatusOr<engine::RegisterRule> ToRegisterRule(const v1::RegisterRuleRequest& request);
absl::StatusOr<engine::GetRule> ToGetRule(const v1::GetRuleRequest& request);
absl::StatusOr<engine::ListRules> ToListRules(const v1::ListRulesRequest& request,
                                              google::protobuf::Arena& arena);
absl::StatusOr<engine::DeleteRule> ToDeleteRule(const v1::DeleteRuleRequest& request);

// Convert the engine's results to responses.
absl::Status FromRegisterRule(const v1::RegisterRuleRequest& request,
                              const engine::RegisterRuleResult& result,
                              const AnswerContext& context, v1::RegisterRuleResponse* response);
absl::Status FromGetRule(const v1::GetRuleRequest& request, const engine::GetRuleResult& result,
                         const AnswerContext& context, v1::GetRuleResponse* response);
absl::Status FromListRules(const v1::ListRulesRequest& request,
                           const engine::ListRulesResult& result, const AnswerContext& context,
                           v1::ListRulesResponse* response);
absl::Status FromDeleteRule(const v1::DeleteRuleRequest& request,
                            const engine::DeleteResult& result, const AnswerContext& context,
                            v1::DeleteRuleResponse* response);

}  // namespace cache_invalidation::rpc

#endif  // CACHE_INVALIDATION_SERVER_RPC_CONVERSION_RULE_CONVERSION_H_
