// SPDX-License-Identifier: Apache-2.0

// The tags that a template renders for a write, as lines for tests.

#ifndef CACHE_INVALIDATION_SERVER_ENGINE_TESTING_RENDERED_LINES_H_
#define CACHE_INVALIDATION_SERVER_ENGINE_TESTING_RENDERED_LINES_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/json_value.h"
#include "server/engine/limits.h"

namespace cache_invalidation::engine {

using Strings = std::vector<std::string>;

// Short names for building contexts.
inline JsonValue Text(const char* text) { return JsonValue(std::string(text)); }
inline JsonValue Number(double number) { return JsonValue(number); }
inline JsonValue List(JsonValue::List list) { return JsonValue(std::move(list)); }
inline JsonValue Object(JsonValue::Object object) { return JsonValue(std::move(object)); }

// Returns the tags, sorted; a widened one ends with "~" and the reason. For a malformed template
// returns the error.
Strings Render(absl::string_view text, absl::string_view id, const JsonSource* context,
               absl::string_view operation = "update", const Limits& limits = {});

// Render for the id 42.
Strings RenderWith(absl::string_view text, JsonValue::Object context,
                   absl::string_view operation = "update");

}  // namespace cache_invalidation::engine

#endif  // CACHE_INVALIDATION_SERVER_ENGINE_TESTING_RENDERED_LINES_H_
