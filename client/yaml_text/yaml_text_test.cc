// Both ways: what yaml_output writes, yaml_input reads as the same.

#include <string>
#include <vector>

#include "client/json_text/json_text.h"
#include "client/yaml_text/yaml_text.h"
#include "gtest/gtest.h"

namespace cache_invalidation {
namespace {

std::string Read(const std::string& yaml) {
  YamlError error;
  const absl::StatusOr<YamlNode> node = ParseYaml(yaml, &error);
  if (!node.ok()) return std::string(node.status().message());
  return YamlToJson(*node);
}

TEST(YamlInputTest, ReadsScalarsAsJsonDoes) {
  EXPECT_EQ(Read("[a, 1, -2.5, 1e3, true, false, null, ~, , \"1\", 'true', yes, 0x1, 1_0, .5]"),
            R"(["a",1,-2.5,1e3,true,false,null,null,null,"1","true","yes","0x1","1_0",".5"])");
  EXPECT_EQ(Read("a: >-\n  folded\n  text\nb: |\n  1\n"), R"({"a":"folded text","b":"1\u000a"})");
  EXPECT_EQ(Read("a: user:#all\nb: \"t:{x}\"\n"), R"({"a":"user:#all","b":"t:{x}"})");
}

TEST(YamlInputTest, ReadsNesting) {
  EXPECT_EQ(Read("a:\n  - b: 1\n    c: [2, {d: 3}]\n  - []\n  - {}\ne:\n"),
            R"({"a":[{"b":1,"c":[2,{"d":3}]},[],{}],"e":null})");
  EXPECT_EQ(Read(R"({"json": ["is", {"yaml": "too"}]})"), R"({"json":["is",{"yaml":"too"}]})");
  EXPECT_EQ(Read(""), "null");
  EXPECT_EQ(Read("# nothing\n"), "null");
}

TEST(YamlInputTest, KnowsLines) {
  YamlError error;
  const auto node = ParseYaml("a: 1\n\nb:\n  # remark\n  - x\n  - y: 2\n", &error);
  ASSERT_TRUE(node.ok()) << node.status();
  EXPECT_EQ(node->Find("a")->name_line, 1);
  EXPECT_EQ(node->Find("b")->name_line, 3);
  EXPECT_EQ(node->Find("b")->children[0].line, 5);
  EXPECT_EQ(node->Find("b")->children[1].Find("y")->name_line, 6);
}

TEST(YamlInputTest, RefusesWhatCouldBlowUp) {
  EXPECT_EQ(Read("a: &x 1\nb: *x\n"), "line 2: aliases are not supported");
  EXPECT_EQ(Read("a: 1\nb: 2\na: 3\n"), "line 3: \"a\" is defined twice");
  EXPECT_EQ(Read("a: {b_c: 1}\nd:\n  b_c: 2\n  bC: 3\n"), "line 4: \"bC\" is defined twice");
  EXPECT_EQ(Read("a: !!str 1\n"), "line 1: tags are not supported");
  EXPECT_EQ(Read("--- a\n--- b\n"), "line 1: expected a single document");
  EXPECT_EQ(Read("? [a]\n: 1\n"), "line 1: expected a name");
  EXPECT_EQ(Read(std::string(33, '[') + std::string(33, ']')),
            "line 1: expected at most 32 levels");
  EXPECT_EQ(Read(std::string((1 << 20) + 1, 'x')), "line 1: expected at most 1 MiB");
  EXPECT_NE(Read(std::string(100'000, '[')).find("line 1: "), std::string::npos);
}

TEST(YamlInputTest, SaysWhereItIsBroken) {
  EXPECT_EQ(Read("a: 1\nb: [1, 2\nc: 3\n").substr(0, 8), "line 3: ");
  EXPECT_EQ(Read("a: b: c\n").substr(0, 8), "line 1: ");
}

TEST(YamlOutputTest, WritesBlocks) {
  EXPECT_EQ(
      JsonToYaml(R"({"a":[{"b":"x","c":["1","no","user:{id}"]},[],[1,[2]]],"d":{},"e":-1.5})"),
      "a:\n"
      "  - b: x\n"
      "    c:\n"
      "      - \"1\"\n"
      "      - \"no\"\n"
      "      - \"user:{id}\"\n"
      "  - []\n"
      "  - - 1\n"
      "    - - 2\n"
      "d: {}\n"
      "e: -1.5\n");
  EXPECT_EQ(JsonToYaml("[]"), "[]\n");
  EXPECT_EQ(JsonToYaml("\"a b\""), "\"a b\"\n");
}

TEST(YamlOutputTest, IsReadBackAsTheSame) {
  for (const std::string& json : std::vector<std::string>{
           R"({"a":{"b":[{"c":1},{"d":[true,null,"null","~","","-"," x","#","a: b","'"]}]}})",
           R"([[["deep"]],{"yes":"no","1":"2"}])",
           R"({"text":"line\u000aline\u0009\"quoted\" \\ äöü"})",
       }) {
    EXPECT_EQ(Read(JsonToYaml(json)), json);
  }
}

}  // namespace
}  // namespace cache_invalidation
