#include "common/tag.h"

#include "absl/strings/str_cat.h"

namespace cache_invalidation {

std::string ResourceTag(absl::string_view type, absl::string_view id) {
  return absl::StrCat(type, ":", id);
}

std::string CollectionTag(absl::string_view type) { return absl::StrCat(type, ":#all"); }

void AppendEscapedTagValue(absl::string_view value, std::string& tag) {
  for (size_t special = value.find_first_of("%:"); special != absl::string_view::npos;
       special = value.find_first_of("%:")) {
    absl::StrAppend(&tag, value.substr(0, special), value[special] == ':' ? "%3A" : "%25");
    value.remove_prefix(special + 1);
  }
  absl::StrAppend(&tag, value);
}

std::string EscapeTagValue(absl::string_view value) {
  std::string escaped;
  AppendEscapedTagValue(value, escaped);
  return escaped;
}

}  // namespace cache_invalidation
