#ifndef CACHE_INVALIDATION_CLIENT_CONNECT_REDIS_REDIS_SECTION_H_
#define CACHE_INVALIDATION_CLIENT_CONNECT_REDIS_REDIS_SECTION_H_

#include "client/connect/redis/redis_options.h"
#include "client/connect/secrets.h"
#include "client/connect/yaml_section.h"

namespace cache_invalidation::connect {

// Reads `sink: { redis: ... }`. What is wrong there is the section's error.
void ReadRedisSection(YamlSection& sink, const SecretSources& secrets, RedisOptions& options);

}  // namespace cache_invalidation::connect

#endif  // CACHE_INVALIDATION_CLIENT_CONNECT_REDIS_REDIS_SECTION_H_
