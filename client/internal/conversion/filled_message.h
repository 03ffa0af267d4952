#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_CONVERSION_FILLED_MESSAGE_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_CONVERSION_FILLED_MESSAGE_H_

#include <string>
#include <vector>

#include "google/protobuf/message.h"

namespace cache_invalidation::client::internal {

// For tests of conversions: a message in which every field is set, each to another value, so that a
// field that a conversion forgets, or takes for another, shows. `variant` chooses the member of
// each oneof; a variant that a oneof does not have is taken modulo its members.
void FillMessage(google::protobuf::Message* message, int variant);

// The paths of fields that are not set; empty if all are.
std::vector<std::string> UnsetFields(const google::protobuf::Message& message);

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_CONVERSION_FILLED_MESSAGE_H_
