#ifndef CACHE_INVALIDATION_TESTS_PROTO_EVERY_FIELD_H_
#define CACHE_INVALIDATION_TESTS_PROTO_EVERY_FIELD_H_

#include <string>
#include <vector>

#include "google/protobuf/message.h"

namespace cache_invalidation::testing {

// The paths of all fields, at any depth, that have no value other than their default. A test of a
// conversion fills or expects every field, and this tells it when the contract has got a new one.
//
// Of a oneof one member suffices. Messages of protobuf itself are not looked into.
std::vector<std::string> UnsetFields(const google::protobuf::Message& message);

}  // namespace cache_invalidation::testing

#endif  // CACHE_INVALIDATION_TESTS_PROTO_EVERY_FIELD_H_
