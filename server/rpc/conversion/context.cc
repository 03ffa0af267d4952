// SPDX-License-Identifier: Apache-2.0

#include "server/rpc/conversion/write_conversion.h"

#include <cstddef>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/check.h"
#include "common/limits.h"
#include "common/names.h"
#include "common/write_event.h"
#include "google/protobuf/arena.h"
#include "google/protobuf/struct.pb.h"
#include "server/rpc/conversion/request_conversion.h"
#include "server/wire/proto_format.h"

namespace cache_invalidation::rpc {
namespace {

using google::protobuf::ListValue;
using google::protobuf::Struct;
using google::protobuf::Value;
using Type = wire::ProtoReader::Type;

// The fields of a map entry.
constexpr int kEntryKey = 1;
constexpr int kEntryValue = 2;

// An error inside a value: its place ("" for the value itself) and what was expected there.
struct ContextFault {
  std::string place;
  absl::string_view expected;  // empty: no error
};

constexpr absl::string_view kExpectedStruct = "expected an encoded google.protobuf.Struct";
constexpr absl::string_view kExpectedUtf8 = "expected UTF-8";
constexpr absl::string_view kExpectedShallow = "expected at most 32 levels of objects and lists";
static_assert(kMaxContextDepth == 32, "kExpectedShallow says so");

ContextFault CheckStruct(absl::string_view encoded, int depth);
ContextFault CheckListOfValues(absl::string_view encoded, int depth);

ContextFault CheckValue(absl::string_view encoded, int depth) {
  wire::ProtoReader reader(encoded);
  while (reader.Next()) {
    if (reader.type() != Type::kBytes) continue;
    ContextFault fault;
    switch (reader.number()) {
      case Value::kStringValueFieldNumber:
        if (!IsUtf8(reader.bytes())) fault.expected = kExpectedUtf8;
        break;
      case Value::kStructValueFieldNumber:
        fault = CheckStruct(reader.bytes(), depth + 1);
        break;
      case Value::kListValueFieldNumber:
        fault = CheckListOfValues(reader.bytes(), depth + 1);
        break;
      default:
        break;
    }
    if (!fault.expected.empty()) return fault;
  }
  return {"", reader.broken() ? kExpectedStruct : ""};
}

ContextFault CheckListOfValues(absl::string_view encoded, int depth) {
  if (depth > kMaxContextDepth) return {"", kExpectedShallow};
  size_t index = 0;
  wire::ProtoReader reader(encoded);
  while (reader.Next()) {
    if (!reader.Is(ListValue::kValuesFieldNumber, Type::kBytes)) continue;
    ContextFault fault = CheckValue(reader.bytes(), depth);
    if (!fault.expected.empty()) {
      return {absl::StrCat("[", index, "]", fault.place), fault.expected};
    }
    ++index;
  }
  return {"", reader.broken() ? kExpectedStruct : ""};
}

ContextFault CheckEntry(absl::string_view encoded, int depth) {
  absl::string_view name;
  ContextFault fault;
  wire::ProtoReader reader(encoded);
  while (reader.Next() && fault.expected.empty()) {
    if (reader.Is(kEntryKey, Type::kBytes)) {
      if (!IsUtf8(reader.bytes())) return {"", "expected names of fields in UTF-8"};
      name = reader.bytes();
    } else if (reader.Is(kEntryValue, Type::kBytes)) {
      fault = CheckValue(reader.bytes(), depth);
    }
  }
  if (reader.broken()) return {"", kExpectedStruct};
  if (!fault.expected.empty()) fault.place = absl::StrCat(".", name, fault.place);
  return fault;
}

ContextFault CheckStruct(absl::string_view encoded, int depth) {
  if (depth > kMaxContextDepth) return {"", kExpectedShallow};
  wire::ProtoReader reader(encoded);
  while (reader.Next()) {
    if (!reader.Is(Struct::kFieldsFieldNumber, Type::kBytes)) continue;
    ContextFault fault = CheckEntry(reader.bytes(), depth);
    if (!fault.expected.empty()) return fault;
  }
  return {"", reader.broken() ? kExpectedStruct : ""};
}

JsonValue ToJson(const Struct& object);

JsonValue ToJson(const Value& value) {
  switch (value.kind_case()) {
    case Value::kNumberValue:
      return JsonValue(value.number_value());
    case Value::kStringValue:
      return JsonValue(value.string_value());
    case Value::kBoolValue:
      return JsonValue(value.bool_value());
    case Value::kStructValue:
      return ToJson(value.struct_value());
    case Value::kListValue: {
      JsonValue::List list;
      list.reserve(static_cast<size_t>(value.list_value().values_size()));
      for (const Value& element : value.list_value().values()) list.push_back(ToJson(element));
      return JsonValue(std::move(list));
    }
    case Value::kNullValue:
    case Value::KIND_NOT_SET:
      break;
  }
  return JsonValue();
}

JsonValue ToJson(const Struct& object) {
  JsonValue::Object members;
  members.reserve(object.fields().size());
  for (const auto& [name, value] : object.fields()) members.emplace_back(name, ToJson(value));
  return JsonValue(std::move(members));
}

}  // namespace

absl::Status CheckContext(absl::string_view field, absl::string_view encoded) {
  if (encoded.empty()) return absl::OkStatus();
  if (encoded.size() > kMaxContextBytes) {
    return AtField(field,
                   absl::InvalidArgumentError(absl::StrCat("expected at most ", kMaxContextBytes,
                                                           " bytes, got ", encoded.size())));
  }
  const ContextFault fault = CheckStruct(encoded, 1);
  if (fault.expected.empty()) return absl::OkStatus();
  return AtField(absl::StrCat(field, fault.place), absl::InvalidArgumentError(fault.expected));
}

const JsonValue& EncodedContext::Get() const {
  if (!decoded_) {
    google::protobuf::Arena arena;
    auto* object = google::protobuf::Arena::CreateMessage<Struct>(&arena);
    Check(object->ParseFromArray(encoded_.data(), static_cast<int>(encoded_.size())),
          "a checked context can be parsed");
    decoded_ = CompleteContext(ToJson(*object));
  }
  return *decoded_;
}

}  // namespace cache_invalidation::rpc
