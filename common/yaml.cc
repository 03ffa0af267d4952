// SPDX-License-Identifier: Apache-2.0

#include "common/yaml.h"

#include <optional>
#include <sstream>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "yaml-cpp/eventhandler.h"
#include "yaml-cpp/exceptions.h"
#include "yaml-cpp/mark.h"
#include "yaml-cpp/parser.h"

namespace cache_invalidation {
namespace {

constexpr size_t kMaxLevels = 32;

// Builds the tree from the events of the parser. Ignores all events after the first error.
class Builder final : public YAML::EventHandler {
 public:
  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override {
    Add({.kind = YamlNode::Kind::kNull, .line = LineOf(mark)});
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    Fail(LineOf(mark), "aliases are not supported");
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                const std::string& value) override {
    const int line = LineOf(mark);
    // "?" is a plain scalar, "!" a quoted one.
    if (tag != "?" && tag != "!" && !tag.empty()) return Fail(line, "tags are not supported");
    if (NeedsName()) return SetName(value, line);
    Add({.kind = YamlNode::Kind::kScalar, .line = line, .text = value, .quoted = tag == "!"});
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {
    Open(YamlNode::Kind::kList, LineOf(mark));
  }
  void OnSequenceEnd() override { Close(); }

  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {
    Open(YamlNode::Kind::kMap, LineOf(mark));
  }
  void OnMapEnd() override { Close(); }

  bool failed() const { return !error_.message.empty(); }
  const YamlError& error() const { return error_; }
  YamlNode Take() { return std::move(root_); }

 private:
  static int LineOf(const YAML::Mark& mark) { return mark.line + 1; }

  void Fail(int line, std::string message) {
    if (!failed()) error_ = {line, std::move(message)};
  }

  // Whether the next node is the name of a member.
  bool NeedsName() const {
    return !open_.empty() && open_.back().kind == YamlNode::Kind::kMap && !name_.has_value();
  }

  void SetName(const std::string& name, int line) {
    if (failed()) return;
    if (!names_.back().insert(CanonicalName(name)).second) {
      return Fail(line, absl::StrCat("\"", name, "\" is defined twice"));
    }
    name_ = name;
    name_line_ = line;
  }

  // Gives a member the name that precedes it.
  void TakeName(YamlNode& node) {
    if (!name_.has_value()) return;
    node.name = *std::exchange(name_, std::nullopt);
    node.name_line = name_line_;
  }

  void Open(YamlNode::Kind kind, int line) {
    if (failed()) return;
    if (open_.size() == kMaxLevels) return Fail(line, "expected at most 32 levels");
    if (NeedsName()) return Fail(line, "expected a name");
    YamlNode node{.kind = kind, .line = line};
    TakeName(node);
    open_.push_back(std::move(node));
    names_.emplace_back();
  }

  void Close() {
    if (failed()) return;
    YamlNode closed = std::move(open_.back());
    open_.pop_back();
    names_.pop_back();
    Attach(std::move(closed));
  }

  void Add(YamlNode node) {
    if (failed()) return;
    if (NeedsName()) return Fail(node.line, "expected a name");
    TakeName(node);
    Attach(std::move(node));
  }

  void Attach(YamlNode node) {
    (open_.empty() ? root_ : open_.back().children.emplace_back()) = std::move(node);
  }

  YamlNode root_;
  std::vector<YamlNode> open_;  // outermost first
  // Of each of them, the names of its members so far.
  std::vector<absl::flat_hash_set<std::string>> names_;
  std::optional<std::string> name_;  // of the next member of the innermost map
  int name_line_ = 0;
  YamlError error_;
};

// Turns the exceptions of yaml-cpp into errors.
YamlError Read(const std::string& yaml, Builder& builder) {
  std::istringstream stream(yaml);
  try {
    YAML::Parser parser(stream);
    if (!parser.HandleNextDocument(builder)) return {};  // an empty file
    if (!builder.failed()) {
      Builder second;
      if (parser.HandleNextDocument(second)) return {1, "expected a single document"};
    }
  } catch (const YAML::Exception& exception) {
    return {exception.mark.line + 1, exception.msg};
  }
  return builder.error();
}

}  // namespace

const YamlNode* YamlNode::Find(absl::string_view wanted) const {
  for (const YamlNode& child : children) {
    if (child.name == wanted) return &child;
  }
  return nullptr;
}

std::string CanonicalName(absl::string_view name) {
  return absl::AsciiStrToLower(absl::StrReplaceAll(name, {{"_", ""}}));
}

absl::StatusOr<YamlNode> ParseYaml(const std::string& yaml, YamlError* error) {
  Builder builder;
  *error =
      yaml.size() > kMaxYamlBytes ? YamlError{1, "expected at most 1 MiB"} : Read(yaml, builder);
  if (error->message.empty()) return builder.Take();
  return absl::InvalidArgumentError(absl::StrCat("line ", error->line, ": ", error->message));
}

}  // namespace cache_invalidation
