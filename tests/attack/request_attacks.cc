// SPDX-License-Identifier: Apache-2.0

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/clock.h"
#include "tests/attack/attack.h"
#include "tests/attack/inputs.h"

namespace cache_invalidation::attack {
namespace {

constexpr int kMostRules = 990;  // beside the default ones
constexpr int kMostTemplates = 64;

Attack Products(const Size& size, uint64_t writes) {
  const int rules = static_cast<int>(size.Of(30, 5));
  return {.name = absl::StrCat("products-", writes),
          .input = absl::StrCat(rules, " rules of 64 templates that multiply two lists; ", writes,
                                " writes with lists of 33 and 30 in one call"),
          .prepare = [rules](Target& target) { RegisterProducts(target, rules, kMostTemplates); },
          .run =
              [writes](Target& target) {
                Send(target, Transaction(writes, {{"l", 33}, {"m", 30}}));
              }};
}

Attack OneProduct(const Size& size) {
  const uint64_t writes = size.Of(4000, 500);
  return {.name = "product-of-one-rule",
          .input = absl::StrCat("one rule, one such template, ", writes, " writes"),
          .prepare = [](Target& target) { RegisterProducts(target, 1, 1); },
          .run =
              [writes](Target& target) {
                Send(target, Transaction(writes, {{"l", 33}, {"m", 30}}));
              }};
}

Attack ManyTemplates(const Size& size) {
  const uint64_t writes = size.Of(10'000, 1000);
  return {.name = "templates",
          .input = absl::StrCat("one rule of 64 templates, ", writes, " writes in one call"),
          .prepare =
              [](Target& target) {
                v1::Rule rule = RuleOf("many");
                for (int t = 0; t < kMostTemplates; ++t) {
                  rule.add_invalidate_tags(absl::StrCat("b", t, ":{resource_id}"));
                }
                target.Register(rule);
              },
          .run = [writes](Target& target) { Send(target, Transaction(writes)); }};
}

// With `tags` = 7 they are almost what one command may name.
Attack DirectTags(const Size& size, int tags) {
  const uint64_t writes = size.Of(10'000, 500);
  return {
      .name = absl::StrCat("direct-tags-", tags),
      .input = absl::StrCat(writes, " writes with ", tags, " tags of their own each, in one call"),
      .prepare = {},
      .run = [writes, tags](Target& target) {
        v1::InvalidateByWritesRequest request = Transaction(writes);
        uint32_t number = 0;
        for (v1::WriteEvent& write : *request.mutable_writes()) {
          for (int tag = 0; tag < tags; ++tag) {
            write.add_tags(absl::StrCat(absl::Hex(++number)));
          }
        }
        Send(target, request);
      }};
}

Attack ManyRelationships(const Size& size) {
  const int relationships = static_cast<int>(size.Of(1000, 100));
  const uint64_t writes = size.Of(10'000, 100);
  return {.name = "relationships",
          .input = absl::StrCat(relationships, " relationships to 64 types each, ", writes,
                                " writes in one call"),
          .prepare =
              [relationships](Target& target) {
                for (int r = 0; r < relationships; ++r) {
                  v1::RegisterRelationshipRequest request;
                  request.set_namespace_(kNamespace);
                  v1::Relationship& relationship = *request.mutable_relationship();
                  relationship.set_name(absl::StrCat("r", r));
                  relationship.set_source_type("t");
                  relationship.set_cardinality(v1::CARDINALITY_ONE_TO_MANY);
                  for (int t = 0; t < 64; ++t) {
                    relationship.add_target_types(absl::StrCat("u", r, "_", t));
                  }
                  v1::RegisterRelationshipResponse response;
                  const grpc::Status status = Call(
                      target.relationships(), &v1::RelationshipService::Stub::RegisterRelationship,
                      request, &response);
                  if (!status.ok()) target.Complain(status.error_message());
                }
              },
          .run = [writes](Target& target) { Send(target, Transaction(writes)); }};
}

Attack NestedConditions(const Size& size) {
  const int rules = static_cast<int>(size.Of(kMostRules, 100));
  return {.name = "conditions",
          .input = absl::StrCat(rules, " rules with a condition of three nested loops, 100 writes"),
          .prepare =
              [rules](Target& target) {
                for (int r = 0; r < rules; ++r) {
                  v1::Rule rule = RuleOf(absl::StrCat("nested", r));
                  rule.set_condition(absl::StrCat(
                      "context.l.exists(a, context.l.exists(b, context.l.exists(c, a + b + c == ",
                      -1 - r, ")))"));
                  rule.add_invalidate_tags("never");
                  target.Register(rule);
                }
              },
          .run =
              [](Target& target) {
                Send(target, Transaction(100, {{"l", 40}}));
              }};
}

Attack LongLists(const Size& size) {
  const int rules = static_cast<int>(size.Of(kMostRules, 100));
  const uint64_t writes = size.Of(60, 10);
  return {.name = "lists",
          .input = absl::StrCat(rules, " rules that search a list, ", writes,
                                " writes with lists of 5,000"),
          .prepare =
              [rules](Target& target) {
                for (int r = 0; r < rules; ++r) {
                  v1::Rule rule = RuleOf(absl::StrCat("search", r));
                  rule.set_condition(absl::StrCat(-1 - r, " in context.l"));
                  rule.add_invalidate_tags("never");
                  target.Register(rule);
                }
              },
          .run =
              [writes](Target& target) {
                Send(target, Transaction(writes, {{"l", 5000}}));
              }};
}

Attack Patterns(const Size& size) {
  const int rules = static_cast<int>(size.Of(kMostRules, 100));
  const uint64_t keys = size.Of(100'000, 10'000);
  return {.name = "patterns",
          .input = absl::StrCat("one write that fires ", rules, " rules with patterns over ", keys,
                                " keys"),
          .prepare =
              [rules, keys](Target& target) {
                target.Track(Entries(keys, "key:"));
                for (int r = 0; r < rules; ++r) {
                  v1::Rule rule = RuleOf(absl::StrCat("pattern", r));
                  rule.set_pattern(absl::StrCat(".*:.*[0-9]+x", r, ".*"));
                  target.Register(rule);
                }
              },
          .run = [](Target& target) { Send(target, Transaction(1)); }};
}

// Templates, conditions and patterns, each of which might take all that one command may do.
Attack AllAtOnce(const Size& size) {
  const int rules = static_cast<int>(size.Of(300, 30));
  const uint64_t keys = size.Of(100'000, 10'000);
  return {
      .name = "all-at-once",
      .input = absl::StrCat("100 writes that fire ", rules,
                            " rules with products, nested loops and patterns over ", keys, " keys"),
      .prepare =
          [rules, keys](Target& target) {
            target.Track(Entries(keys, "key:"));
            for (int r = 0; r < rules; ++r) {
              v1::Rule rule = RuleOf(absl::StrCat("all", r));
              rule.set_condition(
                  absl::StrCat("!context.m.exists(a, context.m.exists(b, a + b == ", -1 - r, "))"));
              rule.add_invalidate_tags(absl::StrCat("a", r, ":{context.l}:{context.m}"));
              rule.set_pattern(absl::StrCat(".*:.*[0-9]+x", r, ".*"));
              target.Register(rule);
            }
          },
      .run =
          [](Target& target) {
            Send(target, Transaction(100, {{"l", 33}, {"m", 30}}));
          }};
}

// Rules whose patterns are slow to compile, then others whose warnings take more than they do
// themselves: validated, then applied to a namespace that does not exist yet.
Attack Declarations(const Size& size) {
  const int rules = static_cast<int>(size.Of(kMostRules, 100));
  return {.name = "declarations",
          .input = absl::StrCat("ApplyDeclarations of ", rules,
                                " rules with a pattern of 1,400 instructions, and of as many with ",
                                "64 templates and a condition"),
          .prepare = {},
          .run = [rules](Target& target) {
            v1::ApplyDeclarationsRequest request;
            request.set_namespace_("declared");
            for (const bool patterns : {true, false}) {
              request.clear_rules();
              for (int r = 0; r < rules; ++r) {
                v1::Rule& rule = *request.add_rules();
                rule = RuleOf(absl::StrCat("r", r));
                if (patterns) {
                  rule.set_pattern("(?:[a-y]{0,99}){7}z");
                  continue;
                }
                rule.set_condition("context.price > 9007199254740993 || operation == \"Insert\"");
                for (int t = 0; t < 64; ++t) {
                  rule.add_invalidate_tags(absl::StrCat("t", t, ":{context.old.f", t, "}"));
                }
              }
              for (const bool only : {true, false}) {
                request.set_validate_only(only);
                v1::ApplyDeclarationsResponse response;
                const grpc::Status status =
                    Call(target.declarations(), &v1::DeclarationService::Stub::ApplyDeclarations,
                         request, &response);
                if (!status.ok()) target.Complain(status.error_message());
              }
            }
          }};
}

Attack Cascade(const Size& size, bool chain) {
  const uint64_t keys = size.Of(chain ? 300'000 : 1'000'000, 20'000);
  return {.name = chain ? "cascade-chain" : "cascade-star",
          .input = absl::StrCat(
              "InvalidateWithDependencies over ", keys,
              chain ? " entries, each computed from the last" : " entries computed from one key"),
          .prepare =
              [keys, chain](Target& target) {
                std::vector<v1::TrackedEntry> entries = Entries(keys, "d", chain ? "" : "root");
                for (uint64_t i = 0; chain && i < keys; ++i) {
                  entries[i].add_depends_on_keys(i == 0 ? "root" : absl::StrCat("d", i - 1));
                }
                target.Track(entries);
              },
          .run =
              [](Target& target) {
                v1::InvalidateWithDependenciesRequest request;
                request.set_namespace_(kNamespace);
                request.set_key("root");
                request.set_recursive(true);
                v1::InvalidateWithDependenciesResponse response;
                (void)Call(target.invalidations(),
                           &v1::InvalidationService::Stub::InvalidateWithDependencies, request,
                           &response);
              },
          // Everything that was reached is named. The redesign of the hot paths is to come.
          .goal = {.hold = absl::Seconds(1)}};
}

Attack Readers(const Size& size) {
  const uint64_t keys = size.Of(600'000, 50'000);
  return {
      .name = "readers",
      .input = absl::StrCat("8 threads explain a write, look keys up and list dependencies over ",
                            keys, " dependents, for 3 s"),
      .prepare =
          [keys](Target& target) {
            std::vector<v1::TrackedEntry> entries = Entries(keys, "d");
            for (v1::TrackedEntry& entry : entries) entry.add_depends_on_tags("t:1");
            target.Track(entries);
          },
      .run =
          [](Target& target) {
            const absl::Time end = RealClock().Now() + absl::Seconds(3);
            InParallel(8, [&target, end](int number) {
              v1::ExplainWriteRequest explain;
              explain.set_namespace_(kNamespace);
              *explain.mutable_write() = WriteWithLists(1, {});
              v1::ListCacheDependenciesRequest list;
              list.set_namespace_(kNamespace);
              list.set_name("t:1");
              list.set_direction(v1::DEPENDENCY_DIRECTION_DEPENDENTS);
              list.set_page_size(1000);
              while (RealClock().Now() < end) {
                v1::ExplainWriteResponse explained;
                if (number % 2 == 0) {
                  (void)Call(target.writes(), &v1::WriteEventService::Stub::ExplainWrite, explain,
                             &explained);
                  continue;
                }
                v1::ListCacheDependenciesResponse page;
                (void)Call(target.dependencies(),
                           &v1::DependencyService::Stub::ListCacheDependencies, list, &page);
                list.set_page_token(page.next_page_token());
              }
            });
          },
      .goal = {.hold = absl::Milliseconds(10)}};
}

}  // namespace

std::vector<Attack> RequestAttacks(const Size& size) {
  return {Products(size, 20),
          Products(size, size.Of(1000, 100)),
          OneProduct(size),
          ManyTemplates(size),
          DirectTags(size, 7),
          DirectTags(size, 40),
          ManyRelationships(size),
          NestedConditions(size),
          LongLists(size),
          Patterns(size),
          AllAtOnce(size),
          Declarations(size),
          Cascade(size, false),
          Cascade(size, true),
          Readers(size)};
}

}  // namespace cache_invalidation::attack
