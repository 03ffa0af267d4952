#include "common/tag.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/limits.h"

namespace cache_invalidation {

size_t LevelsOf(absl::string_view tag) {
  return 1 + static_cast<size_t>(std::count(tag.begin(), tag.end(), ':'));
}

absl::string_view FirstLevels(absl::string_view tag) {
  size_t levels = 0;
  for (size_t i = 0; i < tag.size(); ++i) {
    if (tag[i] == ':' && ++levels == kMaxTagLevels) return tag.substr(0, i);
  }
  return tag;
}

std::string EscapeTagValue(absl::string_view value) {
  return absl::StrReplaceAll(value, {{"%", "%25"}, {":", "%3A"}});
}

std::vector<std::string> FormsOfTagValue(absl::string_view value) {
  std::string escaped = EscapeTagValue(value);
  if (escaped == value) return {std::move(escaped)};
  return {std::move(escaped), std::string(value)};
}

std::string ResourceTag(absl::string_view type, absl::string_view id) {
  return absl::StrCat(type, ":", id);
}

std::vector<std::string> ResourceTags(absl::string_view type, absl::string_view id) {
  std::vector<std::string> tags = {ResourceTag(type, id)};
  if (id.find_first_of("%:") == absl::string_view::npos) return tags;
  std::string escaped = ResourceTag(type, EscapeTagValue(id));
  // No entry can carry a tag that is too long.
  if (escaped.size() <= kMaxTagBytes) tags.push_back(std::move(escaped));
  return tags;
}

std::string CollectionTag(absl::string_view type) { return absl::StrCat(type, ":#all"); }

}  // namespace cache_invalidation
