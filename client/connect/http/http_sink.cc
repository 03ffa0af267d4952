// SPDX-License-Identifier: Apache-2.0

#include "client/connect/http/http_sink.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <sys/socket.h>

#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "client/surrogate_keys.h"

namespace cache_invalidation::connect {
namespace {

using journal::Level;

constexpr absl::Duration kLookEvery = absl::Seconds(10);
// An address that is not listed for less than this may only be missing in one result.
constexpr absl::Duration kForgetAfter = absl::Minutes(10);

// The host of a URL, without the brackets of an IPv6 address.
std::string HostOf(absl::string_view url) {
  const size_t begin = url.find("//");
  url.remove_prefix(begin == absl::string_view::npos ? 0 : begin + 2);
  url = url.substr(0, url.find('/'));
  if (absl::ConsumePrefix(&url, "[")) return std::string(url.substr(0, url.find(']')));
  return std::string(url.substr(0, url.find(':')));
}

std::string TextOf(const addrinfo& one) {
  char text[NI_MAXHOST] = "";
  getnameinfo(one.ai_addr, one.ai_addrlen, text, sizeof(text), nullptr, 0, NI_NUMERICHOST);
  return text;
}

}  // namespace

absl::StatusOr<std::vector<PurgeAddress>> AddressesOf(const std::string& url, Preset preset) {
  if (preset != Preset::kVarnish) return std::vector<PurgeAddress>{{.url = url}};
  const std::string host = HostOf(url);
  addrinfo hints = {};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int error = getaddrinfo(host.c_str(), nullptr, &hints, &found);
  if (error != 0) {
    return absl::UnavailableError(absl::StrCat("cannot resolve ", host, ": ", gai_strerror(error)));
  }
  std::set<std::string> v4;
  std::set<std::string> v6;
  for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
    (one->ai_family == AF_INET ? v4 : v6).insert(TextOf(*one));
  }
  freeaddrinfo(found);
  std::vector<PurgeAddress> out;
  for (const std::string& address : v4.empty() ? v6 : v4) {
    out.push_back({.url = url, .address = address});
  }
  return out;
}

HttpSink::HttpSink(HttpSinkOptions options, std::shared_ptr<client::Connection> connection,
                   Clock& clock, journal::Journal& journal, HttpSinkStatus& status)
    : options_(std::move(options)),
      client_(std::move(connection)),
      environment_{.options = options_,
                   .client = client_,
                   .clock = clock,
                   .journal = journal,
                   .status = status},
      thread_(clock, kLookEvery, [this] { Look(); }) {}

void HttpSink::Look() {
  const absl::Duration now = environment_.clock.Monotonic();
  for (const std::string& url : options_.endpoints) {
    const auto addresses = AddressesOf(url, options_.preset);
    if (!addresses.ok()) {
      environment_.journal.Write({Level::kWarning,
                                  "an endpoint is not found",
                                  {{"endpoint", url}},
                                  std::string(addresses.status().message())});
      continue;
    }
    for (const PurgeAddress& address : *addresses) {
      Known& known = known_[address];
      known.seen = now;
      if (known.endpoint != nullptr) continue;
      environment_.journal.Write({Level::kInfo, "purging", {{"endpoint", address.label()}}});
      known.endpoint = std::make_unique<PurgeEndpoint>(environment_, address);
    }
  }
  for (auto place = known_.begin(); place != known_.end();) {
    if (now - place->second.seen < kForgetAfter) {
      ++place;
      continue;
    }
    const std::string label = place->first.label();
    environment_.journal.Write({Level::kInfo, "an address is gone", {{"endpoint", label}}});
    place = known_.erase(place);
    environment_.status.Update([&](HttpSinkFigures& figures) { figures.erase(label); });
  }
}

std::vector<Finding> CheckHttpSink(const HttpSinkOptions& options) {
  std::vector<Finding> findings;
  const auto add = [&](const std::string& where, absl::string_view what) {
    findings.push_back({.sentence = absl::StrCat(where, ": ", what)});
  };
  const SinkTargets nothing = {
      .keys = {client::SurrogateKeyOfKey("cache_invalidation_connect check")}};
  for (const std::string& url : options.endpoints) {
    const auto addresses = AddressesOf(url, options.preset);
    if (!addresses.ok()) add(url, addresses.status().message());
    for (const PurgeAddress& address : addresses.value_or(std::vector<PurgeAddress>{})) {
      HttpClient http(address.address, options.timeout);
      const PurgeResult result =
          PurgeResultOf(http.Send(RequestOf(nothing, options, url)), options.preset);
      if (result.kind != PurgeResult::Kind::kPurged) add(address.label(), result.reason);
    }
  }
  return findings;
}

}  // namespace cache_invalidation::connect
