// SPDX-License-Identifier: Apache-2.0

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
  EXPECT_EQ(Read("a: >-\n  folded\n  text\nb: |\n  1\n"), R"({"a":"folded text","b":"1\n"})");
  EXPECT_EQ(Read("a: user:#all\nb: \"t:{x}\"\n"), R"({"a":"user:#all","b":"t:{x}"})");
}

TEST(YamlInputTest, ReadsNesting) {
  EXPECT_EQ(Read("a:\n  - b: 1\n    c: [2, {d: 3}]\n  - []\n  - {}\ne:\n"),
            R"({"a":[{"b":1,"c":[2,{"d":3}]},[],{}],"e":null})");
  EXPECT_EQ(Read(R"({"json": ["is", {"yaml": "too"}]})"), R"({"json":["is",{"yaml":"too"}]})");
  EXPECT_EQ(Read(""), "null");
  EXPECT_EQ(Read("# nothing\n"), "null");
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
           R"({"text":"line\nline\u0009\"quoted\" \\ äöü"})",
       }) {
    EXPECT_EQ(Read(JsonToYaml(json)), json);
  }
}

}  // namespace
}  // namespace cache_invalidation
