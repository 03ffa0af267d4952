#include "common/condition/check.h"

#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/types/span.h"
#include "common/condition/errors.h"
#include "common/condition/function.h"
#include "common/condition/macro.h"

namespace cache_invalidation::condition {
namespace {

// The known names are listed in a message if there are at most this many and none is close.
constexpr size_t kMostNamesListed = 10;

void AppendQuoted(std::string* out, absl::string_view name) {
  absl::StrAppend(out, "`", name, "`");
}

// Returns every way to call `name`, macros included: "`size(x)` or `x.size()`".
std::string WaysToCall(absl::string_view name) {
  constexpr absl::string_view kArguments[] = {"x", "y"};
  std::vector<std::string> ways;
  for (const Signature& signature : Signatures()) {
    if (signature.name != name) continue;
    const auto arguments = absl::MakeConstSpan(kArguments).subspan(signature.has_target ? 1 : 0);
    for (size_t count = signature.min_arguments; count <= signature.max_arguments; ++count) {
      ways.push_back(absl::StrCat(signature.has_target ? "x." : "", name, "(",
                                  absl::StrJoin(arguments.subspan(0, count), ", "), ")"));
    }
  }
  for (const MacroSignature& macro : Macros()) {
    if (macro.name == name) ways.emplace_back(macro.form);
  }
  return absl::StrJoin(ways, " or ",
                       [](std::string* out, const std::string& way) { AppendQuoted(out, way); });
}

bool IsNameByte(char byte) {
  return absl::ascii_isalnum(static_cast<unsigned char>(byte)) || byte == '_';
}

// For `to` in "context.reply-to", where the hyphen may be meant as a part of the name: returns how
// to write such a field, `context["reply-to"]`. Otherwise empty.
std::string HyphenatedField(absl::string_view text, SourceRange part) {
  size_t begin = part.begin;
  size_t end = part.end;
  while (begin > 0 && (IsNameByte(text[begin - 1]) || text[begin - 1] == '-')) --begin;
  while (end < text.size() && (IsNameByte(text[end]) || text[end] == '-')) ++end;
  if (begin == part.begin || begin == 0 || text[begin - 1] != '.') return "";
  size_t operand = begin - 1;
  while (operand > 0 && (IsNameByte(text[operand - 1]) || text[operand - 1] == '.')) --operand;
  return absl::StrCat(text.substr(operand, begin - 1 - operand), "[\"",
                      text.substr(begin, end - begin), "\"]");
}

std::vector<absl::string_view> CallableNames() {
  std::vector<absl::string_view> names;
  for (const Signature& signature : Signatures()) names.push_back(signature.name);
  for (const MacroSignature& macro : Macros()) names.push_back(macro.name);
  return names;
}

class Checker {
 public:
  Checker(const Expression& expression, const ParseOptions& options)
      : expression_(expression), options_(options) {}

  absl::Status Check(NodeId id) {
    const Node& node = expression_.node(id);
    if (node.kind == Node::Kind::kComprehension) return CheckComprehension(node);
    if (node.kind == Node::Kind::kIdentifier) return CheckIdentifier(node);
    absl::Span<const NodeId> children = node.children;
    if (node.kind == Node::Kind::kCall) {
      // The target first: it precedes the name of the function in the text.
      if (node.has_target) {
        if (absl::Status target = Check(children[0]); !target.ok()) return target;
        children.remove_prefix(1);
      }
      if (absl::Status call = CheckCall(node); !call.ok()) return call;
    }
    return CheckAll(children);
  }

 private:
  absl::Status CheckAll(absl::Span<const NodeId> nodes) {
    for (const NodeId id : nodes) {
      if (absl::Status status = Check(id); !status.ok()) return status;
    }
    return absl::OkStatus();
  }

  absl::Status CheckComprehension(const Node& node) {
    if (absl::Status range = Check(node.children[0]); !range.ok()) return range;
    bound_.push_back(node.name);
    absl::Status body = CheckAll(node.children.subspan(1));
    bound_.pop_back();
    return body;
  }

  absl::Status CheckIdentifier(const Node& node) const {
    if (node.scope != Node::Scope::kUndeclared) return absl::OkStatus();
    std::vector<absl::string_view> known(bound_.rbegin(), bound_.rend());
    known.insert(known.end(), options_.variables.begin(), options_.variables.end());
    std::string message = absl::StrCat("unknown name ", Quoted(node.name));
    if (const std::string field = HyphenatedField(expression_.text(), node.source);
        !field.empty()) {
      absl::StrAppend(&message, "; a field with a hyphen is written ");
      AppendQuoted(&message, field);
    } else if (const absl::string_view closest = ClosestName(node.name, known); !closest.empty()) {
      absl::StrAppend(&message, "; did you mean `", closest, "`?");
    } else if (!known.empty() && known.size() <= kMostNamesListed) {
      absl::StrAppend(&message, "; known names are ", absl::StrJoin(known, ", ", AppendQuoted));
    }
    return Error(node, message);
  }

  absl::Status CheckCall(const Node& node) const {
    const size_t arguments = node.children.size() - (node.has_target ? 1 : 0);
    if (IsCallable(node.function, node.has_target, arguments)) return absl::OkStatus();
    const std::string ways = WaysToCall(node.name);
    if (!ways.empty()) {
      return Error(node, absl::StrCat("expected a call of the form ", ways, ", got ", arguments,
                                      arguments == 1 ? " argument" : " arguments",
                                      node.has_target ? " and a target" : ""));
    }
    std::string message = absl::StrCat("unknown function ", Quoted(node.name));
    if (const auto closest = ClosestName(node.name, CallableNames()); !closest.empty()) {
      absl::StrAppend(&message, "; did you mean `", closest, "`?");
    }
    return Error(node, message);
  }

  // The position is that of the node's name.
  absl::Status Error(const Node& node, absl::string_view message) const {
    const bool has_name_in_text = node.kind == Node::Kind::kCall;
    const size_t offset =
        has_name_in_text ? node.name.data() - expression_.text().data() : node.source.begin;
    return ErrorAt(expression_.text(), offset, message);
  }

  const Expression& expression_;
  const ParseOptions& options_;
  std::vector<absl::string_view> bound_;  // the innermost last
};

}  // namespace

absl::Status CheckNames(NodeId root, const Expression& expression, const ParseOptions& options) {
  return Checker(expression, options).Check(root);
}

}  // namespace cache_invalidation::condition
