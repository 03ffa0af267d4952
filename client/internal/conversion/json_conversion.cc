#include "client/internal/conversion/json_conversion.h"

#include <algorithm>
#include <utility>

namespace cache_invalidation::client::internal {

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

}  // namespace cache_invalidation::client::internal
