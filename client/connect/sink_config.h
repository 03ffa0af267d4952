#ifndef CACHE_INVALIDATION_CLIENT_CONNECT_SINK_CONFIG_H_
#define CACHE_INVALIDATION_CLIENT_CONNECT_SINK_CONFIG_H_

#include "client/connect/http/http_sink_options.h"
#include "client/connect/redis/redis_options.h"
#include "client/connect/yaml_section.h"

namespace cache_invalidation::connect {

// Read `sink: { redis: ... }` and `sink: { http: ... }`. What is wrong there is the section's
// error.
void ReadRedis(YamlSection& redis, RedisOptions& options);
void ReadHttpSink(YamlSection& http, HttpSinkOptions& options);

}  // namespace cache_invalidation::connect

#endif  // CACHE_INVALIDATION_CLIENT_CONNECT_SINK_CONFIG_H_
