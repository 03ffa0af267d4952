// SPDX-License-Identifier: Apache-2.0

#include "tests/support/every_field.h"

#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"

namespace cache_invalidation::testing {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

void AddUnset(const Message& message, const std::string& outer, std::vector<std::string>& unset);

void AddUnset(const Message& message, const FieldDescriptor& field, const std::string& path,
              std::vector<std::string>& unset) {
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  const google::protobuf::OneofDescriptor* oneof = field.real_containing_oneof();
  const bool is_set = oneof != nullptr      ? reflection.HasOneof(message, oneof)
                      : field.is_repeated() ? reflection.FieldSize(message, &field) > 0
                                            : reflection.HasField(message, &field);
  if (!is_set) return unset.push_back(path);
  if (field.message_type() == nullptr ||
      field.message_type()->file()->package() == "google.protobuf") {
    return;
  }
  if (!field.is_repeated()) return AddUnset(reflection.GetMessage(message, &field), path, unset);
  AddUnset(reflection.GetRepeatedMessage(message, &field, 0), path + "[0]", unset);
}

void AddUnset(const Message& message, const std::string& outer, std::vector<std::string>& unset) {
  for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor& field = *message.GetDescriptor()->field(i);
    // A tree: its nodes are all of one kind.
    if (field.message_type() == message.GetDescriptor()) continue;
    AddUnset(message, field, absl::StrCat(outer, outer.empty() ? "" : ".", field.name()), unset);
  }
}

}  // namespace

std::vector<std::string> UnsetFields(const Message& message) {
  std::vector<std::string> unset;
  AddUnset(message, "", unset);
  return unset;
}

}  // namespace cache_invalidation::testing
