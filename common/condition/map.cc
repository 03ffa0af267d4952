#include "common/condition/map.h"

#include <algorithm>
#include <cstdint>

namespace cache_invalidation::condition {
namespace {

using Kind = Value::Kind;

bool MayBeKey(Value key) {
  return key.is(Kind::kBool) || key.is(Kind::kInt) || key.is(Kind::kUint) || key.is(Kind::kString);
}

// The order of keys of different kinds. Negative integers precede the other integers.
int RankOf(Value key) {
  switch (key.kind()) {
    case Kind::kBool:
      return 0;
    case Kind::kInt:
      return key.as_int() < 0 ? 1 : 2;
    case Kind::kUint:
      return 2;
    default:
      return 3;
  }
}

// REQUIRES: MayBeKey of both.
bool IsBefore(Value left, Value right) {
  const int rank = RankOf(left);
  if (rank != RankOf(right)) return rank < RankOf(right);
  if (rank == 3) return left.as_text() < right.as_text();
  // Within a rank the bits compare as uints.
  return left.as_uint() < right.as_uint();
}

}  // namespace

std::optional<Value> KeyOf(Value value) {
  if (!value.is(Kind::kDouble)) {
    if (!MayBeKey(value)) return std::nullopt;
    return value;
  }
  if (value.is_rounded()) return std::nullopt;
  const double number = value.as_double();
  // 2^63 and 2^64 are doubles; the maximum int and uint are not.
  if (number >= -0x1p63 && number < 0x1p63) {
    const auto integer = static_cast<int64_t>(number);
    if (static_cast<double>(integer) == number) return Value::Int(integer);
  } else if (number >= 0x1p63 && number < 0x1p64) {
    return Value::Uint(static_cast<uint64_t>(number));
  }
  return std::nullopt;
}

bool KeysAreKnown(Value map, Budget& budget) {
  if (map.object() == nullptr) return true;
  if (map.is_open()) return false;
  budget.SpendOnSize(map.size());
  return std::none_of(map.object()->begin(), map.object()->end(),
                      [](const auto& member) { return member.second.is_unknown(); });
}

Value MakeMap(absl::Span<MapEntry> entries, Budget& budget) {
  for (const MapEntry& entry : entries) {
    if (!MayBeKey(entry.key)) {
      return budget.Error({"no such overload: a key of type ", TypeName(entry.key.kind())});
    }
  }
  if (!budget.Spend(entries.size())) return Budget::TooExpensive();
  const auto before = [](const MapEntry& left, const MapEntry& right) {
    return IsBefore(left.key, right.key);
  };
  std::sort(entries.begin(), entries.end(), before);
  const auto twice = std::adjacent_find(
      entries.begin(), entries.end(),
      [&](const MapEntry& left, const MapEntry& right) { return !before(left, right); });
  if (twice != entries.end()) return Value::Error("duplicate map key");
  return Value::Map(entries);
}

std::optional<Value> Find(Value map, absl::string_view key) {
  if (const JsonValue::Object* object = map.object()) {
    const auto found = std::lower_bound(
        object->begin(), object->end(), key,
        [](const auto& member, absl::string_view wanted) { return member.first < wanted; });
    const bool named = found != object->end() && found->first == key;
    // The mark itself is not a member, and an unknown member may have the same name.
    if (map.is_open() && (!named || key == kUnknownName)) return Value::Unknown();
    if (!named) return std::nullopt;
    return Value::Json(found->second);
  }
  return Find(map, Value::String(key));
}

std::optional<Value> Find(Value map, Value key) {
  const std::optional<Value> wanted = KeyOf(key);
  if (!wanted) return std::nullopt;
  if (map.object() != nullptr) {
    if (!wanted->is(Kind::kString)) return std::nullopt;
    return Find(map, wanted->as_text());
  }
  const MapEntry* end = map.entries() + map.size();
  const MapEntry* found = std::lower_bound(
      map.entries(), end, *wanted,
      [](const MapEntry& entry, Value before) { return IsBefore(entry.key, before); });
  if (found == end || IsBefore(*wanted, found->key)) return std::nullopt;
  return found->value;
}

}  // namespace cache_invalidation::condition
