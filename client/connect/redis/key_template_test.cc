// SPDX-License-Identifier: Apache-2.0

#include "client/connect/redis/key_template.h"

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

namespace cache_invalidation::connect {
namespace {

using Names = std::vector<std::string>;  // in their order
using Keys = std::set<std::string>;
using Scans = std::set<std::pair<std::string, std::string>>;

KeyTemplate Parsed(const std::string& tag, const Names& keys) {
  auto parsed = KeyTemplate::Parse(tag, keys);
  EXPECT_TRUE(parsed.ok()) << parsed.status();
  return *std::move(parsed);
}

SinkTargets NamedBy(const KeyTemplate& key_template, const std::string& tag) {
  SinkTargets named;
  const bool matched = key_template.Match(tag, named);
  EXPECT_EQ(matched, !named.empty());
  return named;
}

TEST(KeyTemplateTest, ATagNamesItsKeys) {
  const auto named =
      NamedBy(Parsed("customer:*", {R"(cust:\1)", R"(cust:\1:orders)"}), "customer:7");
  EXPECT_EQ(named.keys, (Keys{"cust:7", "cust:7:orders"}));
  EXPECT_TRUE(named.scans.empty());
}

TEST(KeyTemplateTest, ATagAboveNamesAllThatTheTemplateCan) {
  const KeyTemplate key_template =
      Parsed("tenant:*:customer:*", {R"(t:\1:c:\2)", R"(home:\1)", "all"});
  const auto whole_type = NamedBy(key_template, "tenant");
  EXPECT_EQ(whole_type.scans, (Scans{{"t:", ""}, {"home:", ""}}));
  EXPECT_EQ(whole_type.keys, (Keys{"all"}));
  const auto one_tenant = NamedBy(key_template, "tenant:3");
  EXPECT_EQ(one_tenant.scans, (Scans{{"t:3:c:", ""}}));
  EXPECT_EQ(one_tenant.keys, (Keys{"home:3", "all"}));
  EXPECT_EQ(NamedBy(key_template, "tenant:3:customer").scans, (Scans{{"t:3:c:", ""}}));
}

TEST(KeyTemplateTest, OtherTagsAndTagsBelowNameNothing) {
  const KeyTemplate key_template = Parsed("customer:*", {R"(cust:\1)"});
  for (const char* tag : {"invoice", "invoice:7", "custom", "customers:7", "customer:7:orders"}) {
    const auto named = NamedBy(key_template, tag);
    EXPECT_TRUE(named.keys.empty() && named.scans.empty()) << tag;
  }
}

TEST(KeyTemplateTest, AnEscapedValueNamesBothSpellings) {
  EXPECT_EQ(NamedBy(Parsed("order:*", {R"(o:\1)"}), "order:urn%3A7%253A").keys,
            (Keys{"o:urn%3A7%253A", "o:urn:7%3A"}));
}

TEST(KeyTemplateTest, ValuesAreTextAndNoTemplates) {
  EXPECT_EQ(NamedBy(Parsed("order:*", {R"(o:\1)"}), R"(order:\1 {*}%s)").keys,
            (Keys{R"(o:\1 {*}%s)"}));
}

TEST(KeyTemplateTest, WhatIsWrong) {
  EXPECT_FALSE(KeyTemplate::Parse("", {"k"}).ok());
  EXPECT_FALSE(KeyTemplate::Parse("a:", {"k"}).ok());
  EXPECT_FALSE(KeyTemplate::Parse("a:b*", {"k"}).ok());
  EXPECT_FALSE(KeyTemplate::Parse("a:*", {}).ok());
  for (const char* key : {R"(k:\2)", R"(k:\0)", R"(k:\)", R"(k:\x)", R"(\1)", ""}) {
    EXPECT_FALSE(KeyTemplate::Parse("a:*", {key}).ok()) << key;
  }
}

}  // namespace
}  // namespace cache_invalidation::connect
