#ifndef CACHE_INVALIDATION_CLIENT_CACHECTL_YAML_OUTPUT_H_
#define CACHE_INVALIDATION_CLIENT_CACHECTL_YAML_OUTPUT_H_

#include <string>

#include "absl/strings/string_view.h"

namespace cache_invalidation::cachectl {

// A correct JSON text as block-style YAML. Strings that YAML would take for something else are
// quoted, so that reading the result gives the same values.
std::string JsonToYaml(absl::string_view json);

}  // namespace cache_invalidation::cachectl

#endif  // CACHE_INVALIDATION_CLIENT_CACHECTL_YAML_OUTPUT_H_
