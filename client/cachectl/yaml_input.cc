#include "client/cachectl/yaml_input.h"

#include <sstream>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "client/cachectl/json_text.h"
#include "yaml-cpp/eventhandler.h"
#include "yaml-cpp/exceptions.h"
#include "yaml-cpp/mark.h"
#include "yaml-cpp/parser.h"

namespace cache_invalidation::cachectl {
namespace {

constexpr size_t kMaxBytes = 1 << 20;
constexpr size_t kMaxLevels = 32;

// Builds the tree from what the parser meets. After the first fault the rest is passed over.
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
    if (!open_.empty() && open_.back().kind == YamlNode::Kind::kMap && !has_name_) {
      return SetName(value, line);
    }
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

  void SetName(const std::string& name, int line) {
    if (failed()) return;
    if (open_.back().Find(name) != nullptr) {
      return Fail(line, absl::StrCat("\"", name, "\" stands there twice"));
    }
    open_.back().members.push_back({name, line, {}});
    has_name_ = true;
  }

  void Open(YamlNode::Kind kind, int line) {
    if (failed()) return;
    if (open_.size() == kMaxLevels) return Fail(line, "expected at most 32 levels");
    if (!open_.empty() && open_.back().kind == YamlNode::Kind::kMap && !has_name_) {
      return Fail(line, "expected a name");
    }
    open_.push_back({.kind = kind, .line = line});
    has_name_ = false;
  }

  void Close() {
    if (failed()) return;
    YamlNode closed = std::move(open_.back());
    open_.pop_back();
    has_name_ = !open_.empty() && open_.back().kind == YamlNode::Kind::kMap;
    Add(std::move(closed));
  }

  void Add(YamlNode node) {
    if (failed()) return;
    if (open_.empty()) {
      root_ = std::move(node);
    } else if (open_.back().kind == YamlNode::Kind::kList) {
      open_.back().elements.push_back(std::move(node));
    } else if (has_name_) {
      open_.back().members.back().value = std::move(node);
      has_name_ = false;
    } else {
      Fail(node.line, "expected a name");
    }
  }

  YamlNode root_;
  std::vector<YamlNode> open_;  // outermost first
  bool has_name_ = false;       // the innermost map waits for the value of its last name
  YamlError error_;
};

// yaml-cpp throws; here is where that ends.
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

const YamlNode::Member* YamlNode::Find(absl::string_view name) const {
  for (const Member& member : members) {
    if (member.name == name) return &member;
  }
  return nullptr;
}

absl::StatusOr<YamlNode> ParseYaml(const std::string& yaml, YamlError* error) {
  Builder builder;
  *error = yaml.size() > kMaxBytes ? YamlError{1, "expected at most 1 MiB"} : Read(yaml, builder);
  if (error->message.empty()) return builder.Take();
  return absl::InvalidArgumentError(absl::StrCat("line ", error->line, ": ", error->message));
}

std::string YamlToJson(const YamlNode& node) {
  std::string out;
  switch (node.kind) {
    case YamlNode::Kind::kNull:
      return "null";
    case YamlNode::Kind::kScalar: {
      if (node.quoted) return QuoteJson(node.text);
      if (node.text == "~" || node.text.empty()) return "null";
      // Whatever JSON has no quotes for.
      const absl::StatusOr<JsonText> value = ParseJson(node.text);
      const bool bare = value.ok() && value->kind != JsonText::Kind::kString &&
                        value->elements.empty() && value->members.empty();
      return bare ? node.text : QuoteJson(node.text);
    }
    case YamlNode::Kind::kList:
      for (const YamlNode& element : node.elements) {
        absl::StrAppend(&out, out.empty() ? "[" : ",", YamlToJson(element));
      }
      return out.empty() ? "[]" : out + "]";
    case YamlNode::Kind::kMap:
      for (const YamlNode::Member& member : node.members) {
        absl::StrAppend(&out, out.empty() ? "{" : ",", QuoteJson(member.name), ":",
                        YamlToJson(member.value));
      }
      return out.empty() ? "{}" : out + "}";
  }
  return "null";
}

}  // namespace cache_invalidation::cachectl
