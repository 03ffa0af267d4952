// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_PROPERTY_CHOICES_H_
#define CACHE_INVALIDATION_TESTS_PROPERTY_CHOICES_H_

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "common/json_value.h"
#include "server/engine/model.h"

namespace cache_invalidation::property {

// Random values from small alphabets, so that names collide often. The same seed gives the same
// values.
class Choices {
 public:
  explicit Choices(uint64_t seed) : random_(seed) {}

  // Returns a number from 0 to n - 1.
  uint64_t Below(uint64_t n) { return random_() % n; }
  bool Percent(uint64_t percent) { return Below(100) < percent; }
  template <typename T>
  const T& OneOf(const std::vector<T>& values) {
    return values[Below(values.size())];
  }
  // Returns an index, chosen in proportion to its weight.
  size_t Weighted(const std::vector<uint64_t>& weights);

  std::string Type();
  std::string ResourceId();  // can be empty
  std::string Tag();
  std::string Key();
  std::string Name();  // can be that of a tag or a key
  std::string Pattern();
  std::string RuleName();
  std::string RelationshipName();
  engine::Strategy Strategy();
  JsonValue Context();
  engine::Relationship Relationship();
  engine::Rule Rule();

 private:
  std::string Template();
  JsonValue Scalar();
  JsonValue Value(int depth);
  // A field that no condition reads: includes unknown values, and numbers with their text.
  JsonValue Told();
  JsonValue FieldsChanged();
  JsonValue::Object Fields();

  std::mt19937_64 random_;
};

// Every key, and every tag, that a sequence can name.
const std::vector<std::string>& AllKeys();
const std::vector<std::string>& AllTags();

}  // namespace cache_invalidation::property

#endif  // CACHE_INVALIDATION_TESTS_PROPERTY_CHOICES_H_
