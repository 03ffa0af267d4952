// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <cstdint>

#include "client/internal/conversion/conversion.h"

namespace cache_invalidation::client::internal {
namespace {

// From google/protobuf/duration.proto.
constexpr absl::Duration kLongest = absl::Seconds(315'576'000'000);

constexpr EnumPair<InvalidationStrategy, v1::InvalidationStrategy> kStrategies[] = {
    {InvalidationStrategy::kImmediate, v1::INVALIDATION_STRATEGY_IMMEDIATE},
    {InvalidationStrategy::kBatched, v1::INVALIDATION_STRATEGY_BATCHED},
    {InvalidationStrategy::kLazy, v1::INVALIDATION_STRATEGY_LAZY},
    {InvalidationStrategy::kCascade, v1::INVALIDATION_STRATEGY_CASCADE},
};

}  // namespace

void ToProto(absl::Duration in, google::protobuf::Duration* out) {
  in = std::clamp(in, -kLongest, kLongest);
  const int64_t seconds = absl::IDivDuration(in, absl::Seconds(1), &in);
  out->set_seconds(seconds);
  out->set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(in)));
}

absl::Duration FromProto(const google::protobuf::Duration& in) {
  return absl::Seconds(in.seconds()) + absl::Nanoseconds(in.nanos());
}

void ToProto(absl::Time in, google::protobuf::Timestamp* out) {
  const int64_t seconds = absl::ToUnixSeconds(in);  // towards the past
  out->set_seconds(seconds);
  out->set_nanos(
      static_cast<int32_t>(absl::ToInt64Nanoseconds(in - absl::FromUnixSeconds(seconds))));
}

absl::Time FromProto(const google::protobuf::Timestamp& in) {
  return absl::FromUnixSeconds(in.seconds()) + absl::Nanoseconds(in.nanos());
}

void ToProto(const JsonValue::Object& in, google::protobuf::Struct* out) {
  auto& fields = *out->mutable_fields();
  for (const auto& [name, value] : in) ToProto(value, &fields[name]);
}

void ToProto(const JsonValue& in, google::protobuf::Value* out) {
  out->Clear();  // otherwise a list would be appended to that of an earlier member of the same name
  if (const bool* value = in.as_bool()) {
    out->set_bool_value(*value);
  } else if (const double* value = in.as_number()) {
    out->set_number_value(*value);
  } else if (const std::string* value = in.as_string()) {
    out->set_string_value(*value);
  } else if (const JsonValue::List* value = in.as_list()) {
    google::protobuf::ListValue* list = out->mutable_list_value();
    for (const JsonValue& element : *value) ToProto(element, list->add_values());
  } else if (const JsonValue::Object* value = in.as_object()) {
    ToProto(*value, out->mutable_struct_value());
  } else {
    out->set_null_value(google::protobuf::NULL_VALUE);
  }
}

JsonValue::Object FromProto(const google::protobuf::Struct& in) {
  JsonValue::Object out;
  for (const auto& [name, value] : in.fields()) out.emplace_back(name, FromProto(value));
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  return out;
}

JsonValue FromProto(const google::protobuf::Value& in) {
  switch (in.kind_case()) {
    case google::protobuf::Value::kBoolValue:
      return in.bool_value();
    case google::protobuf::Value::kNumberValue:
      return in.number_value();
    case google::protobuf::Value::kStringValue:
      return in.string_value();
    case google::protobuf::Value::kListValue: {
      JsonValue::List list;
      for (const auto& element : in.list_value().values()) list.push_back(FromProto(element));
      return list;
    }
    case google::protobuf::Value::kStructValue:
      return FromProto(in.struct_value());
    case google::protobuf::Value::kNullValue:
    case google::protobuf::Value::KIND_NOT_SET:
      break;
  }
  return JsonValue();
}

void ToProto(const std::vector<std::string>& in,
             google::protobuf::RepeatedPtrField<std::string>* out) {
  out->Assign(in.begin(), in.end());
}

std::vector<std::string> FromProto(const google::protobuf::RepeatedPtrField<std::string>& in) {
  return {in.begin(), in.end()};
}

void ToProto(const Position& in, v1::Position* out) {
  out->set_epoch(in.epoch);
  out->set_revision(in.revision);
}

Position FromProto(const v1::Position& in) {
  return {.epoch = in.epoch(), .revision = in.revision()};
}

v1::InvalidationStrategy ToProto(InvalidationStrategy in) { return ToProto(kStrategies, in); }

InvalidationStrategy FromProto(v1::InvalidationStrategy in) { return FromProto(kStrategies, in); }

void ToProto(const Waiting& in, v1::Waiting* out) {
  ToProto(in.waited_for, out->mutable_waited_for());
  ToProto(in.lapsed, out->mutable_lapsed());
  ToProto(in.late, out->mutable_late());
  out->set_not_acknowledging(in.not_acknowledging);
  out->set_unknown_late(in.unknown_late);
  out->set_not_waited(in.not_waited);
  out->set_more_waited_for(in.more_waited_for);
  out->set_more_lapsed(in.more_lapsed);
  out->set_more_late(in.more_late);
}

Waiting FromProto(const v1::Waiting& in) {
  return {.waited_for = FromProto(in.waited_for()),
          .lapsed = FromProto(in.lapsed()),
          .late = FromProto(in.late()),
          .not_acknowledging = in.not_acknowledging(),
          .unknown_late = in.unknown_late(),
          .not_waited = in.not_waited(),
          .more_waited_for = in.more_waited_for(),
          .more_lapsed = in.more_lapsed(),
          .more_late = in.more_late()};
}

}  // namespace cache_invalidation::client::internal
