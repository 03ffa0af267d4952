// SPDX-License-Identifier: Apache-2.0

#include "server/access/policy.h"

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace cache_invalidation::access {
namespace {

constexpr char kHash[] = "2CF24DBA5FB0A30E26E83B2AC5B9E29E1B161E5C1FA7425E73043362938B9824";

TEST(PolicyTextTest, ReadsAWholePolicy) {
  const auto policy = ParsePolicy(absl::StrCat(R"(# who may do what
principals:
  - name: orders
    tokens:
      - sha256: )",
                                               kHash, R"(
    certificates: [spiffe://shop/orders]
    roles:
      - role: writer
        namespaces: [shop, "shop-*"]
    limits: {calls_per_second: 0.5, burst: 20}
  - name: paused
    tokens: []
anonymous:
  limits: {calls_per_second: 2.5}
namespaces:
  - {name: "*", limits: {calls_per_second: 2000}}
)"));
  ASSERT_TRUE(policy.ok()) << policy.status();
  const Principal& orders = **(*policy)->Authenticate({.token = HashOf("hello")});
  EXPECT_EQ(orders.name, "orders");
  EXPECT_EQ(orders.limit->calls_per_second, 0.5);
  EXPECT_EQ(orders.limit->burst, 20);
  const Principal& anonymous = **(*policy)->Authenticate({});
  EXPECT_EQ(anonymous.limit->burst, 3) << "a second's calls, if nothing else is said";
  EXPECT_FALSE(anonymous.MayAct(Role::kReader, "shop"));
  EXPECT_EQ((*policy)->LimitOf("any")->burst, 2000);
}

TEST(PolicyTextTest, RefusesWithTheLineAndTheField) {
  const struct {
    std::string yaml, message;
  } kCases[] = {
      {"", "line 1: expected a map with principals, anonymous, namespaces"},
      {"principals: []", "line 1: expected principals or anonymous: nobody could call"},
      {"- a", "line 1: expected a map with principals, anonymous, namespaces"},
      {"principals: {}", "line 1: principals: expected a list"},
      {"principals:\n", "line 1: principals: expected a list"},
      {"anonymous: {}\nprincipal: []", "line 2: unknown key \"principal\""},
      {"principals:\n  - name: a\n    role: x", "line 3: principals[0]: unknown key \"role\""},
      {"principals: [{tokens: []}]", "line 1: principals[0]: expected a name"},
      {"principals: [{name: \"\"}]",
       "line 1: principals[0].name: expected 1 to 256 bytes of UTF-8 without control characters, "
       "got nothing"},
      {"principals: [{name: [a]}]", "line 1: principals[0].name: expected a text"},
      {"principals: [{name: anonymous}]",
       "line 1: principals[0].name: expected another name: this is that of callers without a "
       "credential"},
      {"principals:\n- name: a\n- name: a",
       "line 3: principals[1].name: expected a name that occurs once"},
      {"principals: [{name: a, tokens: [s3cr3t]}]",
       "line 1: principals[0].tokens[0]: expected a map with sha256"},
      {"principals: [{name: a, tokens: [{sha256: s3cr3t}]}]",
       "line 1: principals[0].tokens[0]: sha256: expected 64 hex digits, the sha256sum of the "
       "token"},
      {"principals: [{name: a, tokens: [{}]}]",
       "line 1: principals[0].tokens[0]: sha256: expected 64 hex digits, the sha256sum of the "
       "token"},
      {"principals: [{name: a, tokens: [{sha256: "
       "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855}]}]",
       "line 1: principals[0].tokens[0]: sha256: this is the hash of an empty token"},
      {absl::StrCat("principals:\n- {name: a, tokens: [{sha256: ", kHash,
                    "}]}\n- {name: b, tokens: [{sha256: \"", kHash, "\"}]}"),
       "line 3: principals[1].tokens[0]: sha256: expected a token that occurs once"},
      {"principals:\n- {name: a, certificates: [x]}\n- {name: b, certificates: [x]}",
       "line 3: principals[1].certificates[0]: expected a name of a certificate that occurs once"},
      {"anonymous: {roles: [{role: owner, namespaces: [a]}]}",
       "line 1: anonymous.roles[0].role: expected reader, writer or admin"},
      {"anonymous: {roles: [{namespaces: [a]}]}", "line 1: anonymous.roles[0]: expected a role"},
      {"anonymous: {roles: [{role: reader}]}",
       "line 1: anonymous.roles[0]: expected namespaces; \"*\" means all"},
      {"anonymous: {roles: [{role: reader, namespaces: [a*b]}]}",
       "line 1: anonymous.roles[0].namespaces[0]: expected the name of a namespace, or a prefix of "
       "names with a star at the end"},
      {"anonymous: {roles: [{role: reader, namespaces: [A]}]}",
       "line 1: anonymous.roles[0].namespaces[0]: expected the name of a namespace, or a prefix of "
       "names with a star at the end"},
      {"anonymous: {limits: {burst: 5}}", "line 1: anonymous.limits: expected calls_per_second"},
      {"anonymous: {limits: {calls_per_second: 0}}",
       "line 1: anonymous.limits.calls_per_second: expected a number of 0.001 to 1e+06"},
      {"anonymous: {limits: {calls_per_second: nan}}",
       "line 1: anonymous.limits.calls_per_second: expected a number of 0.001 to 1e+06"},
      {"anonymous: {limits: {calls_per_second: 5, burst: 0.5}}",
       "line 1: anonymous.limits.burst: expected a number of 1 to 1e+06"},
      {"anonymous: {}\nnamespaces:\n- {name: a}",
       "line 3: namespaces[0]: expected a name and limits"},
      {"anonymous: {}\nnamespaces: [{name: s*, limits: {calls_per_second: 1}}, "
       "{name: s*, limits: {calls_per_second: 2}}]",
       "line 2: namespaces[1]: \"s*\" occurs twice"},
      {"anonymous: {}\nanonymous: {}", "line 2: \"anonymous\" is defined twice"},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(ParsePolicy(c.yaml).status(), absl::InvalidArgumentError(c.message)) << c.yaml;
    EXPECT_FALSE(absl::StrContains(ParsePolicy(c.yaml).status().message(), "s3cr3t"));
  }
}

TEST(PolicyTextTest, IsBounded) {
  std::string many = "principals:\n";
  for (int i = 0; i < 1'001; ++i) absl::StrAppend(&many, "- {name: p", i, "}\n");
  EXPECT_EQ(ParsePolicy(many).status().message(),
            "line 1002: principals[1000]: expected at most 1000 principals");
  std::string wide = "anonymous: {roles: [{role: reader, namespaces: [a";
  for (int i = 0; i < 256; ++i) absl::StrAppend(&wide, ", n", i);
  EXPECT_EQ(ParsePolicy(wide + "]}]}").status().message(),
            "line 1: anonymous.roles: expected at most 256 namespaces in all of them; prefixes "
            "with a star shorten the list");
  EXPECT_EQ(ParsePolicy(std::string((1 << 20) + 1, ' ')).status().message(),
            "line 1: expected at most 1 MiB");
}

}  // namespace
}  // namespace cache_invalidation::access
