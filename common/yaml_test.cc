// SPDX-License-Identifier: Apache-2.0

#include "common/yaml.h"

#include <string>

#include "gtest/gtest.h"

namespace cache_invalidation {
namespace {

// Why the text is refused; empty if it is not.
std::string Refusal(const std::string& yaml) {
  YamlError error;
  return std::string(ParseYaml(yaml, &error).status().message());
}

TEST(YamlTest, KnowsLines) {
  YamlError error;
  const auto node = ParseYaml("a: 1\n\nb:\n  # remark\n  - x\n  - y: 2\n", &error);
  ASSERT_TRUE(node.ok()) << node.status();
  EXPECT_EQ(node->Find("a")->name_line, 1);
  EXPECT_EQ(node->Find("b")->name_line, 3);
  EXPECT_EQ(node->Find("b")->children[0].line, 5);
  EXPECT_EQ(node->Find("b")->children[1].Find("y")->name_line, 6);
}

TEST(YamlTest, RefusesWhatCouldBlowUp) {
  EXPECT_EQ(Refusal("a: &x 1\nb: *x\n"), "line 2: aliases are not supported");
  EXPECT_EQ(Refusal("a: 1\nb: 2\na: 3\n"), "line 3: \"a\" is defined twice");
  EXPECT_EQ(Refusal("a: {b_c: 1}\nd:\n  b_c: 2\n  bC: 3\n"), "line 4: \"bC\" is defined twice");
  EXPECT_EQ(Refusal("a: !!str 1\n"), "line 1: tags are not supported");
  EXPECT_EQ(Refusal("--- a\n--- b\n"), "line 1: expected a single document");
  EXPECT_EQ(Refusal("? [a]\n: 1\n"), "line 1: expected a name");
  EXPECT_EQ(Refusal(std::string(33, '[') + std::string(33, ']')),
            "line 1: expected at most 32 levels");
  EXPECT_EQ(Refusal(std::string((1 << 20) + 1, 'x')), "line 1: expected at most 1 MiB");
  EXPECT_NE(Refusal(std::string(100'000, '[')).find("line 1: "), std::string::npos);
}

TEST(YamlTest, SaysWhereItIsBroken) {
  EXPECT_EQ(Refusal("a: 1\nb: [1, 2\nc: 3\n").substr(0, 8), "line 3: ");
  EXPECT_EQ(Refusal("a: b: c\n").substr(0, 8), "line 1: ");
}

}  // namespace
}  // namespace cache_invalidation
