// SPDX-License-Identifier: Apache-2.0

#include "client/connect/http/purge_request.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "client/json_text/json_text.h"
#include "client/surrogate_keys.h"
#include "common/json_quote.h"
#include "common/tag.h"

namespace cache_invalidation::connect {
namespace {

using client::TargetKind;

// Varnish takes 8 KiB for a header with its name.
constexpr size_t kVarnishBytes = 7'000;
// As Fastly and Cloudflare document them, with bodies that any proxy passes.
constexpr size_t kFastlyKeys = 256;
constexpr size_t kCloudflareKeys = 100;
constexpr size_t kBodyBytes = 64 << 10;

// A preset. Paths, headers and bodies may also have {id} and {token}.
struct PresetRequests {
  RequestTemplate hard;
  RequestTemplate soft = {};
  RequestTemplate everything;
};

// They are as the vendors document them.
PresetRequests RequestsOf(const HttpSinkOptions& options) {
  constexpr char kJson[] = "Content-Type: application/json";
  constexpr char kFastlyKey[] = "Fastly-Key: {token}";
  constexpr char kAccept[] = "Accept: application/json";
  constexpr char kFastlyPath[] = "/service/{id}/purge";
  constexpr char kFastlyBody[] = R"({"surrogate_keys":{json}})";
  constexpr char kCloudflarePath[] = "/client/v4/zones/{id}/purge_cache";
  constexpr char kCloudflareToken[] = "Authorization: Bearer {token}";
  switch (options.preset) {
    case Preset::kVarnish:
      break;
    case Preset::kFastly:
      return {.hard = {kFastlyPath, "POST", {kFastlyKey, kAccept, kJson}, kFastlyBody},
              .soft = {kFastlyPath,
                       "POST",
                       {kFastlyKey, kAccept, kJson, "Fastly-Soft-Purge: 1"},
                       kFastlyBody},
              .everything = {"/service/{id}/purge_all", "POST", {kFastlyKey, kAccept}}};
    case Preset::kCloudflare:
      return {
          .hard = {kCloudflarePath, "POST", {kCloudflareToken, kJson}, R"({"tags":{json}})"},
          .everything = {
              kCloudflarePath, "POST", {kCloudflareToken, kJson}, R"({"purge_everything":true})"}};
    case Preset::kCustom:
      return {.hard = options.request, .everything = options.everything_request};
  }
  return {.hard = {"", "PURGE", {"xkey-purge: {keys}"}},
          .soft = {"", "PURGE", {"xkey-softpurge: {keys}"}},
          .everything = {"", "PURGE", {"xkey-purge-all: 1"}}};
}

std::string JsonOf(const std::set<std::string>& keys) {
  const auto quote = [](std::string* out, const std::string& key) {
    absl::StrAppend(out, QuoteJson(key));
  };
  return absl::StrCat("[", absl::StrJoin(keys, ",", quote), "]");
}

// Cloudflare may respond with 200 and an error in the body.
bool SaysSuccess(const std::string& body) {
  const absl::StatusOr<JsonText> json = ParseJson(body);
  if (!json.ok()) return false;
  const JsonText* success = json->Find("success");
  return success != nullptr && success->kind == JsonText::Kind::kBool && success->text == "true";
}

absl::Duration RetryAfterOf(const HttpResponse& response) {
  int64_t seconds = 0;
  // The other form of the header is a date, which no preset sends.
  if (!response.retry_after.has_value() || !absl::SimpleAtoi(*response.retry_after, &seconds)) {
    return absl::ZeroDuration();
  }
  return std::clamp(absl::Seconds(seconds), absl::ZeroDuration(), kLongestRetryAfter);
}

}  // namespace

SinkTargets PurgesOf(const client::Event& event, const HttpSinkOptions& options) {
  SinkTargets purges;
  for (const client::Invalidation& target : event.invalidations) {
    const bool is_soft = options.soft && target.kind == client::InvalidationKind::kMarkStale;
    SinkTargets more;
    std::set<std::string>& keys = is_soft ? more.stale : more.keys;
    if (target.target == TargetKind::kTag) {
      for (std::string& key : client::SurrogateKeysOfTag(target.name)) keys.insert(std::move(key));
    } else if (target.target != TargetKind::kEverything && options.on_keys == OnKeys::kIgnore) {
      continue;
    } else if (target.target == TargetKind::kKey && options.on_keys == OnKeys::kPurge) {
      keys.insert(client::SurrogateKeyOfKey(target.name));
    } else {
      more.MakeEverything();  // also for patterns, and for keys that pages do not carry
    }
    purges.Merge(std::move(more));
  }
  return purges;
}

void WidenToTypes(SinkTargets& purges) {
  SinkTargets types{.everything = purges.everything};
  for (auto [names, wide] : {std::pair(&purges.keys, &types.keys), {&purges.stale, &types.stale}}) {
    for (const absl::string_view key : *names) {
      // The sign of a page's own key, or of a hash: no type. A marker stands behind its tag.
      const absl::string_view type = FirstSegment(key.substr(0, key.find('~')));
      if (type.find('=') != absl::string_view::npos) return purges.MakeEverything();
      wide->insert(std::string(type));
    }
  }
  purges = {};
  purges.Merge(std::move(types));
}

PartLimits LimitsOf(Preset preset) {
  switch (preset) {
    case Preset::kFastly:
      return {kFastlyKeys, kBodyBytes};
    case Preset::kCloudflare:
      return {kCloudflareKeys, kBodyBytes};
    case Preset::kVarnish:
    case Preset::kCustom:
      break;
  }
  // All in one header.
  return {kVarnishBytes, kVarnishBytes};
}

HttpRequest RequestOf(const SinkTargets& part, const HttpSinkOptions& options,
                      absl::string_view endpoint) {
  const PresetRequests requests = RequestsOf(options);
  std::set<std::string> keys = part.stale.empty() ? part.keys : part.stale;
  const RequestTemplate* wanted = part.stale.empty() ? &requests.hard : &requests.soft;
  if (part.everything) {
    keys = {client::kSurrogateKeyOfEveryPage};
    if (options.on_everything == OnEverything::kPurgeAll) wanted = &requests.everything;
  }
  std::vector<std::pair<std::string, std::string>> values = {{"{keys}", absl::StrJoin(keys, " ")},
                                                             {"{json}", JsonOf(keys)}};
  if (options.preset != Preset::kCustom) {
    values.insert(values.end(), {{"{id}", options.id}, {"{token}", options.token}});
  }
  const auto fill = [&](const std::string& text) { return absl::StrReplaceAll(text, values); };
  if (!wanted->path.empty()) endpoint = absl::StripSuffix(endpoint, "/");
  HttpRequest request{.method = wanted->method,
                      .url = absl::StrCat(endpoint, fill(wanted->path)),
                      .body = fill(wanted->body)};
  for (const std::string& header : wanted->headers) request.headers.push_back(fill(header));
  return request;
}

PurgeResult PurgeResultOf(const HttpResponse& response, Preset preset) {
  PurgeResult result{.reason = response.status == 0 ? response.error
                                                    : absl::StrCat("HTTP status ", response.status),
                     .retry_after = RetryAfterOf(response)};
  if (response.status == 400 || response.status == 413 || response.status == 431) {
    result.kind = PurgeResult::Kind::kTooLarge;
    return result;
  }
  if (response.status < 200 || response.status > 299) return result;
  if (preset == Preset::kCloudflare && !SaysSuccess(response.body)) {
    result.reason = "the response does not say that it was a success";
    return result;
  }
  if (preset == Preset::kVarnish) {
    size_t purged = 0;
    if (!response.purged.has_value() || !absl::SimpleAtoi(*response.purged, &purged)) {
      result.reason = absl::StrCat("the response has no header ", kPurgedHeader,
                                   ": it is not that of the VCL in examples/varnish");
      return result;
    }
    result.purged = purged;
  }
  result.kind = PurgeResult::Kind::kPurged;
  return result;
}

}  // namespace cache_invalidation::connect
