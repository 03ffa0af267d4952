// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_FAKES_FIXED_JSON_H_
#define CACHE_INVALIDATION_TESTS_FAKES_FIXED_JSON_H_

#include <utility>

#include "common/json_value.h"
#include "common/write_event.h"

namespace cache_invalidation {

// A context as if decoded, which counts the calls of Get. Thread-compatible.
class FixedJson final : public JsonSource {
 public:
  explicit FixedJson(JsonValue value) : value_(CompleteContext(std::move(value))) {}

  const JsonValue& Get() const override {
    ++looks_;
    return value_;
  }

  int looks() const { return looks_; }

 private:
  const JsonValue value_;
  mutable int looks_ = 0;
};

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_TESTS_FAKES_FIXED_JSON_H_
