// SPDX-License-Identifier: Apache-2.0

#include "client/change/type_mapping.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/limits.h"
#include "common/names.h"
#include "common/stable_hash.h"
#include "re2/re2.h"

namespace cache_invalidation::change {
namespace {

std::string Escaped(absl::string_view name) {
  std::string out;
  while (!name.empty()) {
    const size_t bytes = Utf8CharacterBytes(name);
    const absl::string_view character = name.substr(0, std::max<size_t>(bytes, 1));
    name.remove_prefix(character.size());
    if (bytes == 0 || character == "%" || character == ":" || character == "*" ||
        IsControlCharacter(character)) {
      // The number of the character. A control character of two bytes has that of its second byte.
      const auto last = static_cast<unsigned char>(character.back());
      absl::StrAppend(&out, "%",
                      absl::AsciiStrToUpper(absl::StrCat(absl::Hex(last, absl::kZeroPad2))));
    } else {
      absl::StrAppend(&out, character);
    }
  }
  return out;
}

// Shortens a type that is too long, because the service would refuse its writes. It then ends in a
// hash of the whole. If two tables ever get the same type, each is invalidated with the other.
std::string Fitted(std::string type) {
  if (type.size() <= kMaxTypeBytes) return type;
  const std::string number = absl::StrCat("~", absl::Hex(StableHash(type), absl::kZeroPad16));
  return absl::StrCat(Utf8Prefix(type, kMaxTypeBytes - number.size()), number);
}

absl::Status Wrong(absl::string_view mapping, absl::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat(
      "\"", mapping, "\": expected PATTERN=TYPE, for example \"orders_[0-9]+=orders\"", why));
}

}  // namespace

absl::StatusOr<TypeMapping> TypeMapping::Parse(const std::vector<std::string>& mappings) {
  TypeMapping parsed;
  for (const std::string& mapping : mappings) {
    const size_t divider = mapping.rfind('=');
    if (divider == std::string::npos || divider == 0 || divider + 1 == mapping.size()) {
      return Wrong(mapping, "");
    }
    auto pattern = std::make_shared<const re2::RE2>(
        absl::StrCat("\\A(?:", mapping.substr(0, divider), ")\\z"), re2::RE2::Quiet);
    std::string type = mapping.substr(divider + 1);
    std::string error;
    if (!pattern->ok()) return Wrong(mapping, absl::StrCat("; ", pattern->error()));
    if (!pattern->CheckRewriteString(type, &error)) {
      return Wrong(mapping, absl::StrCat("; ", error));
    }
    if (absl::StrContains(type, ":") || absl::StrContains(type, "*")) {
      return Wrong(mapping, "; a type has no \":\" and no \"*\"");
    }
    parsed.mappings_.push_back({std::move(pattern), std::move(type)});
  }
  return parsed;
}

std::string TypeMapping::TypeOf(absl::string_view schema, absl::string_view table) const {
  std::string name = schema == "public" ? std::string(table) : absl::StrCat(schema, ".", table);
  for (const Mapping& mapping : mappings_) {
    std::string type;
    if (re2::RE2::Extract(name, *mapping.pattern, mapping.type, &type) && !type.empty()) {
      name = std::move(type);
      break;
    }
  }
  return Fitted(Escaped(name));
}

}  // namespace cache_invalidation::change
