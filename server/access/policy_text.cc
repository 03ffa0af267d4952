// SPDX-License-Identifier: Apache-2.0

#include "server/access/policy.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "common/limits.h"
#include "common/names.h"
#include "common/yaml.h"

namespace cache_invalidation::access {
namespace {

// More than a server can answer; fewer than one call in a quarter of an hour is a mistake.
constexpr double kMostCallsPerSecond = 1e6;
constexpr double kLeastCallsPerSecond = 0.001;
constexpr double kMostBurst = 1e6;
// Longer than any name that is in use in certificates.
constexpr size_t kMaxCertificateNameBytes = 2'048;

// A node, and the path that leads to it.
struct Place {
  const YamlNode& node;
  std::string path;
};

using Read = std::function<absl::Status(const Place&)>;

absl::Status ErrorAt(int line, absl::string_view path, absl::string_view message) {
  return absl::InvalidArgumentError(
      absl::StrCat("line ", line, ": ", path, path.empty() ? "" : ": ", message));
}

// What is missing is where its name is, or at the begin of an empty file.
absl::Status ErrorAt(const Place& place, absl::string_view message) {
  const bool is_missing = place.node.kind == YamlNode::Kind::kNull;
  const int line = is_missing ? std::max(place.node.name_line, 1) : place.node.line;
  return ErrorAt(line, place.path, message);
}

// Reads each member of a map with the function of its name.
absl::Status ReadMap(const Place& place,
                     const std::vector<std::pair<absl::string_view, Read>>& members) {
  if (place.node.kind != YamlNode::Kind::kMap) {
    return ErrorAt(place, absl::StrCat("expected a map with ",
                                       absl::StrJoin(members, ", ", [](std::string* out, auto& m) {
                                         absl::StrAppend(out, m.first);
                                       })));
  }
  for (const YamlNode& child : place.node.children) {
    const auto known = std::find_if(members.begin(), members.end(),
                                    [&child](auto& member) { return member.first == child.name; });
    if (known == members.end()) {
      return ErrorAt(child.name_line, place.path,
                     absl::StrCat("unknown key \"", absl::CHexEscape(child.name), "\""));
    }
    const absl::string_view dot = place.path.empty() ? "" : ".";
    absl::Status status = known->second({child, absl::StrCat(place.path, dot, child.name)});
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status ReadList(const Place& place, const Read& element) {
  if (place.node.kind != YamlNode::Kind::kList) return ErrorAt(place, "expected a list");
  size_t index = 0;
  for (const YamlNode& child : place.node.children) {
    absl::Status status = element({child, absl::StrCat(place.path, "[", index++, "]")});
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status ReadText(const Place& place, std::string* text) {
  if (place.node.kind != YamlNode::Kind::kScalar) return ErrorAt(place, "expected a text");
  *text = place.node.text;
  return absl::OkStatus();
}

absl::Status ReadNumber(const Place& place, double least, double most, double* number) {
  const bool is_number = place.node.kind == YamlNode::Kind::kScalar && !place.node.quoted &&
                         absl::SimpleAtod(place.node.text, number);
  if (is_number && *number >= least && *number <= most) return absl::OkStatus();
  return ErrorAt(place, absl::StrCat("expected a number of ", least, " to ", most));
}

absl::Status ReadLimit(const Place& place, RateLimit* limit) {
  std::optional<double> burst;
  absl::Status status = ReadMap(
      place, {{"calls_per_second",
               [&](const Place& at) {
                 return ReadNumber(at, kLeastCallsPerSecond, kMostCallsPerSecond,
                                   &limit->calls_per_second);
               }},
              {"burst",
               [&](const Place& at) { return ReadNumber(at, 1, kMostBurst, &burst.emplace()); }}});
  if (!status.ok()) return status;
  if (limit->calls_per_second == 0) return ErrorAt(place, "expected calls_per_second");
  limit->burst = burst.value_or(std::max(1.0, std::ceil(limit->calls_per_second)));
  return absl::OkStatus();
}

absl::Status ReadPattern(const Place& place, std::vector<NamePattern>* patterns) {
  std::string text;
  if (absl::Status status = ReadText(place, &text); !status.ok()) return status;
  const absl::string_view name = absl::StripSuffix(text, "*");
  const bool is_prefix = name.size() < text.size();
  if (!(is_prefix && name.empty()) && !CheckNamespaceName(name).ok()) {
    return ErrorAt(place,
                   "expected the name of a namespace, or a prefix of names with a star at the end");
  }
  patterns->emplace_back(text);
  return absl::OkStatus();
}

absl::Status ReadGrant(const Place& place, std::vector<Grant>* grants) {
  std::optional<Role> role;
  std::vector<NamePattern> namespaces;
  absl::Status status = ReadMap(
      place, {{"role",
               [&](const Place& at) {
                 std::string name;
                 if (absl::Status text = ReadText(at, &name); !text.ok()) return text;
                 role = RoleOfName(name);
                 return role ? absl::OkStatus() : ErrorAt(at, "expected reader, writer or admin");
               }},
              {"namespaces", [&](const Place& at) {
                 return ReadList(at,
                                 [&](const Place& one) { return ReadPattern(one, &namespaces); });
               }}});
  if (!status.ok()) return status;
  if (!role) return ErrorAt(place, "expected a role");
  if (namespaces.empty()) return ErrorAt(place, "expected namespaces; \"*\" means all");
  grants->push_back({*role, std::move(namespaces)});
  return absl::OkStatus();
}

absl::Status ReadGrants(const Place& place, Principal* principal) {
  absl::Status status =
      ReadList(place, [principal](const Place& one) { return ReadGrant(one, &principal->grants); });
  if (!status.ok()) return status;
  size_t namespaces = 0;
  for (const Grant& grant : principal->grants) namespaces += grant.namespaces.size();
  if (namespaces <= kMaxNamespacesOfPrincipal) return absl::OkStatus();
  return ErrorAt(place,
                 absl::StrCat("expected at most ", kMaxNamespacesOfPrincipal,
                              " namespaces in all of them; prefixes with a star shorten the list"));
}

Read ReadLimitOf(Principal* principal) {
  return [principal](const Place& at) { return ReadLimit(at, &principal->limit.emplace()); };
}

// Builds a policy from its parts, and refuses what occurs twice.
class Reader {
 public:
  absl::StatusOr<std::shared_ptr<const Policy>> ReadPolicy(const YamlNode& root) {
    absl::Status status =
        ReadMap({root, ""},
                {{"principals",
                  [this](const Place& at) {
                    return ReadList(at, [this](const Place& one) { return ReadPrincipal(one); });
                  }},
                 {"anonymous", [this](const Place& at) { return ReadAnonymous(at); }},
                 {"namespaces", [this](const Place& at) {
                    return ReadList(at, [this](const Place& one) { return ReadNamespace(one); });
                  }}});
    if (!status.ok()) return status;
    if (parts_.principals.empty() && !parts_.anonymous) {
      return ErrorAt(root.line, "", "expected principals or anonymous: nobody could call");
    }
    return std::make_shared<const Policy>(std::move(parts_));
  }

 private:
  absl::Status ReadPrincipal(const Place& place) {
    const size_t index = parts_.principals.size();
    if (index == kMaxPrincipals) {
      return ErrorAt(place, absl::StrCat("expected at most ", kMaxPrincipals, " principals"));
    }
    Principal principal;
    absl::Status status = ReadMap(
        place, {{"name", [&](const Place& at) { return ReadName(at, &principal.name); }},
                {"tokens",
                 [&](const Place& at) {
                   return ReadList(at, [&](const Place& one) { return ReadToken(one, index); });
                 }},
                {"certificates",
                 [&](const Place& at) {
                   return ReadList(at,
                                   [&](const Place& one) { return ReadCertificate(one, index); });
                 }},
                {"roles", [&](const Place& at) { return ReadGrants(at, &principal); }},
                {"limits", ReadLimitOf(&principal)}});
    if (!status.ok()) return status;
    if (principal.name.empty()) return ErrorAt(place, "expected a name");
    parts_.principals.push_back(std::move(principal));
    return absl::OkStatus();
  }

  absl::Status ReadName(const Place& place, std::string* name) {
    if (absl::Status status = ReadText(place, name); !status.ok()) return status;
    if (absl::Status status = CheckName(*name); !status.ok()) {
      return ErrorAt(place, status.message());
    }
    if (*name == kAnonymous) {
      return ErrorAt(place, "expected another name: this is that of callers without a credential");
    }
    if (!names_.insert(*name).second) return ErrorAt(place, "expected a name that occurs once");
    return absl::OkStatus();
  }

  absl::Status ReadToken(const Place& place, size_t principal) {
    std::string hex;
    absl::Status status =
        ReadMap(place, {{"sha256", [&](const Place& at) { return ReadText(at, &hex); }}});
    if (!status.ok()) return status;
    const bool is_hash = hex.size() == 2 * std::tuple_size_v<TokenHash> &&
                         std::all_of(hex.begin(), hex.end(), [](char c) {
                           return absl::ascii_isxdigit(static_cast<unsigned char>(c));
                         });
    if (!is_hash) {
      return ErrorAt(place, "sha256: expected 64 hex digits, the sha256sum of the token");
    }
    TokenHash hash;
    const std::string bytes = absl::HexStringToBytes(hex);
    std::copy(bytes.begin(), bytes.end(), hash.begin());
    if (hash == HashOf("")) return ErrorAt(place, "sha256: this is the hash of an empty token");
    if (hash == HashOf("\n")) return ErrorAt(place, "sha256: this is the hash of an empty line");
    if (!tokens_.insert(hash).second) {
      return ErrorAt(place, "sha256: expected a token that occurs once");
    }
    parts_.tokens.emplace_back(hash, principal);
    if (parts_.tokens.size() <= kMaxTokens) return absl::OkStatus();
    return ErrorAt(place, absl::StrCat("expected at most ", kMaxTokens, " tokens of all"));
  }

  absl::Status ReadCertificate(const Place& place, size_t principal) {
    std::string name;
    if (absl::Status status = ReadText(place, &name); !status.ok()) return status;
    if (absl::Status status = CheckText(name, 1, kMaxCertificateNameBytes); !status.ok()) {
      return ErrorAt(place, status.message());
    }
    if (!certificates_.insert(name).second) {
      return ErrorAt(place, "expected a name of a certificate that occurs once");
    }
    parts_.certificates.emplace_back(std::move(name), principal);
    if (parts_.certificates.size() <= kMaxCertificates) return absl::OkStatus();
    return ErrorAt(place,
                   absl::StrCat("expected at most ", kMaxCertificates, " certificates of all"));
  }

  absl::Status ReadAnonymous(const Place& place) {
    Principal& anonymous = parts_.anonymous.emplace();
    anonymous.name = std::string(kAnonymous);
    return ReadMap(place, {{"roles", [&](const Place& at) { return ReadGrants(at, &anonymous); }},
                           {"limits", ReadLimitOf(&anonymous)}});
  }

  absl::Status ReadNamespace(const Place& place) {
    std::vector<NamePattern> pattern;
    std::optional<RateLimit> limit;
    absl::Status status = ReadMap(
        place, {{"name", [&](const Place& at) { return ReadPattern(at, &pattern); }},
                {"limits", [&](const Place& at) { return ReadLimit(at, &limit.emplace()); }}});
    if (!status.ok()) return status;
    if (pattern.empty() || !limit) return ErrorAt(place, "expected a name and limits");
    if (!limited_.insert(pattern.front().text()).second) {
      return ErrorAt(place, absl::StrCat("\"", pattern.front().text(), "\" occurs twice"));
    }
    parts_.namespace_limits.emplace_back(std::move(pattern.front()), *limit);
    if (parts_.namespace_limits.size() <= kMaxNamespaceLimits) return absl::OkStatus();
    return ErrorAt(place, absl::StrCat("expected at most ", kMaxNamespaceLimits));
  }

  Policy::Parts parts_;
  absl::flat_hash_set<std::string> names_;
  absl::flat_hash_set<TokenHash> tokens_;
  absl::flat_hash_set<std::string> certificates_;
  absl::flat_hash_set<std::string> limited_;
};

}  // namespace

absl::StatusOr<std::shared_ptr<const Policy>> ParsePolicy(const std::string& yaml) {
  YamlError error;
  const absl::StatusOr<YamlNode> root = ParseYaml(yaml, &error);
  if (!root.ok()) return root.status();
  return Reader().ReadPolicy(*root);
}

}  // namespace cache_invalidation::access
