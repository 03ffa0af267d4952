#ifndef CACHE_INVALIDATION_CLIENT_CONNECT_HTTP_SINK_CONFIG_H_
#define CACHE_INVALIDATION_CLIENT_CONNECT_HTTP_SINK_CONFIG_H_

#include <functional>
#include <string>

#include "absl/strings/string_view.h"
#include "client/connect/http/http_sink_options.h"
#include "client/connect/yaml_section.h"

namespace cache_invalidation::connect {

// Reads the section `http` of a sink. `read_secret` reads a member that may be `${NAME}`.
void ReadHttpSink(YamlSection& http,
                  const std::function<void(YamlSection& section, absl::string_view name,
                                           std::string& out)>& read_secret,
                  HttpSinkOptions& options);

}  // namespace cache_invalidation::connect

#endif  // CACHE_INVALIDATION_CLIENT_CONNECT_HTTP_SINK_CONFIG_H_
