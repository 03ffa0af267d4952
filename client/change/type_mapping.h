// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_CHANGE_TYPE_MAPPING_H_
#define CACHE_INVALIDATION_CLIENT_CHANGE_TYPE_MAPPING_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace re2 {
class RE2;
}  // namespace re2

namespace cache_invalidation::change {

// Maps tables to resource types: by default the table's name, with its schema if that is not
// `public`. Mappings give several tables one type, as the partitions of a table need:
//
//   TypeMapping::Parse({R"(orders_\d+=orders)", R"((\w+)\.events_\w+=\1.events)"})
//
// Immutable, thread-safe. Copies share the compiled patterns.
class TypeMapping {
 public:
  // Every table has a type of its own.
  TypeMapping() = default;

  // Each mapping is PATTERN=TYPE, split at the last "=": a table whose whole name matches the RE2
  // expression has that type, in which \1 to \9 are the groups. The first match counts. Fails with
  // INVALID_ARGUMENT, which names the malformed mapping.
  static absl::StatusOr<TypeMapping> Parse(const std::vector<std::string>& mappings);

  // Returns the type of a table. "%", ":", "*", control characters and bytes that are not UTF-8 are
  // written as % and two hexadecimal digits. A type that would be too long ends in a hash instead.
  std::string TypeOf(absl::string_view schema, absl::string_view table) const;

 private:
  struct Mapping {
    std::shared_ptr<const re2::RE2> pattern;
    std::string type;
  };

  std::vector<Mapping> mappings_;
};

}  // namespace cache_invalidation::change

#endif  // CACHE_INVALIDATION_CLIENT_CHANGE_TYPE_MAPPING_H_
