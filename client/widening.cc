#include "client/widening.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "common/limits.h"
#include "common/names.h"
#include "common/utf8.h"

namespace cache_invalidation::client {
namespace {

// Beside the writes a request holds little: a namespace, a request id, two options.
constexpr size_t kRequestReserve = 1024;

// The encoding of protobuf: a field is a tag (one byte for all fields here), and if it has a
// length, that length as a varint.
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

size_t WriteBytes(const WriteEvent& write) {
  size_t content = Delimited(write.resource_type.size()) + Delimited(write.resource_id.size()) +
                   Delimited(write.operation.size()) +
                   Delimited(EncodedContextBytes(write.context));
  for (const std::string& tag : write.tags) content += Delimited(tag.size());
  return Delimited(content);
}

// Whether a value can be sent: not too many levels, and all text UTF-8.
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

bool FitsAsOne(const std::vector<WriteEvent>& writes) {
  if (writes.size() > kMaxWritesPerCommand) return false;
  size_t bytes = kRequestReserve;
  for (const WriteEvent& write : writes) bytes += WriteBytes(write);
  return bytes <= kMaxRequestBytes;
}

// One write for each type and operation, in order of their first appearance, with the tags of all
// its writes; more than one if these are more than a write may have.
class OnePerType {
 public:
  void Add(const WriteEvent& write) {
    Kind& kind = kinds_[{write.resource_type, write.operation}];
    if (!kind.last.has_value()) Begin(write, kind);
    for (const std::string& tag : write.tags) {
      if (!kind.tags.insert(tag).second) continue;
      if (writes_[*kind.last].tags.size() == kMaxTagsPerWrite) Begin(write, kind);
      writes_[*kind.last].tags.push_back(tag);
    }
  }

  std::vector<WriteEvent> Take() { return std::move(writes_); }

 private:
  struct Kind {
    std::optional<size_t> last;  // index of the write that takes further tags
    std::set<std::string> tags;
  };

  void Begin(const WriteEvent& write, Kind& kind) {
    kind.last = writes_.size();
    writes_.push_back({.resource_type = write.resource_type, .operation = write.operation});
  }

  std::map<std::pair<std::string, std::string>, Kind> kinds_;
  std::vector<WriteEvent> writes_;
};

}  // namespace

size_t EncodedContextBytes(const JsonValue::Object& context) {
  size_t bytes = 0;
  for (const auto& [name, value] : context) {
    bytes += Delimited(Delimited(name.size()) + Delimited(ValueBytes(value)));
  }
  return bytes;
}

WidenedWrites WidenToLimits(std::vector<WriteEvent> writes) {
  WidenedWrites out;
  for (WriteEvent& write : writes) {
    bool widened = false;
    if (!CheckResourceId(write.resource_id).ok()) {
      write.resource_id.clear();
      widened = true;
    }
    if (!ContextFits(write.context)) {
      write.context.clear();
      widened = true;
    }
    if (widened) ++out.widened;
  }
  if (!FitsAsOne(writes)) {
    out.widened = writes.size();
    OnePerType collected;
    for (const WriteEvent& write : writes) collected.Add(write);
    writes = collected.Take();
  }
  out.writes = std::move(writes);
  return out;
}

}  // namespace cache_invalidation::client
