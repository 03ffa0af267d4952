// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_CONNECT_CONFIG_H_
#define CACHE_INVALIDATION_CLIENT_CONNECT_CONFIG_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "client/client_options.h"
#include "client/connect/http/http_sink_options.h"
#include "client/connect/postgres/source_environment.h"
#include "client/connect/redis/redis_options.h"
#include "client/connect/yaml_section.h"
#include "server/journal/journal_line.h"

namespace cache_invalidation::connect {

// What the configuration file says: of a source, or of a sink.
struct Config {
  std::string endpoint = {};
  client::ClientOptions service = {};
  std::string http_listen = "127.0.0.1:7402";
  journal::Format log_format = journal::Format::kText;
  journal::Level log_level = journal::Level::kInfo;

  // One of them: a process follows one source, or feeds one sink.
  SourceOptions source = {};
  std::optional<RedisOptions> redis = {};
  std::optional<HttpSinkOptions> http_sink = {};
};

// Parses a configuration. Fails with INVALID_ARGUMENT, `line N: ` and what is wrong there: an
// unknown name, a value of another kind, a secret that does not exist. Pure but for `secrets`.
absl::StatusOr<Config> ParseConfig(const std::string& yaml, const SecretSources& secrets);

}  // namespace cache_invalidation::connect

#endif  // CACHE_INVALIDATION_CLIENT_CONNECT_CONFIG_H_
