// SPDX-License-Identifier: Apache-2.0

#include "client/widening.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/string_view.h"
#include "client/internal/retry.h"
#include "common/limits.h"
#include "common/names.h"
#include "common/tag.h"

namespace cache_invalidation::client {
namespace {

// A request holds little besides the writes: a namespace, a request id, two options.
constexpr size_t kRequestReserve = 1024;

// The protobuf encoding: a field is a tag (one byte for all fields here) and, if it has a length,
// that length as a varint.
size_t Delimited(size_t content) {
  size_t length_bytes = 1;
  for (size_t rest = content; rest >= 0x80; rest >>= 7) ++length_bytes;
  return 1 + length_bytes + content;
}

// google.protobuf.Value.
size_t ValueBytes(const JsonValue& value) {
  if (const std::string* text = value.as_string()) return Delimited(text->size());
  if (value.as_number() != nullptr) return 1 + sizeof(double);
  if (const JsonValue::List* list = value.as_list()) {
    size_t content = 0;
    for (const JsonValue& element : *list) content += Delimited(ValueBytes(element));
    return Delimited(content);
  }
  if (const JsonValue::Object* object = value.as_object()) {
    return Delimited(EncodedContextBytes(*object));
  }
  return 2;  // a boolean or null
}

// The size of a write with an empty id, as it will be sent. The length prefix of a write that
// carries tags takes up to 3 bytes.
size_t TypeBytes(const std::pair<std::string, std::string>& type_and_operation) {
  constexpr size_t kLongerLength = 3;
  return EncodedWriteBytes(
             {.resource_type = type_and_operation.first, .operation = type_and_operation.second}) +
         kLongerLength;
}

// Returns whether a value can be sent: at most `levels` levels, and all text UTF-8.
bool IsSendable(const JsonValue& value, int levels) {
  if (const std::string* text = value.as_string()) return IsUtf8(*text);
  if (const JsonValue::List* list = value.as_list()) {
    return levels > 0 && std::all_of(list->begin(), list->end(), [&](const JsonValue& element) {
             return IsSendable(element, levels - 1);
           });
  }
  if (const JsonValue::Object* object = value.as_object()) {
    return levels > 0 && std::all_of(object->begin(), object->end(), [&](const auto& member) {
             return IsUtf8(member.first) && IsSendable(member.second, levels - 1);
           });
  }
  return true;
}

bool ContextFits(const JsonValue::Object& context) {
  return std::all_of(context.begin(), context.end(),
                     [](const auto& member) {
                       return IsUtf8(member.first) &&
                              IsSendable(member.second, kMaxContextDepth - 1);
                     }) &&
         EncodedContextBytes(context) <= kMaxContextBytes;
}

// Returns the longest well-formed tag at or above `tag`; empty if there is none.
absl::string_view WellFormed(absl::string_view tag) {
  if (tag.size() > kMaxTagBytes) tag = ParentTag(tag.substr(0, kMaxTagBytes + 1));
  while (!tag.empty() && !CheckTagWithoutWildcard(tag).ok()) tag = ParentTag(tag);
  return tag;
}

size_t WritesFor(size_t tags) { return (tags + kMaxTagsPerWrite - 1) / kMaxTagsPerWrite; }

}  // namespace

size_t EncodedContextBytes(const JsonValue::Object& context) {
  size_t bytes = 0;
  for (const auto& [name, value] : context) {
    bytes += Delimited(Delimited(name.size()) + Delimited(ValueBytes(value)));
  }
  return bytes;
}

size_t EncodedWriteBytes(const WriteEvent& write) {
  size_t content = Delimited(write.resource_type.size()) + Delimited(write.resource_id.size()) +
                   Delimited(write.operation.size()) +
                   Delimited(EncodedContextBytes(write.context));
  for (const std::string& tag : write.tags) content += Delimited(tag.size());
  return Delimited(content);
}

void WriteCollector::Add(WriteEvent write) {
  ++added_;
  if (detail_ == Detail::kEverything) return;
  bool widened = false;
  if (options_.widen_malformed_names) {
    widened = FixNames(write);
    if (detail_ == Detail::kEverything) return;
  }
  if (detail_ == Detail::kWrites) {
    if (!CheckResourceId(write.resource_id).ok()) {
      write.resource_id.clear();
      widened = true;
    }
    if (!ContextFits(write.context)) {
      write.context = {{std::string(kUnknownName), true}};
      widened = true;
    }
    if (write.tags.size() > kMaxTagsPerWrite) widened = true;
    if (widened) ++widened_;
    Keep(std::move(write));
  } else {
    KeepTypes(write);
  }
  while (!Fits()) WidenTo(static_cast<Detail>(static_cast<int>(detail_) + 1));
}

void WriteCollector::AddEverything() {
  ++added_;
  WidenTo(Detail::kEverything);
}

void WriteCollector::WidenToTypes() {
  if (detail_ < Detail::kTypesOfTags) WidenTo(Detail::kTypesOfTags);
  while (!Fits()) WidenTo(Detail::kEverything);
}

WidenedWrites WriteCollector::Take() {
  WidenedWrites out{.writes = std::move(writes_),
                    .everything = detail_ == Detail::kEverything,
                    .widened = detail_ == Detail::kWrites ? widened_ : added_};
  for (const auto& [type, operation] : types_) {
    out.writes.push_back({.resource_type = type, .operation = operation});
  }
  // It does not matter which write of a whole type carries a tag.
  const size_t first = out.writes.size() - types_.size();
  size_t carried = 0;
  for (const std::string& tag : tags_) {
    const size_t index = first + carried++ / kMaxTagsPerWrite;
    if (index == out.writes.size()) {
      const auto& [type, operation] = *types_.begin();
      out.writes.push_back({.resource_type = type, .operation = operation});
    }
    out.writes[index].tags.push_back(tag);
  }
  *this = WriteCollector(options_);
  return out;
}

// Makes every name well-formed. Returns whether one was not.
bool WriteCollector::FixNames(WriteEvent& write) {
  bool fixed = false;
  if (!CheckType(write.resource_type).ok()) {
    std::string type(FirstSegment(write.resource_type));
    if (!CheckType(type).ok()) {
      WidenTo(Detail::kEverything);
      return true;
    }
    // What is below the type is unknown: no id, and no context for its templates.
    write.resource_type = std::move(type);
    write.resource_id.clear();
    write.context.clear();
    fixed = true;
  }
  if (!CheckOperation(write.operation).ok()) {
    write.operation.clear();
    write.resource_id.clear();  // conditions on operations are true for a whole type
    fixed = true;
  }
  for (std::string& tag : write.tags) {
    if (CheckTagWithoutWildcard(tag).ok()) continue;
    std::string above(WellFormed(tag));
    if (above.empty()) {
      WidenTo(Detail::kEverything);
      return true;
    }
    tag = std::move(above);
    fixed = true;
  }
  return fixed;
}

void WriteCollector::Keep(WriteEvent write) {
  if (write.tags.size() <= kMaxTagsPerWrite) {
    bytes_ += EncodedWriteBytes(write);
    writes_.push_back(std::move(write));
    return;
  }
  // A condition can read all the tags of a write, so they can be distributed only over writes of a
  // whole type.
  for (auto tag = write.tags.begin(); tag != write.tags.end();) {
    const auto left = static_cast<size_t>(write.tags.end() - tag);
    const auto end = tag + static_cast<ptrdiff_t>(std::min(left, kMaxTagsPerWrite));
    Keep({.resource_type = write.resource_type,
          .operation = write.operation,
          .tags = {std::make_move_iterator(tag), std::make_move_iterator(end)}});
    tag = end;
  }
}

void WriteCollector::KeepTypes(const WriteEvent& write) {
  KeepType(write.resource_type, write.operation);
  for (const std::string& tag : write.tags) KeepTag(tag);
}

void WriteCollector::KeepType(std::string type, std::string operation) {
  if (detail_ > Detail::kTypesAndOperations) operation.clear();
  const auto [place, added] = types_.emplace(std::move(type), std::move(operation));
  if (added) bytes_ += TypeBytes(*place);
}

void WriteCollector::KeepTag(const std::string& tag) {
  if (detail_ == Detail::kTypesOfTags) {
    std::string type(FirstSegment(tag));
    if (CheckType(type).ok()) return KeepType(std::move(type), "");
  }
  if (tags_.insert(tag).second) bytes_ += Delimited(tag.size());
}

// Returns the number of writes that exist only to carry tags.
size_t WriteCollector::RepeatedTypes() const {
  const size_t needed = WritesFor(tags_.size());
  return needed > types_.size() ? needed - types_.size() : 0;
}

bool WriteCollector::Fits() const {
  if (detail_ == Detail::kEverything) return true;
  const size_t repeated = RepeatedTypes();
  if (writes_.size() + types_.size() + repeated > kMaxWritesPerCommand) return false;
  size_t bytes = kRequestReserve + bytes_;
  if (repeated > 0) bytes += repeated * TypeBytes(*types_.begin());
  return bytes <= options_.max_request_bytes;
}

void WriteCollector::WidenTo(Detail detail) {
  const std::vector<WriteEvent> writes = std::exchange(writes_, {});
  const std::set<TypeAndOperation> types = std::exchange(types_, {});
  const std::set<std::string> tags = std::exchange(tags_, {});
  bytes_ = 0;
  detail_ = detail;
  if (detail == Detail::kEverything) return;
  for (const WriteEvent& write : writes) KeepTypes(write);
  for (const auto& [type, operation] : types) KeepType(type, operation);
  for (const std::string& tag : tags) KeepTag(tag);
}

bool IsWriteRefusal(const absl::Status& error) {
  switch (error.code()) {
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kUnauthenticated:
      return false;
    default:
      return internal::IsDefinitive(error);
  }
}

WidenedWrites WidenToLimits(std::vector<WriteEvent> writes, WideningOptions options) {
  WriteCollector collector(options);
  for (WriteEvent& write : writes) collector.Add(std::move(write));
  return collector.Take();
}

}  // namespace cache_invalidation::client
