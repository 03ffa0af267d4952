// SPDX-License-Identifier: Apache-2.0

// Tags and their hierarchy: which tags are above and below a tag, and which tags a resource has.
//
// A tag is a name with levels separated by ":". `a:b:c` is below `a:b`, which is below `a`.
// Invalidating a tag hits every tag below it. All functions are pure; none checks whether its
// argument is well formed (common/names.h does).

#ifndef CACHE_INVALIDATION_COMMON_TAG_H_
#define CACHE_INVALIDATION_COMMON_TAG_H_

#include <cstddef>
#include <initializer_list>
#include <string>
#include <type_traits>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace cache_invalidation {

// Returns whether `tag` is `ancestor` or is below it, so that invalidating `ancestor` hits `tag`.
inline bool IsSelfOrAncestor(absl::string_view ancestor, absl::string_view tag) {
  return tag.size() >= ancestor.size() && tag.substr(0, ancestor.size()) == ancestor &&
         (tag.size() == ancestor.size() || tag[ancestor.size()] == ':');
}

// Returns the tag directly above, empty if there is none: `a:b` for `a:b:c`. The result points into
// `tag`.
inline absl::string_view ParentTag(absl::string_view tag) {
  const size_t colon = tag.rfind(':');
  return colon == absl::string_view::npos ? absl::string_view() : tag.substr(0, colon);
}

// Calls `visit` with every tag above, the nearest first. The arguments point into `tag`.
template <typename Visit>
void ForEachAncestor(absl::string_view tag, Visit visit) {
  for (tag = ParentTag(tag); !tag.empty(); tag = ParentTag(tag)) visit(tag);
}

// As above, beginning with the tag itself.
template <typename Visit>
void ForEachSelfAndAncestor(absl::string_view tag, Visit visit) {
  for (; !tag.empty(); tag = ParentTag(tag)) visit(tag);
}

// Returns the text in front of the first ":": the type, if the tag is of a resource. The result
// points into `tag`.
inline absl::string_view FirstSegment(absl::string_view tag) {
  return tag.substr(0, tag.find(':'));
}

// Returns the number of levels of the tag: one more than it has ":".
size_t LevelsOf(absl::string_view tag);

// Returns the tag, or, if it has more than kMaxTagLevels levels, the tag above it that has
// kMaxTagLevels. The result points into `tag`.
absl::string_view FirstLevels(absl::string_view tag);

// Returns the value in the form in which it adds no level to a tag: "%" becomes %25 and ":" becomes
// %3A, both in capitals. Different values stay different. docs/tags.md has the rules for other
// languages.
std::string EscapeTagValue(absl::string_view value);

// Returns the forms that a value can have in a tag: escaped, and, if different, unescaped.
std::vector<std::string> FormsOfTagValue(absl::string_view value);

// Returns `user:42`, the tag of one resource. The id is not escaped, so an id with ":" has levels
// of its own.
std::string ResourceTag(absl::string_view type, absl::string_view id);

// Returns all tags that a write of the resource names: ResourceTag first, then the tag with the
// escaped id, if that is different and not longer than kMaxTagBytes.
std::vector<std::string> ResourceTags(absl::string_view type, absl::string_view id);

// Returns `user:#all`, the tag of lists, counts and searches over a type.
std::string CollectionTag(absl::string_view type);

// Builds cache keys that cannot collide: each begins with the name of the application (or of the
// part of it) that owns them, and every part of a key is escaped.
//
//   CacheKeys keys("shop");
//   keys.Key("user", 42, "profile");  // shop:user:42:profile
//   keys.Key("user", "4:2");          // shop:user:4%3A2
//   keys.Prefix("user", 42);          // shop:user:42:
//
// Two keys are equal only if owner and parts are: "%", ":", control characters and bytes that are
// not UTF-8 are written as %XX in capitals, so a part can be any bytes. A part that is allowed in a
// tag is written as EscapeTagValue writes it (client/tag.h). A key longer than kMaxKeyBytes is
// built nevertheless; the calls that take keys refuse it.
//
// Immutable, thread-safe.
class CacheKeys {
 public:
  // Use one owner for keys that belong together, and include a version ("shop-v2") that changes
  // with the shape of the cached values.
  explicit CacheKeys(absl::string_view owner);

  // Returns the key of these parts: strings and integers. Floating-point numbers do not compile: as
  // text they would lose digits, and different keys could become equal.
  template <typename... Parts>
  std::string Key(const Parts&... parts) const {
    static_assert((kIsPart<Parts> && ...), "a part of a key is a string or an integer");
    return Join({absl::AlphaNum(parts).Piece()...});
  }

  // Returns the prefix of every key that has these parts and more, for subscriptions by key prefix.
  template <typename... Parts>
  std::string Prefix(const Parts&... parts) const {
    return Key(parts...) + ":";
  }

 private:
  template <typename T>
  static constexpr bool kIsPart = std::is_convertible_v<T, absl::string_view> ||
                                  (std::is_integral_v<T> && !std::is_same_v<T, char> &&
                                   !std::is_same_v<T, bool>);

  std::string Join(std::initializer_list<absl::string_view> parts) const;

  std::string owner_;  // escaped
};

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_COMMON_TAG_H_
