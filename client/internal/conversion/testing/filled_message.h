// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_CONVERSION_TESTING_FILLED_MESSAGE_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_CONVERSION_TESTING_FILLED_MESSAGE_H_

#include <string>
#include <vector>

#include "google/protobuf/message.h"

namespace cache_invalidation::client::internal {

// For tests of conversions: fills every field of a message, each with a different value, so that a
// test finds a field that a conversion omits or confuses. `variant` chooses the member of each
// oneof, modulo the number of its members.
void FillMessage(google::protobuf::Message* message, int variant);

// Returns the paths of the fields that are not set.
std::vector<std::string> UnsetFields(const google::protobuf::Message& message);

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_CONVERSION_TESTING_FILLED_MESSAGE_H_
