// Tags and their hierarchy: which tags are above and below a tag, and which tags a resource has.
//
// A tag is a name with levels separated by ":". `a:b:c` is below `a:b`, which is below `a`.
// Invalidating a tag hits every tag below it. All functions are pure; none checks whether its
// argument is well formed (common/names.h does).

#ifndef CACHE_INVALIDATION_COMMON_TAG_H_
#define CACHE_INVALIDATION_COMMON_TAG_H_

#include <cstddef>
#include <string>
#include <vector>

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

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_COMMON_TAG_H_
