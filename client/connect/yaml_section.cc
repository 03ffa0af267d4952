// SPDX-License-Identifier: Apache-2.0

#include "client/connect/yaml_section.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "common/files.h"

namespace cache_invalidation::connect {
namespace {

using Kind = YamlNode::Kind;

constexpr size_t kMaxSecretBytes = 64 << 10;
constexpr char kDuration[] = "a duration such as 20s or 1m";

bool ParseSpan(const std::string& text, absl::Duration& out) {
  absl::Duration span;
  if (!absl::ParseDuration(text, &span) || span <= absl::ZeroDuration()) return false;
  out = span;
  return true;
}

// Returns what `${NAME}` or `${file:PATH}` names, and any other text as it is.
absl::StatusOr<std::string> SecretOf(const std::string& text, const SecretSources& sources) {
  absl::string_view inner = text;
  if (!absl::ConsumePrefix(&inner, "${") || !absl::ConsumeSuffix(&inner, "}")) return text;
  const bool is_file = absl::ConsumePrefix(&inner, "file:");
  const std::string name(inner);
  const std::optional<std::string> secret = is_file ? sources.file(name) : sources.variable(name);
  if (secret.has_value()) return *secret;
  return absl::InvalidArgumentError(is_file ? absl::StrCat("cannot read the file ", name)
                                            : absl::StrCat("the variable ", name, " is not set"));
}

}  // namespace

SecretSources ProcessSecrets() {
  return {.variable = [](const std::string& name) -> std::optional<std::string> {
            const char* value = std::getenv(name.c_str());
            return value == nullptr ? std::nullopt : std::optional<std::string>(value);
          },
          .file = [](const std::string& path) -> std::optional<std::string> {
            absl::StatusOr<std::string> content = ReadRegularFile(path, kMaxSecretBytes);
            if (!content.ok()) return std::nullopt;
            while (absl::EndsWith(*content, "\n") || absl::EndsWith(*content, "\r")) {
              content->pop_back();
            }
            return *std::move(content);
          }};
}

YamlSection::YamlSection(const YamlNode& node, const SecretSources& secrets, absl::Status& status)
    : node_(&node), secrets_(secrets), status_(status) {
  if (node.kind != Kind::kMap && node.kind != Kind::kNull) Fail("expected names with values");
}

YamlSection::YamlSection(YamlSection& parent, absl::string_view name)
    : node_(parent.Take(name)), secrets_(parent.secrets_), status_(parent.status_) {
  if (node_ != nullptr && !present()) Fail(absl::StrCat(name, ": expected names with values"));
}

void YamlSection::FailAt(int line, absl::string_view what) {
  status_.Update(absl::InvalidArgumentError(absl::StrCat("line ", line, ": ", what)));
}

const YamlNode* YamlSection::Take(absl::string_view name) {
  taken_.insert(std::string(name));
  return present() ? node_->Find(name) : nullptr;
}

void YamlSection::Read(absl::string_view name, absl::string_view expected,
                       const std::function<bool(const std::string& text)>& parse) {
  if (const YamlNode* node = Take(name)) ReadNode(*node, name, expected, parse);
}

void YamlSection::ReadNode(const YamlNode& node, absl::string_view name, absl::string_view expected,
                           const std::function<bool(const std::string& text)>& parse) {
  if (node.kind != Kind::kScalar) {
    FailAt(node.line, absl::StrCat(name, ": expected one value"));
  } else if (!parse(node.text)) {
    FailAt(node.line, absl::StrCat(name, ": expected ", expected));
  }
}

void YamlSection::ReadList(absl::string_view name,
                           const std::function<void(const YamlNode&)>& read) {
  const YamlNode* node = Take(name);
  if (node == nullptr) return;
  if (node->kind != Kind::kList) return FailAt(node->line, absl::StrCat(name, ": expected a list"));
  for (const YamlNode& element : node->children) read(element);
}

void YamlSection::Text(absl::string_view name, std::string& out) {
  Read(name, "a text", [&](const std::string& text) {
    out = text;
    return true;
  });
}

void YamlSection::Secret(absl::string_view name, std::string& out) {
  Text(name, out);
  absl::StatusOr<std::string> secret = SecretOf(out, secrets_);
  if (!secret.ok()) return Fail(absl::StrCat(name, ": ", secret.status().message()));
  out = *std::move(secret);
}

void YamlSection::Texts(absl::string_view name, std::vector<std::string>& out) {
  ReadList(name, [&](const YamlNode& element) {
    ReadNode(element, name, "a text", [&](const std::string& text) {
      out.push_back(text);
      return true;
    });
  });
}

void YamlSection::Bool(absl::string_view name, bool& out) { Word(name, {"false", "true"}, out); }

void YamlSection::Duration(absl::string_view name, absl::Duration& out) {
  Read(name, kDuration, [&](const std::string& text) { return ParseSpan(text, out); });
}

void YamlSection::Durations(absl::string_view name, std::vector<absl::Duration>& out) {
  if (Has(name)) out.clear();
  ReadList(name, [&](const YamlNode& element) {
    ReadNode(element, name, kDuration,
             [&](const std::string& text) { return ParseSpan(text, out.emplace_back()); });
  });
  if (!std::is_sorted(out.begin(), out.end())) {
    Fail(absl::StrCat(name, ": expected ascending times"));
  }
}

void YamlSection::Number(absl::string_view name, size_t least, size_t most, size_t& out) {
  Read(name, absl::StrCat("a number from ", least, " to ", most), [&](const std::string& text) {
    size_t number = 0;
    const bool good = absl::SimpleAtoi(text, &number) && number >= least && number <= most;
    if (good) out = number;
    return good;
  });
}

void YamlSection::ReadPlace(absl::string_view name, absl::Span<const absl::string_view> words,
                            size_t& out) {
  Read(name, absl::StrJoin(words, " or "), [&](const std::string& text) {
    const auto place = std::find(words.begin(), words.end(), text);
    if (place != words.end()) out = static_cast<size_t>(place - words.begin());
    return place != words.end();
  });
}

void YamlSection::Sections(absl::string_view name, const std::function<void(YamlSection&)>& read) {
  ReadList(name, [&](const YamlNode& element) {
    YamlSection section(element, secrets_, status_);
    read(section);
    section.Finish();
  });
}

void YamlSection::Require(absl::string_view name) {
  if (!Has(name)) Fail(absl::StrCat(name, " is missing"));
}

void YamlSection::Finish() {
  if (!present()) return;
  for (const YamlNode& member : node_->children) {
    if (!taken_.contains(member.name)) {
      FailAt(member.name_line, absl::StrCat("no such name: ", member.name));
    }
  }
}

}  // namespace cache_invalidation::connect
