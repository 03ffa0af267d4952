#ifndef CACHE_INVALIDATION_COMMON_CONDITION_EXPRESSION_BUILDER_H_
#define CACHE_INVALIDATION_COMMON_CONDITION_EXPRESSION_BUILDER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/condition/expression.h"

namespace cache_invalidation::condition {

// Makes an expression node by node, children first. The node added last is the root.
//
// Thread-compatible.
class ExpressionBuilder {
 public:
  explicit ExpressionBuilder(absl::string_view text);

  // The text of the expression, in the expression's own storage.
  absl::string_view text() const { return expression_->text_; }

  // `node.children` is replaced by `children`.
  NodeId Add(Node node, absl::Span<const NodeId> children);

  // A node already added; its children stay what they are.
  Node& node(NodeId id) { return expression_->nodes_[id]; }
  const Expression& expression() const { return *expression_; }

  // How deep the tree below a node is, itself included.
  int DepthOf(NodeId id) const { return depths_[id]; }

  // Keeps what nodes refer to as long as the expression.
  absl::string_view Keep(std::string text);
  const Regex* Keep(std::unique_ptr<const Regex> regex);

  // The slots 0 to `slots` - 1 are in use.
  void UseComprehensionSlots(uint32_t slots);

  // REQUIRES: a node was added. The builder is empty afterwards.
  std::shared_ptr<const Expression> Finish();

 private:
  std::unique_ptr<Expression> expression_;
  std::vector<int> depths_;  // by node
};

}  // namespace cache_invalidation::condition

#endif  // CACHE_INVALIDATION_COMMON_CONDITION_EXPRESSION_BUILDER_H_
