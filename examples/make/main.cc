// SPDX-License-Identifier: Apache-2.0

// Registers a rule, and prints what a write would invalidate and why. Nothing is invalidated.
//
//   explain_write HOST:PORT

#include <iostream>
#include <string>

#include "cache_invalidation/client/client.h"

using namespace cache_invalidation::client;

void Print(const ExplanationNode& node, int depth) {
  std::cout << std::string(2 * depth, ' ') << node.name << "\n";
  for (const ExplanationNode& child : node.children) Print(child, depth + 1);
}

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: explain_write HOST:PORT\n";
    return 2;
  }
  Client client(MakeConnection(argv[1]));

  auto registered = client.RegisterInvalidationRule(
      {.name = "order_lists",
       .trigger_tags = {"orders"},
       .invalidate_tags = {"customer_orders:{context.customer_id}"}});
  if (!registered.ok()) {
    std::cerr << registered.status() << "\n";
    return 1;
  }

  auto explanation = client.ExplainWrite({.resource_type = "orders",
                                          .resource_id = "1001",
                                          .operation = "update",
                                          .context = {{"customer_id", "b"}}});
  if (!explanation.ok()) {
    std::cerr << explanation.status() << "\n";
    return 1;
  }
  Print(explanation->root, 0);
}
