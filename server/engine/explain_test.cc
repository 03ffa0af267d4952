// SPDX-License-Identifier: Apache-2.0

// ExplainWrite from outside: what the engine says about a write, and that the write then does it.

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/limits.h"
#include "server/engine/testing/edges.h"
#include "server/engine/testing/engine_script.h"
#include "tests/fakes/fixed_json.h"

namespace cache_invalidation::engine {
namespace {

using Strings = std::vector<std::string>;
using Names = std::vector<absl::string_view>;

constexpr absl::string_view kKinds[] = {"WRITE", "DIRECT",  "RULE",       "RELATIONSHIP", "TAG",
                                        "KEY",   "PATTERN", "DEPENDENCY", "CASCADE"};

void AppendTree(const ExplanationNode& node, const std::string& indent, Strings& lines) {
  std::string line =
      absl::StrCat(indent, node.applies ? "" : "NOT ", kKinds[static_cast<int>(node.kind)]);
  if (!node.name.empty()) absl::StrAppend(&line, " ", node.name);
  if (node.widened) absl::StrAppend(&line, "~");
  if (node.batched) absl::StrAppend(&line, " batched");
  if (node.lazy) absl::StrAppend(&line, " lazy");
  if (node.depth_left != 0) absl::StrAppend(&line, " left=", node.depth_left);
  if (node.entries != 0) absl::StrAppend(&line, " entries=", node.entries);
  if (node.dependents != 0) absl::StrAppend(&line, " dependents=", node.dependents);
  if (!node.reason.empty()) absl::StrAppend(&line, " (", node.reason, ")");
  lines.push_back(std::move(line));
  for (const ExplanationNode& child : node.children) AppendTree(child, indent + "  ", lines);
  if (node.children_left_out != 0) {
    lines.push_back(absl::StrCat(indent, "  and ", node.children_left_out, " more"));
  }
}

Strings Tree(const Explanation& explanation) {
  Strings lines;
  AppendTree(explanation.root, "", lines);
  return lines;
}

std::string Totals(const Explanation& explanation) {
  return absl::StrCat("targets=", explanation.targets, " entries=", explanation.entries,
                      " dependents=", explanation.dependents, " widened=", explanation.widened);
}

ExplainWrite Asking(absl::string_view type, absl::string_view id, absl::string_view key = "",
                    Names key_tags = {}) {
  ExplainWrite query;
  query.write.resource_type = type;
  query.write.resource_id = id;
  query.write.operation = "update";
  query.key = key;
  query.key_tags = std::move(key_tags);
  return query;
}

Explanation Ask(EngineScript& script, const ExplainWrite& query) {
  return script.Ask<ExplainWriteResult>(query).explanation;
}

void AddRule(EngineScript& script, std::string name, std::vector<std::string> tags,
             Strategy strategy = Strategy::kImmediate, bool enabled = true,
             std::string pattern = "") {
  Rule rule;
  rule.name = std::move(name);
  rule.trigger_tags = {"user"};
  rule.invalidate_tags = std::move(tags);
  rule.strategy = strategy;
  rule.enabled = enabled;
  rule.pattern = std::move(pattern);
  script.Do(RegisterRule{rule});
}

TEST(Explain, DirectTagsWithWhatTheyHit) {
  EngineScript script;
  script.Track("profile", {"user:42"});
  script.Track("sessions", {"user:42:sessions", "user:42"});
  script.Track("list", {"user:#all"});
  script.Track("other", {"user:43"});
  ExplainWrite query = Asking("user", "42");
  query.write.tags = {"tenant:7"};
  const Explanation explanation = Ask(script, query);
  EXPECT_EQ(Tree(explanation), (Strings{
                                   "WRITE user:42 (update)",
                                   "  DIRECT",
                                   "    TAG user:42 entries=2 (the written resource)",
                                   "    TAG user:#all entries=1 (lists, counts and searches over "
                                   "the type)",
                                   "    TAG tenant:7 (given by the writer)",
                               }));
  EXPECT_EQ(Totals(explanation), "targets=3 entries=3 dependents=0 widened=0");
  EXPECT_FALSE(explanation.key_hit);
}

TEST(Explain, BothFormsOfAnId) {
  EngineScript script;
  script.Track("key", {"user:a%3Ab"});
  EXPECT_EQ(
      Tree(Ask(script, Asking("user", "a:b"))),
      (Strings{"WRITE user:a:b (update)", "  DIRECT", "    TAG user:a:b (the written resource)",
               "    TAG user:a%3Ab entries=1 (the written resource, its id escaped)",
               "    TAG user:#all (lists, counts and searches over the type)"}));
}

TEST(Explain, AWriteWithoutIdConcernsTheType) {
  EngineScript script;
  const Explanation explanation = Ask(script, Asking("user", ""));
  EXPECT_EQ(Tree(explanation), (Strings{
                                   "WRITE user (update)",
                                   "  DIRECT",
                                   "    TAG user~ (no id: the write concerns the whole type)",
                               }));
  EXPECT_EQ(Totals(explanation), "targets=1 entries=0 dependents=0 widened=1");
}

TEST(Explain, RulesWithAMatchingTriggerAndWhyTheyFireOrNot) {
  EngineScript script;
  AddRule(script, "a_off", {"x"}, Strategy::kImmediate, false);
  AddRule(script, "b_batched", {"form", "view:{context.f}"}, Strategy::kBatched);
  AddRule(script, "c_lazy", {"report:{context.tenant}"}, Strategy::kLazy, true, "page:.*");
  script.Track("page:1", {});
  const FixedJson context{JsonValue(JsonValue::Object{
      {"f", JsonValue(JsonValue::List{JsonValue(1.0), JsonValue(), JsonValue(2.0)})}})};
  ExplainWrite query = Asking("user", "42");
  query.write.context = &context;
  const Explanation explanation = Ask(script, query);
  EXPECT_EQ(Tree(explanation), (Strings{
                                   "WRITE user:42 (update)",
                                   "  DIRECT",
                                   "    TAG user:42 (the written resource)",
                                   "    TAG user:#all (lists, counts and searches over the type)",
                                   "  NOT RULE a_off (not enabled; trigger user)",
                                   "  RULE b_batched batched (trigger user)",
                                   "    TAG form batched",
                                   "    TAG view~ batched ({context.f} is null)",
                                   "    TAG view:1 batched (view:{context.f})",
                                   "    TAG view:2 batched (view:{context.f})",
                                   "  RULE c_lazy lazy (trigger user)",
                                   "    TAG report~ lazy ({context.tenant} is absent)",
                                   "    PATTERN page:.* lazy entries=1",
                               }));
  EXPECT_EQ(Totals(explanation), "targets=8 entries=1 dependents=0 widened=2");
}

TEST(Explain, RelationshipsHopByHopWithTheDepthLeft) {
  EngineScript script;
  script.Do(RegisterRelationship{EdgeTo("1", "user", {"session"}, 2)});
  script.Do(
      RegisterRelationship{EdgeTo("2", "session", {"navigation"}, 1, "navigation:{resource_id}")});
  script.Do(RegisterRelationship{EdgeTo("3", "navigation", {"menu"}, 8)});
  const Explanation explanation = Ask(script, Asking("user", "42"));
  EXPECT_EQ(
      Tree(explanation),
      (Strings{
          "WRITE user:42 (update)",
          "  DIRECT",
          "    TAG user:42 (the written resource)",
          "    TAG user:#all (lists, counts and searches over the type)",
          "  RELATIONSHIP 1 left=1 (one_to_many from user to session, depth 2)",
          "    TAG session (the type tag)",
          "    RELATIONSHIP 2 (one_to_many from session to navigation, depth 1)",
          "      TAG navigation~ (reached without the written id)",
          "      NOT RELATIONSHIP 3 (depth spent; one_to_many from navigation to menu, depth 8)",
      }));
  EXPECT_EQ(Totals(explanation), "targets=4 entries=0 dependents=0 widened=1");
}

TEST(Explain, AttachedRelationshipsAndCascades) {
  EngineScript script;
  script.Do(RegisterRelationship{EdgeTo("1", "computed", {"dashboard"}, 1)});
  Rule rule;
  rule.name = "r";
  rule.trigger_tags = {"user"};
  rule.invalidate_tags = {"query"};
  rule.strategy = Strategy::kCascade;
  rule.relationships = {EdgeTo("own", "user", {"computed"}, 1, "computed:{resource_id}")};
  script.Do(RegisterRule{rule});
  const Explanation explanation = Ask(script, Asking("user", "42"));
  EXPECT_EQ(
      Tree(explanation),
      (Strings{
          "WRITE user:42 (update)",
          "  DIRECT",
          "    TAG user:42 (the written resource)",
          "    TAG user:#all (lists, counts and searches over the type)",
          "  RULE r (trigger user)",
          "    TAG query",
          "    RELATIONSHIP own (one_to_many from user to computed, depth 1)",
          "      TAG computed:42 (computed:{resource_id})",
          "      NOT RELATIONSHIP 1 (depth spent; one_to_many from computed to dashboard, depth 1)",
          "    CASCADE computed (the type of a target)",
          "      RELATIONSHIP 1 (one_to_many from computed to dashboard, depth 1)",
          "        TAG dashboard (the type tag)",
      }));
}

TEST(Explain, WhatFollowsThroughDependencies) {
  EngineScript script;
  script.Track("row", {"user:42"});
  script.Track("lonely", {"user:42"});
  script.Depend("page", {"row"});
  script.Depend("site", {"page"});
  script.Depend("row", {"site"});  // a cycle
  script.Depend("report", {}, {"user:42:orders"});
  AddRule(script, "r", {"user:42"});
  const Explanation explanation = Ask(script, Asking("user", "42"));
  EXPECT_EQ(
      Tree(explanation),
      (Strings{
          "WRITE user:42 (update)", "  DIRECT",
          "    TAG user:42 entries=2 dependents=4 (the written resource)",
          "      KEY row (carries user:42)", "        DEPENDENCY page (computed from key row)",
          "          DEPENDENCY site (computed from key page)",
          "            DEPENDENCY row (computed from key site)",
          "      DEPENDENCY report (computed from tag user:42:orders)",
          "    TAG user:#all (lists, counts and searches over the type)", "  RULE r (trigger user)",
          "    TAG user:42 entries=2 dependents=4",  // shown above
      }));
  EXPECT_EQ(Totals(explanation), "targets=2 entries=2 dependents=4 widened=0");
}

TEST(Explain, PatternsWithTheKnownKeysTheyMatch) {
  EngineScript script;
  AddRule(script, "r", {}, Strategy::kImmediate, true, "page:[0-9]+");
  script.Track("page:1", {});
  script.Track("page:x", {});
  script.Depend("site", {"page:2"});
  script.Depend("page:3", {"page:1"});
  script.Track("page:4", {});
  script.Do(UntrackEntries{{"page:4"}});
  const Explanation explanation = Ask(script, Asking("user", "42"));
  EXPECT_EQ(Tree(explanation), (Strings{
                                   "WRITE user:42 (update)",
                                   "  DIRECT",
                                   "    TAG user:42 (the written resource)",
                                   "    TAG user:#all (lists, counts and searches over the type)",
                                   "  RULE r (trigger user)",
                                   "    PATTERN page:[0-9]+ entries=3 dependents=2",
                                   "      KEY page:1 (the whole key matches)",
                                   "        DEPENDENCY page:3 (computed from key page:1)",
                                   "      KEY page:2 (the whole key matches)",
                                   "        DEPENDENCY site (computed from key page:2)",
                               }));
  EXPECT_EQ(Totals(explanation), "targets=3 entries=3 dependents=2 widened=0");
}

// Explanations for one key.

struct KeyRow {
  const char* what;
  const char* key;
  Names key_tags;
  bool hit;
  Strings tree;
};

void CheckKeys(EngineScript& script, const std::vector<KeyRow>& rows) {
  for (const KeyRow& row : rows) {
    const Explanation explanation = Ask(script, Asking("user", "42", row.key, row.key_tags));
    EXPECT_EQ(Tree(explanation), row.tree) << row.what;
    EXPECT_EQ(explanation.key_hit, row.hit) << row.what;
  }
}

TEST(ExplainKey, ByItsTags) {
  EngineScript script;
  script.Track("orders", {"user:42:orders", "x"});
  script.Track("bare", {"user"});
  script.Track("plain", {});
  CheckKeys(
      script,
      {
          {"a tag below the written one",
           "orders",
           {},
           true,
           {"WRITE user:42 (update)", "  DIRECT",
            "    TAG user:42 entries=1 (the written resource)",
            "      KEY orders (carries user:42:orders)",
            "    NOT TAG user:#all (lists, counts and searches over the type; the key carries "
            "user:42:orders, which is neither the tag nor below it)",
            "  KEY orders (tracked; carries user:42:orders, x)"}},
          {"the bare type tag is not hit",
           "bare",
           {},
           false,
           {"WRITE user:42 (update)", "  DIRECT",
            "    NOT TAG user:42 entries=1 (the written resource; the key carries user, which "
            "is above it: a tag hits itself and the tags below it)",
            "    NOT TAG user:#all (lists, counts and searches over the type; the key carries "
            "user, "
            "which is above it: a tag hits itself and the tags below it)",
            "  NOT KEY bare (tracked; carries user)"}},
          {"tags that the question names",
           "new",
           {"user:#all"},
           true,
           {"WRITE user:42 (update)", "  DIRECT",
            "    NOT TAG user:42 entries=1 (the written resource; the key carries user:#all, which "
            "is neither the tag nor below it)",
            "    TAG user:#all (lists, counts and searches over the type)",
            "      KEY new (carries user:#all)",
            "  KEY new (not tracked; assumed to carry user:#all)"}},
          {"of a tracked key its own tags count",
           "plain",
           {"user:42"},
           false,
           {"WRITE user:42 (update)",
            "  NOT KEY plain (tracked without tags: only patterns and dependencies can hit it)"}},
          {"nothing is known of it",
           "unknown",
           {},
           false,
           {"WRITE user:42 (update)",
            "  NOT KEY unknown (not tracked, no tags given: only patterns and dependencies can hit "
            "it)"}},
      });
}

TEST(ExplainKey, ByRules) {
  EngineScript script;
  AddRule(script, "a_off", {"form"}, Strategy::kImmediate, false);
  AddRule(script, "b_on", {"view:{resource_id}", "unrelated"}, Strategy::kBatched);
  AddRule(script, "c_pattern", {}, Strategy::kImmediate, true, "page:[0-9]+");
  CheckKeys(
      script,
      {
          {"a rule that is not enabled",
           "k",
           {"form:1"},
           false,
           {"WRITE user:42 (update)", "  NOT RULE a_off (not enabled; trigger user)",
            "    NOT TAG form", "      NOT KEY k (carries form:1)",
            "  RULE c_pattern (trigger user)",
            "    NOT PATTERN page:[0-9]+ (does not match the whole key k)",
            "  NOT KEY k (not tracked; assumed to carry form:1)"}},
          {"a scoped target of another row",
           "k",
           {"view:43"},
           false,
           {"WRITE user:42 (update)", "  RULE b_on batched (trigger user)",
            "    NOT TAG view:42 batched (view:{resource_id}; the key carries view:43, which "
            "is neither the tag nor below it)",
            "  RULE c_pattern (trigger user)",
            "    NOT PATTERN page:[0-9]+ (does not match the whole key k)",
            "  NOT KEY k (not tracked; assumed to carry view:43)"}},
          {"a pattern",
           "page:7",
           {},
           true,
           {"WRITE user:42 (update)", "  RULE c_pattern (trigger user)", "    PATTERN page:[0-9]+",
            "      KEY page:7 (the whole key matches)",
            "  KEY page:7 (not tracked, no tags given: only patterns and dependencies can hit "
            "it)"}},
      });
}

TEST(ExplainKey, ByRelationships) {
  EngineScript script;
  script.Do(RegisterRelationship{EdgeTo("1", "user", {"session"}, 1)});
  script.Do(RegisterRelationship{EdgeTo("2", "session", {"menu"}, 1)});
  CheckKeys(script,
            {
                {"reached",
                 "k",
                 {"session:9"},
                 true,
                 {"WRITE user:42 (update)",
                  "  RELATIONSHIP 1 (one_to_many from user to session, depth 1)",
                  "    TAG session (the type tag)", "      KEY k (carries session:9)",
                  "  KEY k (not tracked; assumed to carry session:9)"}},
                {"one hop too far",
                 "k",
                 {"menu"},
                 false,
                 {"WRITE user:42 (update)",
                  "  RELATIONSHIP 1 (one_to_many from user to session, depth 1)",
                  "    NOT RELATIONSHIP 2 (depth spent; one_to_many from session to menu, depth 1)",
                  "      NOT TAG menu", "        NOT KEY k (carries menu)",
                  "  NOT KEY k (not tracked; assumed to carry menu)"}},
            });
}

TEST(ExplainKey, ByDependencies) {
  EngineScript script;
  script.Track("row", {"user:42"});
  script.Depend("page", {"row", "other"});
  script.Depend("site", {"page"}, {"config"});
  script.Depend("elsewhere", {"other"}, {"config"});
  CheckKeys(
      script,
      {
          {"the way to it",
           "site",
           {},
           true,
           {"WRITE user:42 (update)", "  DIRECT",
            "    TAG user:42 entries=1 dependents=2 (the written resource)",
            "      KEY row (carries user:42)", "        DEPENDENCY page (computed from key row)",
            "          DEPENDENCY site (computed from key page)",
            "  KEY site (not tracked, no tags given: only patterns and dependencies can hit "
            "it)"}},
          {"what it was computed from is not hit",
           "elsewhere",
           {},
           false,
           {"WRITE user:42 (update)",
            "  NOT KEY elsewhere (not tracked, no tags given: only patterns and dependencies "
            "can hit it)",
            "    NOT DEPENDENCY config (the key is computed from this tag, which is not hit "
            "either)",
            "    NOT DEPENDENCY other (the key is computed from this key, which is not hit "
            "either)"}},
      });
}

// The limits, and what is left out beyond them.

TEST(Explain, IsBounded) {
  EngineScript script;
  std::string below = "k0";
  script.Depend(below, {}, {"user:42"});
  for (int i = 1; i < 200; ++i) {
    const std::string key = absl::StrCat("k", i);
    script.Depend(key, {below});
    below = key;
  }
  for (size_t i = 0; i < kMaxExplanationChildren + 5; ++i) {
    script.Depend(absl::StrCat("wide", i), {}, {"user:#all"});
  }
  const Explanation explanation = Ask(script, Asking("user", "42"));
  EXPECT_EQ(explanation.dependents, 200 + kMaxExplanationChildren + 5);
  const ExplanationNode& direct = explanation.root.children[0];
  EXPECT_EQ(direct.children[0].dependents, 200u);
  EXPECT_EQ(direct.children[1].children.size(), kMaxExplanationChildren);
  EXPECT_EQ(direct.children[1].children_left_out, 5u);
  uint32_t level = 3;
  const ExplanationNode* deepest = &direct.children[0];
  for (; !deepest->children.empty(); deepest = &deepest->children[0]) ++level;
  EXPECT_EQ(level, kMaxExplanationLevels);
  EXPECT_EQ(deepest->children_left_out, 1u);

  // A key below the deepest level shown is hit all the same.
  EXPECT_TRUE(Ask(script, Asking("user", "42", "k199")).key_hit);
}

TEST(Explain, ForgetsWhatWasEvictedOrExpired) {
  EngineScript script;
  script.Track("evicted", {"user:42"});
  script.Invalidate({"user:42"});
  TrackEntries track;
  TrackedEntry& entry = track.entries.emplace_back();
  entry.key = "expired";
  entry.tags = {"user:42"};
  entry.ttl = absl::Seconds(1);
  script.Do(track);
  EXPECT_EQ(Ask(script, Asking("user", "42")).entries, 1u);
  script.Advance(absl::Seconds(2));
  EXPECT_EQ(Ask(script, Asking("user", "42")).entries, 0u);
  EXPECT_FALSE(Ask(script, Asking("user", "42", "expired")).key_hit);
}

TEST(Explain, ChangesNothingAndPredictsTheWrite) {
  EngineScript script;
  script.Do(RegisterRelationship{EdgeTo("1", "user", {"session"}, 2)});
  AddRule(script, "r", {"view:{resource_id}", "view:{context.f}"}, Strategy::kLazy);
  script.Track("row", {"user:42"});
  script.Depend("page", {"row"});
  const std::string before = script.engine().DumpForTest();
  const Explanation explanation = Ask(script, Asking("user", "42"));
  EXPECT_EQ(script.engine().DumpForTest(), before);
  const Strings events = script.Write("user", "42");
  EXPECT_EQ(events.size(), explanation.targets + explanation.dependents);
  EXPECT_EQ(script.result<InvalidationResult>().widened, explanation.widened);
}

}  // namespace
}  // namespace cache_invalidation::engine
