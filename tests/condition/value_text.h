// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_CONDITION_VALUE_TEXT_H_
#define CACHE_INVALIDATION_TESTS_CONDITION_VALUE_TEXT_H_

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/condition/budget.h"
#include "common/condition/value.h"
#include "common/json_value.h"

namespace cache_invalidation::condition {

// Returns the text of a value as value_text.mjs writes it: equal for equal values, whatever their
// representation. "error" for an error.
std::string TextOf(Value value);

// Values that were read from such texts, and the data that they refer to.
class ReadValues {
 public:
  ReadValues() = default;
  ReadValues(const ReadValues&) = delete;
  ReadValues& operator=(const ReadValues&) = delete;

  // Returns the value of a text, in the representation that a write has: a list or map that JSON
  // can hold is a JSON value, interpreted as in json_value.h for `$unknown` and `$number`; a list
  // of strings is a span of them; everything else is as if computed by an expression.
  //
  // REQUIRES: written by value_text.mjs; no types.
  Value Read(absl::string_view text);

 private:
  struct Parsed {
    Value value;
    std::optional<JsonValue> json;  // if JSON can hold it
  };

  // Reads the next value in `text_`.
  Parsed ReadNext();
  Parsed ReadList();
  Parsed ReadMap();
  static Parsed Number(Value number);
  Parsed Json(JsonValue json);
  absl::string_view ReadBytes();
  Value ReadNumber();
  Value ReadTime(Value::Kind kind);

  absl::string_view text_;
  Budget budget_;
  std::deque<std::string> texts_;
  std::deque<std::vector<absl::string_view>> strings_;
  std::deque<std::vector<Value>> lists_;
  std::deque<std::vector<MapEntry>> maps_;
  std::deque<JsonValue> json_;
};

}  // namespace cache_invalidation::condition

#endif  // CACHE_INVALIDATION_TESTS_CONDITION_VALUE_TEXT_H_
