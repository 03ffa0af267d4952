// SPDX-License-Identifier: Apache-2.0

#include "client/internal/conversion/testing/filled_message.h"

#include <cstdint>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/timestamp.pb.h"

namespace cache_invalidation::client::internal {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// Limits recursion: messages may contain themselves (ExplanationNode.children).
constexpr int kMaxDepth = 3;

bool IsWellKnown(const Descriptor& type) {
  return absl::StartsWith(type.full_name(), "google.protobuf.");
}

class Filler {
 public:
  explicit Filler(int variant) : variant_(variant) {}

  void Fill(Message* message, int depth) {
    const Descriptor& type = *message->GetDescriptor();
    if (IsWellKnown(type)) return FillWellKnown(message);
    for (int i = 0; i < type.field_count(); ++i) {
      const FieldDescriptor& field = *type.field(i);
      const auto* oneof = field.real_containing_oneof();
      if (oneof != nullptr && oneof->field(variant_ % oneof->field_count()) != &field) continue;
      if (field.is_repeated()) {
        for (int element = 0; element < 2; ++element) AddElement(message, field, depth);
      } else {
        SetField(message, field, depth);
      }
    }
  }

 private:
  void FillWellKnown(Message* message) {
    if (auto* duration = dynamic_cast<google::protobuf::Duration*>(message)) {
      duration->set_seconds(++counter_);
      duration->set_nanos(++counter_);
    } else if (auto* timestamp = dynamic_cast<google::protobuf::Timestamp*>(message)) {
      timestamp->set_seconds(++counter_);
      timestamp->set_nanos(++counter_);
    } else if (auto* object = dynamic_cast<google::protobuf::Struct*>(message)) {
      auto& fields = *object->mutable_fields();
      fields["null"].set_null_value(google::protobuf::NULL_VALUE);
      fields["bool"].set_bool_value(true);
      fields["number"].set_number_value(++counter_ + 0.5);
      fields["string"].set_string_value(absl::StrCat("s", ++counter_));
      fields["list"].mutable_list_value()->add_values()->set_number_value(++counter_);
      (*fields["object"].mutable_struct_value()->mutable_fields())["inner"].set_bool_value(false);
    }
  }

  // Enum fields take all values except the unspecified one in turn.
  int NextEnumValue(const FieldDescriptor& field) {
    const int known = field.enum_type()->value_count() - 1;
    return field.enum_type()->value(1 + (++counter_ + variant_) % known)->number();
  }

  void SetField(Message* message, const FieldDescriptor& field, int depth) {
    const Reflection& reflection = *message->GetReflection();
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_INT32:
        return reflection.SetInt32(message, &field, ++counter_);
      case FieldDescriptor::CPPTYPE_UINT32:
        return reflection.SetUInt32(message, &field, ++counter_);
      case FieldDescriptor::CPPTYPE_UINT64:
        return reflection.SetUInt64(message, &field, ++counter_);
      case FieldDescriptor::CPPTYPE_BOOL:
        return reflection.SetBool(message, &field, true);
      case FieldDescriptor::CPPTYPE_ENUM:
        return reflection.SetEnumValue(message, &field, NextEnumValue(field));
      case FieldDescriptor::CPPTYPE_STRING:
        return reflection.SetString(message, &field, absl::StrCat(field.name(), ++counter_));
      case FieldDescriptor::CPPTYPE_MESSAGE:
        if (depth < kMaxDepth) Fill(reflection.MutableMessage(message, &field), depth + 1);
        return;
      default:
        GOOGLE_LOG(FATAL) << "the contract has a new kind of field: " << field.full_name();
    }
  }

  void AddElement(Message* message, const FieldDescriptor& field, int depth) {
    const Reflection& reflection = *message->GetReflection();
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_UINT32:
        return reflection.AddUInt32(message, &field, ++counter_);
      case FieldDescriptor::CPPTYPE_ENUM:
        return reflection.AddEnumValue(message, &field, NextEnumValue(field));
      case FieldDescriptor::CPPTYPE_STRING:
        return reflection.AddString(message, &field, absl::StrCat(field.name(), ++counter_));
      case FieldDescriptor::CPPTYPE_MESSAGE:
        if (depth < kMaxDepth) Fill(reflection.AddMessage(message, &field), depth + 1);
        return;
      default:
        GOOGLE_LOG(FATAL) << "the contract has a new kind of list: " << field.full_name();
    }
  }

  int variant_;
  int counter_ = 0;
};

bool IsSet(const Message& message, const FieldDescriptor& field) {
  const Reflection& reflection = *message.GetReflection();
  const auto* oneof = field.real_containing_oneof();
  if (oneof != nullptr) return reflection.HasOneof(message, oneof);
  if (field.is_repeated()) return reflection.FieldSize(message, &field) > 0;
  return reflection.HasField(message, &field);
}

void CollectUnset(const Message& message, const std::string& path, std::vector<std::string>& out) {
  const Descriptor& type = *message.GetDescriptor();
  if (IsWellKnown(type)) return;
  const Reflection& reflection = *message.GetReflection();
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    const std::string name = absl::StrCat(path, field.name());
    if (!IsSet(message, field)) {
      out.push_back(name);
    } else if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      const Message& inner = field.is_repeated() ? reflection.GetRepeatedMessage(message, &field, 0)
                                                 : reflection.GetMessage(message, &field);
      CollectUnset(inner, absl::StrCat(name, "."), out);
    }
  }
}

}  // namespace

void FillMessage(Message* message, int variant) { Filler(variant).Fill(message, 0); }

std::vector<std::string> UnsetFields(const Message& message) {
  std::vector<std::string> out;
  CollectUnset(message, "", out);
  return out;
}

}  // namespace cache_invalidation::client::internal
