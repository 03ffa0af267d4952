// SPDX-License-Identifier: Apache-2.0

#include "client/internal/options_check.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace cache_invalidation::client::internal {
namespace {

// Those of gRPC's resolvers.
constexpr std::array<absl::string_view, 6> kSchemes = {
    "dns:", "ipv4:", "ipv6:", "unix:", "unix-abstract:", "xds:"};

constexpr uint32_t kMaxPort = 65'535;

// Returns the scheme that the endpoint begins with; empty if it has none.
absl::string_view SchemeOf(absl::string_view endpoint) {
  for (const absl::string_view scheme : kSchemes) {
    if (absl::StartsWith(endpoint, scheme)) return scheme;
  }
  return {};
}

struct HostAndPort {
  absl::string_view host;  // without brackets
  absl::string_view port;
};

// Returns nothing if there is no port, or if it is unclear where the host ends.
std::optional<HostAndPort> Split(absl::string_view text) {
  if (absl::ConsumePrefix(&text, "[")) {
    const size_t end = text.find("]:");
    if (end == absl::string_view::npos) return std::nullopt;
    return HostAndPort{text.substr(0, end), text.substr(end + 2)};
  }
  const size_t colon = text.find(':');
  if (colon == absl::string_view::npos || text.find(':', colon + 1) != absl::string_view::npos) {
    return std::nullopt;
  }
  return HostAndPort{text.substr(0, colon), text.substr(colon + 1)};
}

bool IsPort(absl::string_view text) {
  uint32_t port = 0;
  return std::all_of(text.begin(), text.end(), absl::ascii_isdigit) &&
         absl::SimpleAtoi(text, &port) && port >= 1 && port <= kMaxPort;
}

// Whether it is an address of 127.0.0.0/8: not a name that only begins like one.
bool IsLoopbackIpv4(absl::string_view host) {
  const std::vector<absl::string_view> parts = absl::StrSplit(host, '.');
  return parts.size() == 4 && parts[0] == "127" &&
         std::all_of(parts.begin(), parts.end(), [](absl::string_view part) {
           return !part.empty() && part.size() <= 3 &&
                  std::all_of(part.begin(), part.end(), absl::ascii_isdigit);
         });
}

bool IsLoopback(absl::string_view address) {
  const std::optional<HostAndPort> split = Split(address);
  if (!split.has_value()) return false;
  return split->host == "localhost" || split->host == "::1" || IsLoopbackIpv4(split->host);
}

}  // namespace

absl::Status CheckEndpoint(absl::string_view endpoint) {
  const auto refuse = [&](absl::string_view expected) {
    return absl::InvalidArgumentError(
        absl::StrCat("endpoint: expected ", expected, ", got \"", endpoint, "\""));
  };
  if (endpoint.empty()) return refuse("host:port");
  const absl::string_view scheme = SchemeOf(endpoint);
  if (!scheme.empty()) {
    return endpoint == scheme ? refuse("an address after the scheme") : absl::OkStatus();
  }
  if (absl::StrContains(endpoint, "://")) {
    return refuse("host:port without a scheme (ClientOptions::tls encrypts)");
  }
  const std::optional<HostAndPort> split = Split(endpoint);
  if (!split.has_value()) {
    return refuse(absl::StrContains(endpoint, ':') ? "host:port, with an IPv6 address in brackets"
                                                   : "host:port");
  }
  if (split->host.empty()) return refuse("a host before the port");
  if (!IsPort(split->port)) return refuse(absl::StrCat("a port from 1 to ", kMaxPort));
  const bool is_text = std::all_of(split->host.begin(), split->host.end(), [](char c) {
    return absl::ascii_isgraph(static_cast<unsigned char>(c)) && c != '/' && c != '@';
  });
  return is_text ? absl::OkStatus() : refuse("host:port");
}

bool IsOnThisMachine(absl::string_view endpoint) {
  const absl::string_view scheme = SchemeOf(endpoint);
  if (absl::StartsWith(scheme, "unix")) return true;
  if (scheme == "xds:") return false;
  absl::string_view addresses = endpoint.substr(scheme.size());
  // dns:///host has an empty authority; with one, another name server is asked.
  if (absl::ConsumePrefix(&addresses, "//")) {
    if (!absl::ConsumePrefix(&addresses, "/")) return false;
  }
  const std::vector<absl::string_view> all = absl::StrSplit(addresses, ',');
  return std::all_of(all.begin(), all.end(), IsLoopback);
}

}  // namespace cache_invalidation::client::internal
