#ifndef CACHE_INVALIDATION_CLIENT_CACHECTL_YAML_OUTPUT_H_
#define CACHE_INVALIDATION_CLIENT_CACHECTL_YAML_OUTPUT_H_

#include <string>

#include "absl/strings/string_view.h"

namespace cache_invalidation::cachectl {

// Converts a well-formed JSON text to block-style YAML. Quotes the strings that YAML would take for
// another type, so that parsing the result gives the same values.
std::string JsonToYaml(absl::string_view json);

}  // namespace cache_invalidation::cachectl

#endif  // CACHE_INVALIDATION_CLIENT_CACHECTL_YAML_OUTPUT_H_
