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

// Which resource type the rows of a table have: the table's name, with its schema if that is not
// `public`. Mappings give several tables one type, as the partitions of a table should have:
//
//   TypeMapping::Parse({R"(orders_\d+=orders)", R"((\w+)\.events_\w+=\1.events)"})
//
// Immutable, thread-safe; copies share what was compiled.
class TypeMapping {
 public:
  // Every table for itself.
  TypeMapping() = default;

  // Each mapping is PATTERN=TYPE: a table whose whole name matches the RE2 expression has that
  // type, in which \1 to \9 stand for the groups. The first that matches counts. The last "=" is
  // the one that divides. INVALID_ARGUMENT names a mapping that is none.
  static absl::StatusOr<TypeMapping> Parse(const std::vector<std::string>& mappings);

  // The type for the rows of a table. "%", ":", "*", control characters and what is not UTF-8 are
  // written as % and two hexadecimal digits; what is then too long for a type ends in a number made
  // of all of it.
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
