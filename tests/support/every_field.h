// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_SUPPORT_EVERY_FIELD_H_
#define CACHE_INVALIDATION_TESTS_SUPPORT_EVERY_FIELD_H_

#include <string>
#include <vector>

#include "google/protobuf/message.h"

namespace cache_invalidation::testing {

// Returns the paths of all fields, at any depth, that have only their default value. A test of a
// conversion fills or expects every field, and fails by this when the contract gets a new one.
//
// One member of a oneof is sufficient. Messages of protobuf itself are not inspected.
std::vector<std::string> UnsetFields(const google::protobuf::Message& message);

}  // namespace cache_invalidation::testing

#endif  // CACHE_INVALIDATION_TESTS_SUPPORT_EVERY_FIELD_H_
