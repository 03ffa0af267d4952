#include "client/connect/yaml_section.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace cache_invalidation::connect {

using Kind = YamlNode::Kind;

YamlSection::YamlSection(const YamlNode& node, absl::Status& status)
    : node_(&node), status_(status) {
  if (node.kind != Kind::kMap && node.kind != Kind::kNull) Fail("expected names with values");
}

YamlSection::YamlSection(YamlSection& parent, absl::string_view name)
    : node_(parent.Take(name)), status_(parent.status_) {
  if (node_ != nullptr && node_->kind != Kind::kMap) {
    Fail(absl::StrCat(name, ": expected names with values"));
  }
}

void YamlSection::FailAt(int line, absl::string_view what) {
  if (!status_.ok()) return;
  status_ = absl::InvalidArgumentError(absl::StrCat("line ", line, ": ", what));
}

const YamlNode* YamlSection::Take(absl::string_view name) {
  taken_.insert(std::string(name));
  return present() ? node_->Find(name) : nullptr;
}

const std::string* YamlSection::ScalarOf(const YamlNode& node, absl::string_view name) {
  if (node.kind == Kind::kScalar) return &node.text;
  FailAt(node.line, absl::StrCat(name, ": expected one value"));
  return nullptr;
}

void YamlSection::Text(absl::string_view name, std::string& out) {
  const YamlNode* node = Take(name);
  if (node == nullptr) return;
  if (const std::string* text = ScalarOf(*node, name)) out = *text;
}

void YamlSection::Texts(absl::string_view name, std::vector<std::string>& out) {
  const YamlNode* node = Take(name);
  if (node == nullptr) return;
  if (node->kind != Kind::kList) return FailAt(node->line, absl::StrCat(name, ": expected a list"));
  for (const YamlNode& element : node->children) {
    if (const std::string* text = ScalarOf(element, name)) out.push_back(*text);
  }
}

void YamlSection::Bool(absl::string_view name, bool& out) {
  constexpr absl::string_view kWords[] = {"false", "true"};
  Word(name, kWords, out);
}

void YamlSection::Duration(absl::string_view name, absl::Duration& out) {
  const YamlNode* node = Take(name);
  if (node != nullptr) ParseDuration(*node, name, out);
}

void YamlSection::Durations(absl::string_view name, std::vector<absl::Duration>& out) {
  const YamlNode* node = Take(name);
  if (node == nullptr) return;
  if (node->kind != Kind::kList) return FailAt(node->line, absl::StrCat(name, ": expected a list"));
  out.clear();
  for (const YamlNode& element : node->children) {
    absl::Duration span;
    if (ParseDuration(element, name, span)) out.push_back(span);
  }
}

bool YamlSection::ParseDuration(const YamlNode& node, absl::string_view name, absl::Duration& out) {
  const std::string* text = ScalarOf(node, name);
  absl::Duration span;
  if (text == nullptr) return false;
  if (!absl::ParseDuration(*text, &span) || span <= absl::ZeroDuration()) {
    FailAt(node.line, absl::StrCat(name, ": expected a duration such as 20s or 1m"));
    return false;
  }
  out = span;
  return true;
}

void YamlSection::Number(absl::string_view name, size_t least, size_t most, size_t& out) {
  const YamlNode* node = Take(name);
  if (node == nullptr) return;
  const std::string* text = ScalarOf(*node, name);
  size_t number = 0;
  if (text == nullptr) return;
  if (!absl::SimpleAtoi(*text, &number) || number < least || number > most) {
    return FailAt(node->line, absl::StrCat(name, ": expected a number from ", least, " to ", most));
  }
  out = number;
}

int YamlSection::PlaceOf(absl::string_view name, const absl::string_view* words, size_t size) {
  const YamlNode* node = Take(name);
  if (node == nullptr) return -1;
  const std::string* text = ScalarOf(*node, name);
  if (text == nullptr) return -1;
  std::string all;
  for (size_t i = 0; i < size; ++i) {
    if (words[i] == *text) return static_cast<int>(i);
    absl::StrAppend(&all, i == 0 ? "" : " or ", words[i]);
  }
  FailAt(node->line, absl::StrCat(name, ": expected ", all));
  return -1;
}

void YamlSection::Sections(absl::string_view name, const std::function<void(YamlSection&)>& read) {
  const YamlNode* node = Take(name);
  if (node == nullptr) return;
  if (node->kind != Kind::kList) return FailAt(node->line, absl::StrCat(name, ": expected a list"));
  for (const YamlNode& element : node->children) {
    YamlSection section(element, status_);
    read(section);
    section.Finish();
  }
}

void YamlSection::Require(absl::string_view name) {
  if (!Has(name)) Fail(absl::StrCat(name, " is missing"));
}

void YamlSection::Finish() {
  if (!present()) return;
  for (const YamlNode& member : node_->children) {
    if (taken_.count(member.name) == 0) {
      FailAt(member.name_line, absl::StrCat("no such name: ", member.name));
    }
  }
}

}  // namespace cache_invalidation::connect
