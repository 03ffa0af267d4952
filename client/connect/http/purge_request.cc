#include "client/connect/http/purge_request.h"

#include <algorithm>
#include <set>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "client/json_text/json_text.h"
#include "client/surrogate_keys.h"
#include "common/json_quote.h"

namespace cache_invalidation::connect {
namespace {

// Varnish takes 8 KiB for a header with its name.
constexpr size_t kVarnishBytes = 7'000;
// As Fastly and Cloudflare document them, with bodies that any proxy passes.
constexpr size_t kFastlyKeys = 256;
constexpr size_t kCloudflareKeys = 100;
constexpr size_t kBodyBytes = 64 << 10;

constexpr char kJsonType[] = "Content-Type: application/json";

// What a part purges, as keys and as JSON; a part that is everything by the key of every page.
struct Keys {
  explicit Keys(const SinkTargets& part) : is_hard(part.stale.empty()) {
    std::set<std::string> all = is_hard ? part.keys : part.stale;
    if (part.everything) all.insert(client::kSurrogateKeyOfEveryPage);
    text = absl::StrJoin(all, " ");
    json = absl::StrCat("[",
                        absl::StrJoin(all, ",",
                                      [](std::string* out, const std::string& key) {
                                        absl::StrAppend(out, QuoteJson(key));
                                      }),
                        "]");
  }
  std::string text;
  std::string json;
  bool is_hard;
};

HttpRequest VarnishRequest(const Keys& keys, bool purges_all, std::string url) {
  HttpRequest request{.method = "PURGE", .url = std::move(url)};
  if (purges_all) {
    request.headers = {"xkey-purge-all: 1"};
  } else {
    request.headers = {absl::StrCat(keys.is_hard ? "xkey-purge: " : "xkey-softpurge: ", keys.text)};
  }
  return request;
}

HttpRequest FastlyRequest(const Keys& keys, bool purges_all, const HttpSinkOptions& options,
                          absl::string_view url) {
  HttpRequest request{
      .method = "POST",
      .url = absl::StrCat(url, "/service/", options.id, purges_all ? "/purge_all" : "/purge"),
      .headers = {absl::StrCat("Fastly-Key: ", options.token), "Accept: application/json"}};
  if (purges_all) return request;
  request.headers.push_back(kJsonType);
  if (!keys.is_hard) request.headers.push_back("Fastly-Soft-Purge: 1");
  request.body = absl::StrCat("{\"surrogate_keys\":", keys.json, "}");
  return request;
}

HttpRequest CloudflareRequest(const Keys& keys, bool purges_all, const HttpSinkOptions& options,
                              absl::string_view url) {
  return {.method = "POST",
          .url = absl::StrCat(url, "/client/v4/zones/", options.id, "/purge_cache"),
          .headers = {absl::StrCat("Authorization: Bearer ", options.token), kJsonType},
          .body = purges_all ? "{\"purge_everything\":true}"
                             : absl::StrCat("{\"tags\":", keys.json, "}")};
}

HttpRequest CustomRequest(const Keys& keys, bool purges_all, const HttpSinkOptions& options,
                          std::string url) {
  const RequestTemplate& wanted = purges_all ? options.everything_request : options.request;
  const auto fill = [&](const std::string& text) {
    return absl::StrReplaceAll(text, {{"{keys}", keys.text}, {"{json}", keys.json}});
  };
  HttpRequest request{.method = wanted.method, .url = std::move(url), .body = fill(wanted.body)};
  for (const std::string& header : wanted.headers) request.headers.push_back(fill(header));
  return request;
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
  const Keys keys(part);
  const bool purges_all = part.everything && options.on_everything == OnEverything::kPurgeAll;
  switch (options.preset) {
    case Preset::kFastly:
      return FastlyRequest(keys, purges_all, options, absl::StripSuffix(endpoint, "/"));
    case Preset::kCloudflare:
      return CloudflareRequest(keys, purges_all, options, absl::StripSuffix(endpoint, "/"));
    case Preset::kCustom:
      return CustomRequest(keys, purges_all, options, std::string(endpoint));
    case Preset::kVarnish:
      break;
  }
  return VarnishRequest(keys, purges_all, std::string(endpoint));
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
