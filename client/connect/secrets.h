#ifndef CACHE_INVALIDATION_CLIENT_CONNECT_SECRETS_H_
#define CACHE_INVALIDATION_CLIENT_CONNECT_SECRETS_H_

#include <functional>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "client/connect/yaml_section.h"

namespace cache_invalidation::connect {

// Where the values of `${NAME}` and `${file:PATH}` come from. Nothing: there is none.
struct SecretSources {
  std::function<std::optional<std::string>(const std::string& name)> variable;
  std::function<std::optional<std::string>(const std::string& path)> file;
};

// Those of this process. A file loses the line breaks at its end.
SecretSources ProcessSecrets();

// Reads the member of that name, if it is there; `${NAME}` and `${file:PATH}` as what they name.
// Only where secrets are expected: other values, such as patterns, may contain ${.
void ReadSecret(YamlSection& section, absl::string_view name, const SecretSources& secrets,
                std::string& out);

}  // namespace cache_invalidation::connect

#endif  // CACHE_INVALIDATION_CLIENT_CONNECT_SECRETS_H_
