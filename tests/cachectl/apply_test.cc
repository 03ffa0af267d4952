// SPDX-License-Identifier: Apache-2.0

// apply and export: files of rules and relationships.

#include <fstream>
#include <string>

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

TEST_F(CachectlTest, ExportIsWrittenAsPeopleDo) {
  Ok({"apply", "-f", "-"}, kFile);
  const std::string yaml = Ok({"export"});
  for (const char* line : {"    trigger_tags:\n", "    strategy: batched\n",
                           "    cardinality: one_to_many\n", "    cascade_depth: 1\n"}) {
    EXPECT_NE(yaml.find(line), std::string::npos) << yaml;
  }
  EXPECT_EQ(Ok({"export", "-o", "yaml"}), yaml);
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

// All or nothing, also in a dry run.
TEST_F(CachectlTest, WhatTheServiceRefusesNamesItsLineToo) {
  const std::string file =
      "rules:\n"
      "  - {name: a, trigger_tags: [x], invalidate_tags: [\"y:{resource_id}\"]}\n"
      "  - {name: b, trigger_tags: [x], pattern: \"(\"}\n"
      "  - {name: c, trigger_tags: [x], invalidate_tags: [z]}\n";
  for (const Strings& arguments :
       {Strings{"apply", "-f", "-"}, Strings{"apply", "-f", "-", "--dry-run"}}) {
    const Ended refused = Run(arguments, file);
    EXPECT_EQ(refused.code, 2);
    EXPECT_EQ(refused.err.rfind("cachectl: INVALID_ARGUMENT: -:3: rules[1].pattern: ", 0), 0u)
        << refused.err;
    EXPECT_EQ(refused.out, "");
  }
  EXPECT_EQ(Ok({"rule", "list"}).find("\na "), std::string::npos);
}

TEST_F(CachectlTest, ApplyDeletesWhatTheFileDoesNotNameIfAskedTo) {
  Ok({"apply", "-f", "-"}, kFile);
  const std::string less =
      "rules:\n"
      "  - name: forms\n"
      "    trigger_tags: [form]\n"
      "    invalidate_tags: [\"form_state:{resource_id}\"]\n";
  EXPECT_EQ(Ok({"apply", "-f", "-"}, less), "rule  forms  replaced\n");
  const std::string pruned =
      "rule          forms     unchanged\n"
      "rule          sessions  deleted\n"
      "relationship  items     deleted\n";
  EXPECT_EQ(Ok({"apply", "-f", "-", "--prune", "--dry-run"}, less),
            pruned + "nothing was changed (--dry-run)\n");
  EXPECT_EQ(Ok({"apply", "-f", "-", "--prune"}, less), pruned);
  EXPECT_EQ(Field(Ok({"stats"}), "rules"), "1");
  EXPECT_EQ(Field(Ok({"stats"}), "relationships"), "0");
}

TEST_F(CachectlTest, ApplyDoesNotDeleteEverythingForAFileThatNamesNothing) {
  Ok({"apply", "-f", "-"}, kFile);
  for (const std::string file : {"", "# later\n", "rules:\n", "rules: []\nrelationships: []\n"}) {
    const Ended refused = Run({"apply", "-f", "-", "--prune"}, file);
    EXPECT_EQ(refused.code, 2) << file;
    EXPECT_EQ(refused.err.rfind("cachectl: INVALID_ARGUMENT: -: names no rule and no relationship, "
                                "so --prune would delete all of them.",
                                0),
              0u)
        << refused.err;
    EXPECT_EQ(Ok({"apply", "-f", "-"}, file), "") << "without --prune it changes nothing";
  }
  EXPECT_EQ(Field(Ok({"stats"}), "rules"), "2");
}

TEST_F(CachectlTest, ApplyReadsNeitherADirectoryNorAFileWithoutEnd) {
  const Ended directory = Run({"apply", "-f", "/"});
  EXPECT_EQ(directory.code, 1) << directory.err;
  EXPECT_EQ(directory.err, "cachectl: UNKNOWN: cannot read /\n");
  EXPECT_EQ(Run({"apply", "-f", "/dev/zero"}).code, 2);
}

TEST_F(CachectlTest, OutputThatCannotBeWrittenIsAnError) {
  std::string command;
  for (const std::string& word : CommandLine({"export"})) command += "'" + word + "' ";
  const Ended ended = RunProgram({"/bin/sh", "-c", command + "> /dev/full"});
  EXPECT_EQ(ended.code, 1);
  EXPECT_EQ(ended.err, "cachectl: cannot write the output\n");
}

TEST_F(CachectlTest, ApplyTellsWhichDeclarationAWarningIsAbout) {
  const Ended warned =
      Run({"apply", "-f", "-"}, "rules:\n  - {name: a, trigger_tags: [x], invalidate_tags: [y]}\n");
  EXPECT_EQ(warned.code, 0);
  EXPECT_EQ(warned.err.rfind("warning: rule a: invalidate_tags[0]: ", 0), 0u) << warned.err;
  const Ended accepted = Run({"apply", "-f", "-"},
                             "rules:\n  - {name: a, trigger_tags: [x], invalidate_tags: [y], "
                             "accepted_warnings: [whole_type]}\n");
  EXPECT_EQ(accepted.err, "");
}

TEST_F(CachectlTest, ApplyRefusesAFileThatIsTooLargeForOneCall) {
  std::string file = "rules:\n";
  for (int i = 0; i < 1001; ++i) {
    file += "- {name: r" + std::to_string(i) + ", trigger_tags: [x], pattern: y}\n";
  }
  const Ended refused = Run({"apply", "-f", "-"}, file);
  EXPECT_EQ(refused.code, 2);
  EXPECT_NE(refused.err.find("-: expected at most 1000 rules"), std::string::npos) << refused.err;
  EXPECT_EQ(Field(Ok({"stats"}), "rules"), "0");
}

}  // namespace
}  // namespace cache_invalidation
