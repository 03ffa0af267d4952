#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_CONVERSION_EXPLANATION_CONVERSION_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_CONVERSION_EXPLANATION_CONVERSION_H_

#include "client/explanation.h"
#include "protos/cache_invalidation/v1/explanation.pb.h"
#include "protos/cache_invalidation/v1/write_event_service.pb.h"

namespace cache_invalidation::client::internal {

void ToProto(const ExplanationNode& in, v1::ExplanationNode* out);
ExplanationNode FromProto(const v1::ExplanationNode& in);

void ToProto(const Explanation& in, v1::Explanation* out);
Explanation FromProto(const v1::Explanation& in);

inline Explanation FromProto(const v1::ExplainWriteResponse& in) {
  return FromProto(in.explanation());
}

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_CONVERSION_EXPLANATION_CONVERSION_H_
