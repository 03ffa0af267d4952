// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_YAML_TEXT_YAML_TEXT_H_
#define CACHE_INVALIDATION_CLIENT_YAML_TEXT_YAML_TEXT_H_

#include <string>

#include "absl/strings/string_view.h"
#include "client/json_text/json_text.h"
#include "common/yaml.h"

namespace cache_invalidation {

// Converts to JSON. A scalar without quotes that has the form of a null, boolean or number is one.
std::string YamlToJson(const YamlNode& node);

// Convert JSON, the text has to be well-formed, to block-style YAML. Quote the strings that YAML
// would take for another type, so that parsing the result gives the same values.
std::string JsonToYaml(absl::string_view json);
std::string JsonToYaml(const JsonText& json);

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_CLIENT_YAML_TEXT_YAML_TEXT_H_
