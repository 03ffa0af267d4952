// SPDX-License-Identifier: Apache-2.0

#include "common/condition/budget.h"

#include "common/names.h"

namespace cache_invalidation::condition {
namespace {

absl::string_view Cut(absl::string_view part) { return Utf8Prefix(part, kMaxQuotedBytes); }

}  // namespace

Value Budget::Error(std::initializer_list<absl::string_view> parts) {
  size_t size = 1;
  for (absl::string_view part : parts) size += Cut(part).size();
  char* message = arena_.Allocate<char>(size);
  if (message == nullptr) return OutOfMemory();
  char* end = message;
  for (absl::string_view part : parts) {
    part = Cut(part);
    end = std::copy(part.begin(), part.end(), end);
  }
  *end = '\0';
  return Value::Error(message);
}

Value Budget::Text(Value::Kind kind, absl::string_view left, absl::string_view right) {
  const size_t size = left.size() + right.size();
  if (size > kMaxResultBytes) return OutOfMemory();
  if (!SpendOnSize(size)) return TooExpensive();
  char* text = arena_.Allocate<char>(size);
  if (text == nullptr) return OutOfMemory();
  std::copy(right.begin(), right.end(), std::copy(left.begin(), left.end(), text));
  const absl::string_view result(text, size);
  return kind == Value::Kind::kBytes ? Value::Bytes(result) : Value::String(result);
}

}  // namespace cache_invalidation::condition
