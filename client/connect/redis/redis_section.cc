#include "client/connect/redis/redis_section.h"

#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace cache_invalidation::connect {
namespace {

constexpr absl::string_view kEverything[] = {"unlink", "version", "flush"};

void ReadNumber(YamlSection& section, absl::string_view name, int least, int& out) {
  std::string text = absl::StrCat(out);
  section.Text(name, text);
  if (!absl::SimpleAtoi(text, &out) || out < least) {
    section.Fail(absl::StrCat(name, ": expected a number of at least ", least));
  }
}

void ReadAgainAfter(YamlSection& redis, std::vector<absl::Duration>& out) {
  if (!redis.Has("again_after")) return;
  std::vector<std::string> texts;
  redis.Texts("again_after", texts);
  out.clear();
  for (const std::string& text : texts) {
    absl::Duration after;
    if (!absl::ParseDuration(text, &after) || after <= absl::ZeroDuration()) {
      return redis.Fail(absl::StrCat("again_after: expected durations such as 2s, not ", text));
    }
    out.push_back(after);
  }
}

void ReadTemplates(YamlSection& redis, RedisOptions& options) {
  redis.Sections("templates", [&](YamlSection& section) {
    std::string tag;
    std::vector<std::string> keys;
    section.Require("tag");
    section.Text("tag", tag);
    section.Texts("keys", keys);
    auto parsed = KeyTemplate::Parse(tag, keys);
    if (!parsed.ok()) return section.Fail(parsed.status().message());
    options.templates.push_back(*std::move(parsed));
    absl::StrAppend(&options.templates_text, tag);
    for (const std::string& key : keys) absl::StrAppend(&options.templates_text, " ", key);
    options.templates_text += ";";
  });
}

}  // namespace

void ReadRedisSection(YamlSection& sink, const SecretSources& secrets, RedisOptions& options) {
  sink.Require("redis");
  YamlSection redis(sink, "redis");
  for (const char* name : {"address", "name", "prefixes", "everything"}) redis.Require(name);
  redis.Text("address", options.redis.address);
  redis.Text("user", options.redis.user);
  ReadSecret(redis, "password", secrets, options.redis.password);
  ReadNumber(redis, "database", 0, options.redis.database);
  redis.Text("name", options.name);
  redis.Texts("prefixes", options.prefixes);
  redis.Text("key_prefix", options.key_prefix);
  redis.Text("versions", options.versions);
  ReadTemplates(redis, options);
  redis.Word("everything", kEverything, options.everything);
  redis.Bool("i_own_this_database", options.i_own_this_database);
  ReadAgainAfter(redis, options.again_after);
  int max_targets = static_cast<int>(options.max_targets);
  ReadNumber(redis, "max_targets", 1, max_targets);
  options.max_targets = static_cast<size_t>(max_targets);
  const absl::Status status = CheckRedisOptions(options);
  if (!status.ok()) redis.Fail(status.message());
  redis.Finish();
}

}  // namespace cache_invalidation::connect
