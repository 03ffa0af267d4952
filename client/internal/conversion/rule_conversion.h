#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_CONVERSION_RULE_CONVERSION_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_CONVERSION_RULE_CONVERSION_H_

#include "client/rule.h"
#include "protos/cache_invalidation/v1/rule.pb.h"

namespace cache_invalidation::client::internal {

void ToProto(const InvalidationRule& in, v1::Rule* out);
InvalidationRule FromProto(const v1::Rule& in);

void ToProto(const RuleStatistics& in, v1::RuleStatistics* out);
RuleStatistics FromProto(const v1::RuleStatistics& in);

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_CONVERSION_RULE_CONVERSION_H_
