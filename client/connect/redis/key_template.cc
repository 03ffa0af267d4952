// SPDX-License-Identifier: Apache-2.0

#include "client/connect/redis/key_template.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"

namespace cache_invalidation::connect {
namespace {

constexpr char kAnyLevel[] = "*";

absl::Status CheckKey(absl::string_view key, size_t values) {
  if (key.empty() || key[0] == '\\') {
    return absl::InvalidArgumentError(absl::StrCat("keys: expected text before \\1: ", key));
  }
  for (size_t i = key.find('\\'); i != absl::string_view::npos; i = key.find('\\', i + 1)) {
    const int number = i + 1 < key.size() ? key[i + 1] - '0' : 0;
    if (number >= 1 && number <= 9 && static_cast<size_t>(number) <= values) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("keys: \\ must be followed by the number of a * of the tag: ", key));
  }
  return absl::OkStatus();
}

// Adds the key with its values; or all keys, if one of them is not known.
void AddNamed(absl::string_view key, const std::vector<std::string>& values, SinkTargets& named) {
  std::string text;
  for (size_t i = 0; i < key.size(); ++i) {
    if (key[i] != '\\') {
      text += key[i];
      continue;
    }
    const auto number = static_cast<size_t>(key[++i] - '0');
    if (number > values.size()) {
      named.scans.insert({std::move(text), ""});
      return;
    }
    text += values[number - 1];
  }
  named.keys.insert(std::move(text));
}

}  // namespace

absl::StatusOr<KeyTemplate> KeyTemplate::Parse(absl::string_view tag,
                                               std::vector<std::string> keys) {
  KeyTemplate parsed;
  parsed.levels_ = absl::StrSplit(tag, ':');
  for (const std::string& level : parsed.levels_) {
    if (level.empty() || (level != kAnyLevel && level.find('*') != std::string::npos)) {
      return absl::InvalidArgumentError(
          absl::StrCat("tag: expected levels of text or *, such as customer:*, not ", tag));
    }
  }
  const auto values = std::count(parsed.levels_.begin(), parsed.levels_.end(), kAnyLevel);
  if (keys.empty()) return absl::InvalidArgumentError("keys: expected at least one");
  for (const std::string& key : keys) {
    const absl::Status status = CheckKey(key, static_cast<size_t>(values));
    if (!status.ok()) return status;
  }
  parsed.keys_ = std::move(keys);
  return parsed;
}

bool KeyTemplate::Match(absl::string_view tag, SinkTargets& named) const {
  const std::vector<absl::string_view> given = absl::StrSplit(tag, ':');
  if (given.size() > levels_.size()) return false;
  std::vector<std::string> escaped;
  std::vector<std::string> plain;
  for (size_t i = 0; i < given.size(); ++i) {
    if (levels_[i] == kAnyLevel) {
      escaped.emplace_back(given[i]);
      plain.push_back(absl::StrReplaceAll(given[i], {{"%3A", ":"}, {"%25", "%"}}));
    } else if (levels_[i] != given[i]) {
      return false;
    }
  }
  for (const std::string& key : keys_) {
    AddNamed(key, escaped, named);
    if (plain != escaped) AddNamed(key, plain, named);
  }
  return true;
}

std::vector<std::string> KeyTemplate::LiteralPrefixes() const {
  std::vector<std::string> prefixes;
  for (const std::string& key : keys_) prefixes.push_back(key.substr(0, key.find('\\')));
  return prefixes;
}

}  // namespace cache_invalidation::connect
