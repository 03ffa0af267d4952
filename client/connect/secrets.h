#ifndef CACHE_INVALIDATION_CLIENT_CONNECT_SECRETS_H_
#define CACHE_INVALIDATION_CLIENT_CONNECT_SECRETS_H_

#include <functional>
#include <optional>
#include <string>

#include "absl/status/statusor.h"

namespace cache_invalidation::connect {

// Where the values of `${NAME}` and `${file:PATH}` come from. Nothing: there is none.
struct SecretSources {
  std::function<std::optional<std::string>(const std::string& name)> variable;
  std::function<std::optional<std::string>(const std::string& path)> file;
};

// Those of this process. A file loses the line breaks at its end.
SecretSources ProcessSecrets();

// Returns what `${NAME}` or `${file:PATH}` names, and any other text as it is. INVALID_ARGUMENT:
// there is no such secret.
absl::StatusOr<std::string> SecretOf(const std::string& text, const SecretSources& sources);

}  // namespace cache_invalidation::connect

#endif  // CACHE_INVALIDATION_CLIENT_CONNECT_SECRETS_H_
