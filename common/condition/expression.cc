#include "common/condition/expression.h"

#include <algorithm>
#include <utility>

#include "common/condition/regex.h"

namespace cache_invalidation::condition {

Expression::Expression(absl::string_view text) : text_(text) {}

Expression::~Expression() = default;

absl::string_view Expression::TextOf(NodeId id) const {
  const SourceRange source = nodes_[id].source;
  return absl::string_view(text_).substr(source.begin, source.end - source.begin);
}

// The constructor is private, so not make_unique.
ExpressionBuilder::ExpressionBuilder(absl::string_view text) : expression_(new Expression(text)) {}

NodeId ExpressionBuilder::Add(Node node, absl::Span<const NodeId> children) {
  int depth = 0;
  for (const NodeId child : children) depth = std::max(depth, depths_[child]);
  depths_.push_back(depth + 1);
  if (!children.empty()) {
    node.children = expression_->children_.emplace_back(children.begin(), children.end());
  }
  expression_->nodes_.push_back(node);
  return static_cast<NodeId>(expression_->nodes_.size() - 1);
}

absl::string_view ExpressionBuilder::Keep(std::string text) {
  return expression_->texts_.emplace_back(std::move(text));
}

const Regex* ExpressionBuilder::Keep(std::unique_ptr<const Regex> regex) {
  return expression_->regexes_.emplace_back(std::move(regex)).get();
}

void ExpressionBuilder::UseComprehensionSlots(uint32_t slots) {
  expression_->comprehension_slots_ = std::max(expression_->comprehension_slots_, slots);
}

std::shared_ptr<const Expression> ExpressionBuilder::Finish() { return std::move(expression_); }

}  // namespace cache_invalidation::condition
