#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_CONVERSION_RULE_SERVICE_CONVERSION_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_CONVERSION_RULE_SERVICE_CONVERSION_H_

#include "client/rule.h"
#include "protos/cache_invalidation/v1/rule_service.pb.h"

namespace cache_invalidation::client::internal {

// Requests, without the fields of every request: namespace and request_id.
void ToProto(const RegisterInvalidationRuleParams& in, v1::RegisterRuleRequest* out);
void ToProto(const GetInvalidationRuleParams& in, v1::GetRuleRequest* out);
void ToProto(const ListInvalidationRulesParams& in, v1::ListRulesRequest* out);
void ToProto(const DeleteInvalidationRuleParams& in, v1::DeleteRuleRequest* out);

// Responses.
void ToProto(const RuleRegistration& in, v1::RegisterRuleResponse* out);
RuleRegistration FromProto(const v1::RegisterRuleResponse& in);

void ToProto(const StoredRule& in, v1::GetRuleResponse* out);
StoredRule FromProto(const v1::GetRuleResponse& in);

void ToProto(const RulePage& in, v1::ListRulesResponse* out);
RulePage FromProto(const v1::ListRulesResponse& in);

inline bool FromProto(const v1::DeleteRuleResponse& in) { return in.found(); }

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_CONVERSION_RULE_SERVICE_CONVERSION_H_
