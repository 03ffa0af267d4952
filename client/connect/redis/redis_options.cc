// SPDX-License-Identifier: Apache-2.0

#include "client/connect/redis/redis_options.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/stable_hash.h"

namespace cache_invalidation::connect {
namespace {

absl::Status Wrong(absl::string_view what) { return absl::InvalidArgumentError(what); }

absl::Status CheckEverything(const RedisOptions& options) {
  if (options.everything == RedisEverything::kFlush && !options.i_own_this_database) {
    return Wrong("everything: flush needs i_own_this_database: true, for it drops all keys");
  }
  if (options.everything != RedisEverything::kVersion) return absl::OkStatus();
  if (options.versions.empty()) return Wrong("everything: version needs versions");
  if (!options.templates.empty()) {
    return Wrong("everything: version leaves the keys of templates; expected unlink");
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckRedisOptions(const RedisOptions& options) {
  const bool is_name =
      !options.name.empty() &&
      options.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_-") == std::string::npos;
  if (!is_name) return Wrong("name: expected lower case letters, digits, _ and -");
  if (options.prefixes.empty()) return Wrong("prefixes: expected at least one");
  for (const std::string& prefix : options.prefixes) {
    if (prefix.empty() && !options.i_own_this_database) {
      return Wrong("prefixes: an empty one needs i_own_this_database: true");
    }
  }
  if (options.versions.empty() && options.templates.empty()) {
    return Wrong("versions and templates are missing: without one of them tags drop nothing");
  }
  for (const KeyTemplate& key_template : options.templates) {
    for (const std::string& prefix : key_template.LiteralPrefixes()) {
      if (IsCacheKey(options, prefix)) continue;
      return Wrong(absl::StrCat("templates: keys that begin with ", prefix,
                                " are under none of the prefixes"));
    }
  }
  for (const std::string& own : {options.position_key(), options.owner_key()}) {
    if (!options.versions.empty() && absl::StartsWith(own, options.versions)) {
      return Wrong("versions: names a key of the sink");
    }
  }
  return CheckEverything(options);
}

bool IsCacheKey(const RedisOptions& options, absl::string_view key) {
  if (key == options.position_key() || key == options.owner_key()) return false;
  return std::any_of(options.prefixes.begin(), options.prefixes.end(),
                     [&](const std::string& prefix) { return absl::StartsWith(key, prefix); });
}

std::string Fingerprint(const RedisOptions& options) {
  std::string text = absl::StrCat(options.key_prefix, "\n", options.versions, "\n",
                                  options.templates_text, "\n", options.redis.database);
  for (const std::string& prefix : options.prefixes) absl::StrAppend(&text, "\n", prefix);
  return absl::StrFormat("%016x", StableHash(text));
}

}  // namespace cache_invalidation::connect
