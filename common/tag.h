// Tags and their hierarchy: what a tag stands above and below, and which tags a resource has.
//
// A tag is a name with levels separated by ":". `a:b:c` stands below `a:b`, which stands below `a`.
// Invalidating a tag hits every tag below it. All functions are pure; none checks whether its
// argument is well formed (common/names.h does).

#ifndef CACHE_INVALIDATION_COMMON_TAG_H_
#define CACHE_INVALIDATION_COMMON_TAG_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace cache_invalidation {

// Whether `tag` is `ancestor` or stands below it, so that invalidating `ancestor` hits `tag`.
inline bool IsSelfOrAncestor(absl::string_view ancestor, absl::string_view tag) {
  return tag.size() >= ancestor.size() && tag.substr(0, ancestor.size()) == ancestor &&
         (tag.size() == ancestor.size() || tag[ancestor.size()] == ':');
}

// The tag directly above, empty if there is none: `a:b` for `a:b:c`. Points into `tag`.
inline absl::string_view ParentTag(absl::string_view tag) {
  const size_t colon = tag.rfind(':');
  return colon == absl::string_view::npos ? absl::string_view() : tag.substr(0, colon);
}

// Calls `visit` with every tag above, the nearest first. What it gets points into `tag`.
template <typename Visit>
void ForEachAncestor(absl::string_view tag, Visit visit) {
  for (tag = ParentTag(tag); !tag.empty(); tag = ParentTag(tag)) visit(tag);
}

// The same, beginning with the tag itself.
template <typename Visit>
void ForEachSelfAndAncestor(absl::string_view tag, Visit visit) {
  for (; !tag.empty(); tag = ParentTag(tag)) visit(tag);
}

// What stands in front of the first ":": the type, if the tag is about one. Points into `tag`.
inline absl::string_view FirstSegment(absl::string_view tag) {
  return tag.substr(0, tag.find(':'));
}

// How many levels the tag has: one more than it has ":".
size_t LevelsOf(absl::string_view tag);

// The tag, or, if it has more levels than kMaxTagLevels, the tag above it that has so many. Points
// into `tag`.
absl::string_view FirstLevels(absl::string_view tag);

// A value as it stands in a tag without making a level of its own: "%" becomes %25 and ":" becomes
// %3A, both in capitals. Different values stay different. docs/tags.md says it for other languages.
std::string EscapeTagValue(absl::string_view value);

// The texts that a value may stand with in a tag: escaped, and, where that is another, as it came.
std::vector<std::string> FormsOfTagValue(absl::string_view value);

// `user:42`: what concerns one resource. The id stands as it is, so an id with ":" has levels of
// its own.
std::string ResourceTag(absl::string_view type, absl::string_view id);

// All tags that a write of the resource names: ResourceTag first, then, where that is another and
// no longer than a tag may be, the one with the escaped id.
std::vector<std::string> ResourceTags(absl::string_view type, absl::string_view id);

// `user:#all`: lists, counts and searches over a type carry it.
std::string CollectionTag(absl::string_view type);

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_COMMON_TAG_H_
