#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_CONVERSION_JSON_CONVERSION_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_CONVERSION_JSON_CONVERSION_H_

#include "common/json_value.h"
#include "google/protobuf/struct.pb.h"

namespace cache_invalidation::client::internal {

// Of members with the same name the last one counts.
void ToProto(const JsonValue::Object& in, google::protobuf::Struct* out);
void ToProto(const JsonValue& in, google::protobuf::Value* out);

// Members are sorted by name.
JsonValue::Object FromProto(const google::protobuf::Struct& in);
JsonValue FromProto(const google::protobuf::Value& in);

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_CONVERSION_JSON_CONVERSION_H_
