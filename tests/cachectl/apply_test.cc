// apply and export: files of rules and relationships.

#include <fstream>

#include "tests/cachectl/cachectl_test.h"

namespace cache_invalidation {
namespace {

constexpr char kFile[] = R"(rules:
  - name: sessions
    trigger_tags: [user, account]
    invalidate_tags: ["user_session:{resource_id}"]
    priority: 90
  - name: forms
    trigger_tags: [form]
    invalidate_tags: ["form_state:{resource_id}"]
    strategy: batched
    relationships:
      - source_type: form
        target_types: [widget]
        cascade_depth: 1
relationships:
  - name: items
    source_type: order
    target_types: [order_items]
    cascade_depth: 1
)";

TEST_F(CachectlTest, ApplyRegistersWhatDiffers) {
  EXPECT_EQ(Ok({"apply", "-f", "-", "--dry-run"}, kFile),
            "rule          sessions  added\n"
            "rule          forms     added\n"
            "relationship  items     added\n"
            "nothing was changed (--dry-run)\n");
  EXPECT_EQ(Field(Ok({"stats"}), "rules"), "0");
  EXPECT_EQ(Ok({"apply", "-f", "-"}, kFile),
            "rule          sessions  added\n"
            "rule          forms     added\n"
            "relationship  items     added\n");
  EXPECT_EQ(Field(Ok({"stats"}), "rules"), "2");
  std::string changed = kFile;
  changed.replace(changed.find("90"), 2, "80");
  EXPECT_EQ(Ok({"apply", "-f", "-"}, changed),
            "rule          sessions  replaced\n"
            "rule          forms     unchanged\n"
            "relationship  items     unchanged\n");
}

TEST_F(CachectlTest, RulesOfAFileAreTriedWithoutAService) {
  const std::string file = R"(rules:
  - name: deleted
    trigger_tags: [item]
    invalidate_tags: [item_list]
    condition: operation == "delete"
)";
  const std::string write =
      R"({"resource_type": "item", "resource_id": "1", "operation": "delete"})";
  const Ended ended = RunProgram(
      {kProgram, "--endpoint", "127.0.0.1:1", "rule", "test", "-f", "-", "--write", write}, file);
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(ended.out,
            "deleted fires: trigger item\n"
            "  operation == \"delete\" => true\n"
            "    operation => \"delete\"\n");
  EXPECT_EQ(Run({"rule", "test", "-f", "-", "--rule", "other", "--write", write}, file).code, 3);
  EXPECT_EQ(Run({"rule", "test", "-f", "-", "--write", "{}"}, file).code, 2);
}

TEST_F(CachectlTest, ExportIsWhatApplyTakes) {
  Ok({"apply", "-f", "-"}, kFile);
  const std::string yaml = Ok({"export"});
  EXPECT_EQ(Ok({"-n", "copy", "apply", "-f", "-"}, yaml),
            "rule          sessions  added\n"
            "rule          forms     added\n"
            "relationship  items     added\n");
  EXPECT_EQ(Ok({"-n", "copy", "export"}), yaml);
  const std::string json = Ok({"export", "-o", "json"});
  EXPECT_EQ(Ok({"-n", "copy", "apply", "-f", "-", "-o", "json"}, json).find("\"added\""),
            std::string::npos);
}

TEST_F(CachectlTest, AFaultNamesItsLine) {
  const std::string path = testing::TempDir() + "/rules.yaml";
  std::ofstream(path) << "rules:\n  - name: a\n    trigger_tag: [x]\n";
  const Ended unknown = Run({"apply", "-f", path});
  EXPECT_EQ(unknown.code, 2);
  EXPECT_EQ(unknown.err, "cachectl: INVALID_ARGUMENT: " + path + ":3: trigger_tag: unknown name\n");
  EXPECT_EQ(Run({"apply", "-f", "-"}, "rules: [").code, 2);
  EXPECT_EQ(Run({"apply", "-f", path + ".missing"}).code, 1);
}

TEST_F(CachectlTest, WhatTheServiceRefusesNamesItsLineToo) {
  const Ended refused =
      Run({"apply", "-f", "-"},
          "rules:\n"
          "  - {name: a, trigger_tags: [x], invalidate_tags: [\"y:{resource_id}\"]}\n"
          "  - {name: b, trigger_tags: [x], pattern: \"(\"}\n"
          "  - {name: c, trigger_tags: [x], invalidate_tags: [z]}\n");
  EXPECT_EQ(refused.code, 2);
  EXPECT_EQ(refused.err.substr(0, 32), "cachectl: INVALID_ARGUMENT: -:3:") << refused.err;
  EXPECT_EQ(refused.out, "rule  a  added\n") << "what was done before it is told";
}

}  // namespace
}  // namespace cache_invalidation
