// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_REFERENCE_RENDERING_H_
#define CACHE_INVALIDATION_TESTS_REFERENCE_RENDERING_H_

#include <set>
#include <string>

#include "absl/strings/string_view.h"
#include "common/json_value.h"

namespace cache_invalidation::reference {

// The values with which templates are filled in.
struct TemplateValues {
  std::string resource_id;  // empty: none
  std::string operation;
  const JsonValue* context = nullptr;  // null: the write has none
};

// The result of a template for one write.
struct RenderedTags {
  std::set<std::string> tags;     // every placeholder had a value
  std::set<std::string> widened;  // the tags in front of placeholders without a value
};

// What a template needs to be filled in.
enum class Needs { kNothing, kContext, kWrittenId };
Needs NeedsOf(absl::string_view tag_template);

// Returns the tag's first 32 levels: no tag has more.
std::string WithoutDeepLevels(const std::string& tag);

RenderedTags Render(absl::string_view tag_template, const TemplateValues& values);

}  // namespace cache_invalidation::reference

#endif  // CACHE_INVALIDATION_TESTS_REFERENCE_RENDERING_H_
