#include "client/connect/redis/key_template.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"

namespace cache_invalidation::connect {
namespace {

std::string Unescaped(absl::string_view value) {
  return absl::StrReplaceAll(value, {{"%3A", ":"}, {"%25", "%"}});
}

}  // namespace

absl::StatusOr<KeyTemplate> KeyTemplate::Parse(absl::string_view tag,
                                               const std::vector<std::string>& keys) {
  KeyTemplate parsed;
  size_t values = 0;
  for (const absl::string_view level : absl::StrSplit(tag, ':')) {
    parsed.levels_.push_back({std::string(level), level == "*"});
    if (level == "*") ++values;
    if (level != "*" && (level.empty() || level.find('*') != absl::string_view::npos)) {
      return absl::InvalidArgumentError(
          absl::StrCat("tag: expected levels of text or *, such as customer:*, not ", tag));
    }
  }
  if (keys.empty()) return absl::InvalidArgumentError("keys: expected at least one");
  for (const std::string& key : keys) {
    std::vector<Piece> pieces(1);
    for (size_t i = 0; i < key.size(); ++i) {
      if (key[i] != '\\') {
        pieces.back().first += key[i];
        continue;
      }
      const size_t number = i + 1 < key.size() ? static_cast<size_t>(key[i + 1] - '0') : 0;
      if (number < 1 || number > std::min<size_t>(values, 9)) {
        return absl::InvalidArgumentError(
            absl::StrCat("keys: \\ must be followed by the number of a * of the tag: ", key));
      }
      pieces.back().second = number;
      pieces.emplace_back();
      ++i;
    }
    if (pieces.front().first.empty()) {
      return absl::InvalidArgumentError(absl::StrCat("keys: expected text before \\1: ", key));
    }
    parsed.keys_.push_back(std::move(pieces));
  }
  return parsed;
}

bool KeyTemplate::Match(absl::string_view tag, Named& named) const {
  const std::vector<absl::string_view> given = absl::StrSplit(tag, ':');
  if (given.size() > levels_.size()) return false;
  std::vector<std::string> values;
  for (size_t i = 0; i < given.size(); ++i) {
    if (levels_[i].is_value) {
      values.emplace_back(given[i]);
    } else if (levels_[i].text != given[i]) {
      return false;
    }
  }
  std::vector<std::string> plain;
  for (const std::string& value : values) plain.push_back(Unescaped(value));
  for (const auto* known : {&values, &plain}) {
    if (known == &plain && plain == values) break;
    for (const std::vector<Piece>& pieces : keys_) {
      std::string key;
      bool is_whole = true;
      for (const auto& [text, number] : pieces) {
        key += text;
        if (number == 0) break;
        is_whole = number <= known->size();
        if (!is_whole) break;
        key += (*known)[number - 1];
      }
      (is_whole ? named.keys : named.prefixes).push_back(std::move(key));
    }
  }
  return true;
}

std::vector<std::string> KeyTemplate::LiteralPrefixes() const {
  std::vector<std::string> prefixes;
  for (const std::vector<Piece>& pieces : keys_) prefixes.push_back(pieces.front().first);
  return prefixes;
}

}  // namespace cache_invalidation::connect
