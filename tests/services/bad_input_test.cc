// SPDX-License-Identifier: Apache-2.0

// What every service refuses: with which code, naming which field, and without any effect.

#include "tests/services/bad_input.h"

#include <future>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/support/byte_buffer.h"
#include "grpcpp/support/client_callback.h"
#include "gtest/gtest.h"
#include "protos/cache_invalidation/v1/cache_entry_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/declaration_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/dependency_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/invalidation_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/namespace_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/relationship_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/rule_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/stats_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/subscription_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/write_event_service.grpc.pb.h"
#include "tests/services/service_test.h"

namespace cache_invalidation {
namespace {

using Declarations = v1::DeclarationService::Stub;
using Dependencies = v1::DependencyService::Stub;
using Entries = v1::CacheEntryService::Stub;
using Invalidations = v1::InvalidationService::Stub;
using Namespaces = v1::NamespaceService::Stub;
using Relationships = v1::RelationshipService::Stub;
using Rules = v1::RuleService::Stub;
using Stats = v1::StatsService::Stub;
using Subscriptions = v1::SubscriptionService::Stub;
using Writes = v1::WriteEventService::Stub;

// A namespace with something of everything, which no bad request may change.
class BadInputTest : public ServiceTest {
 protected:
  void SetUp() override {
    Ok(*rules_, &Rules::RegisterRule,
       R"(rule { name: "r" trigger_tags: "t" invalidate_tags: "x:{resource_id}" })");
    Ok(*relationships_, &Relationships::RegisterRelationship,
       R"(relationship { name: "s" source_type: "t" target_types: "u" cascade_depth: 1 })");
    Ok(*dependencies_, &Dependencies::AddCacheDependency, R"(key: "k" depends_on: "d")");
    Ok(*entries_, &Entries::TrackEntries, R"(entries { key: "e" tags: "t:1" })");
    Ok(*invalidations_, &Invalidations::SetBatchDelay, "delay { seconds: 60 }");
    Ok(*invalidations_, &Invalidations::ScheduleBatchInvalidation, R"(tags: "pending")");
    before_ = State();
  }

  void TearDown() override { EXPECT_EQ(State(), before_); }

  std::string State() {
    return absl::StrCat(
        Ok(*stats_, &Stats::GetInvalidationStats, "").DebugString(),
        Ok(*rules_, &Rules::ListRules, "page_size: 1000").DebugString(),
        Ok(*relationships_, &Relationships::ListRelationships, "page_size: 1000").DebugString(),
        Ok(*dependencies_, &Dependencies::ListCacheDependencies, "name: 'k'").DebugString(),
        Ok(*entries_, &Entries::LookupEntry, "key: 'e'").DebugString());
  }

  std::unique_ptr<Rules> rules_ = NewStub<v1::RuleService>();
  std::unique_ptr<Namespaces> namespaces_ = NewStub<v1::NamespaceService>();
  std::unique_ptr<Relationships> relationships_ = NewStub<v1::RelationshipService>();
  std::unique_ptr<Declarations> declarations_ = NewStub<v1::DeclarationService>();
  std::unique_ptr<Dependencies> dependencies_ = NewStub<v1::DependencyService>();
  std::unique_ptr<Entries> entries_ = NewStub<v1::CacheEntryService>();
  std::unique_ptr<Invalidations> invalidations_ = NewStub<v1::InvalidationService>();
  std::unique_ptr<Stats> stats_ = NewStub<v1::StatsService>();
  std::unique_ptr<Subscriptions> subscriptions_ = NewStub<v1::SubscriptionService>();
  std::unique_ptr<Writes> writes_ = NewStub<v1::WriteEventService>();

 private:
  std::string before_;
};

TEST_F(BadInputTest, RegisterRule) {
  BadInput test(*rules_, &Rules::RegisterRule, R"(
      rule { name: "n" trigger_tags: "a" invalidate_tags: "b"
             relationships { source_type: "a" target_types: "b" cascade_depth: 1 } })");
  test.ExpectEveryFieldRefused(
      {.control_characters = {"rule.pattern", "rule.condition"}, .shared_limits = {}});

  const auto rule = [](const std::string& fields) {
    return "rule { name: 'n' trigger_tags: 'a' " + fields + "}";
  };
  test.ExpectRefused("rule.name", "");
  test.ExpectRefused("rule.name", "rule { trigger_tags: 'a' invalidate_tags: 'b' }");
  test.ExpectRefused("rule.trigger_tags", "rule { name: 'n' invalidate_tags: 'b' }");
  test.ExpectRefused("rule.trigger_tags[1]", rule("trigger_tags: '' invalidate_tags: 'b'"));
  test.ExpectRefused("rule.invalidate_tags", rule(""));
  test.ExpectRefused("rule.invalidate_tags[0]", rule("invalidate_tags: ''"));
  for (const char* bad :
       {"{resource_id}", ":{resource_id}", "a{resource_id}", "a:{resource_id", "a:}", "a:{x}",
        "a:{context.}", "a:{context}", "a:{{resource_id}}", "a:{resource_type}", "a:{}"}) {
    test.ExpectRefused("rule.invalidate_tags[1]",
                       rule(absl::StrCat("invalidate_tags: ['b', '", bad, "']")));
  }
  for (const char* bad : {"(", "[a", "a{2,1}", "(?=a)", "\\\\1", "(a{1000}){1000}"}) {
    test.ExpectRefused("rule.pattern", rule(absl::StrCat("pattern: '", bad, "'")));
  }
  test.ExpectRefused("rule.priority", rule("invalidate_tags: 'b' priority: 1000001"));
  for (const char* bad : {" ", "true false", "(true", "contxt.a", "nosuch(1)", "a.b", "'unclosed",
                          "tags.matches(1, 2)", "resource_id.matches('(')"}) {
    test.ExpectRefused("rule.condition",
                       rule(absl::StrCat("invalidate_tags: 'b' condition: \"", bad, "\"")));
  }
  const std::string relationship =
      "relationships { source_type: 'a' target_types: 'b' cascade_depth: ";
  test.ExpectRefused("rule.relationships[1].cascade_depth",
                     rule(relationship + "1 }" + relationship + "9 }"));
  test.ExpectRefused("rule.relationships[1].name",
                     rule(relationship + "1 }" + relationship + "2 }"));
}

TEST_F(BadInputTest, OtherRuleCalls) {
  BadInput get(*rules_, &Rules::DeleteRule, "name: 'n'");
  get.ExpectEveryFieldRefused();
  get.ExpectRefused("name", "");
  BadInput(*rules_, &Rules::ListRules, "").ExpectEveryFieldRefused();
  BadInput list(*rules_, &Rules::ListRules, "");
  list.ExpectRefused("page_size", "page_size: -1");
  const std::string foreign = [&] {
    for (const char* name : {"a", "b"}) {
      Ok(*rules_, &Rules::RegisterRule,
         absl::StrCat("namespace: 'other' rule { name: '", name,
                      "' trigger_tags: 'a' invalidate_tags: 'x' }"));
    }
    return Ok(*rules_, &Rules::ListRules, "namespace: 'other' page_size: 1").next_page_token();
  }();
  ASSERT_NE(foreign, "");
  list.ExpectRefused("page_token", absl::StrCat("page_token: '", foreign, "'"));
  list.ExpectRefused("page_token",
                     absl::StrCat("namespace: 'other' page_token: '", foreign.substr(1), "'"));

  v1::GetRuleRequest good;
  good.set_name("r");
  BadInput(
      [&](const google::protobuf::Message& request) {
        const auto& typed = dynamic_cast<const v1::GetRuleRequest&>(request);
        grpc::ClientContext context;
        v1::GetRuleResponse response;
        const grpc::Status status = rules_->GetRule(&context, typed, &response);
        // The good one names a rule that only this namespace has.
        return status.error_code() == grpc::StatusCode::NOT_FOUND ? grpc::Status::OK : status;
      },
      good)
      .ExpectEveryFieldRefused();
}

TEST_F(BadInputTest, RegisterRelationship) {
  BadInput test(*relationships_, &Relationships::RegisterRelationship,
                R"(relationship { source_type: "a" target_types: "b" cascade_depth: 1 })");
  test.ExpectEveryFieldRefused();

  const auto of = [](const std::string& fields) { return "relationship { " + fields + " }"; };
  const std::string good = "source_type: 'a' target_types: 'b' ";
  test.ExpectRefused("relationship.source_type", "");
  test.ExpectRefused("relationship.target_types", of("source_type: 'a' cascade_depth: 1"));
  test.ExpectRefused("relationship.cascade_depth", of(good + "cascade_depth: 9"));
  for (const char* bad : {"*", "a:b", "", "a*"}) {
    test.ExpectRefused(
        "relationship.source_type",
        of(absl::StrCat("source_type: '", bad, "' target_types: 'b' cascade_depth: 1")));
    test.ExpectRefused("relationship.target_types[1]",
                       of(absl::StrCat(good, "target_types: '", bad, "' cascade_depth: 1")));
  }
  test.ExpectRefused(
      "relationship.target_tag_template",
      of(good + "target_types: 'c' cascade_depth: 1 target_tag_template: 'b:{resource_id}'"));
  for (const char* bad : {"{resource_id}", "b:{x}", "b:{", "c:{resource_id}"}) {
    test.ExpectRefused("relationship.target_tag_template",
                       of(absl::StrCat(good, "cascade_depth: 1 target_tag_template: '", bad, "'")));
  }
}

TEST_F(BadInputTest, OtherRelationshipCalls) {
  BadInput test(*relationships_, &Relationships::DeleteRelationship, "name: 'n'");
  test.ExpectEveryFieldRefused();
  test.ExpectRefused("name", "");
  BadInput list(*relationships_, &Relationships::ListRelationships, "");
  list.ExpectEveryFieldRefused();
  list.ExpectRefused("source_type", "source_type: '*'");
  EXPECT_EQ(Error(*relationships_, &Relationships::GetRelationship, "")
                .error_message()
                .rfind("name: ", 0),
            0u);
}

TEST_F(BadInputTest, DeclarationCalls) {
  const std::string good = R"(
      rules { name: "n" trigger_tags: "a" invalidate_tags: "b"
              relationships { source_type: "a" target_types: "b" } }
      relationships { source_type: "a" target_types: "b" })";
  for (const std::string& request : {good, good + "validate_only: true"}) {
    BadInput test(*declarations_, &Declarations::ApplyDeclarations, request);
    test.ExpectEveryFieldRefused(
        {.control_characters = {"rules[].pattern", "rules[].condition"}, .shared_limits = {}});
    const std::string other = request.substr(good.size());
    test.ExpectRefused(
        "rules[1].condition",
        good + "rules { name: 'm' trigger_tags: 'a' pattern: 'x' condition: '(' }" + other);
    test.ExpectRefused("rules[1].name",
                       good + "rules { name: 'n' trigger_tags: 'a' pattern: 'x' }" + other);
    test.ExpectRefused("relationships[1].name",
                       good + "relationships { source_type: 'a' target_types: 'b' }" + other);
    test.ExpectRefused(
        "relationships[1].cascade_depth",
        good + "relationships { source_type: 'a' target_types: 'c' cascade_depth: 9 }" + other);
  }
}

TEST_F(BadInputTest, SubscriberCalls) {
  BadInput list(*subscriptions_, &Subscriptions::ListSubscribers, "");
  list.ExpectEveryFieldRefused();
  list.ExpectRefused("page_size", "page_size: -1");
}

const BadInput::Exemptions kDependencyLimits = {
    .control_characters = {},
    .shared_limits = {{"depends_on_keys[]", "depends_on"}, {"depends_on_tags[]", "depends_on"}}};

TEST_F(BadInputTest, DependencyCalls) {
  BadInput add(*dependencies_, &Dependencies::AddCacheDependency, "key: 'k' depends_on: 'd'");
  add.ExpectEveryFieldRefused(kDependencyLimits);
  add.ExpectRefused("key", "depends_on: 'd'");
  add.ExpectRefused("depends_on", "key: 'k'");
  add.ExpectRefused("depends_on[1]", "key: 'k' depends_on: ['d', 'k']");
  add.ExpectRefused("depends_on_keys[0]", "key: 'k' depends_on_keys: 'k'");
  add.ExpectRefused("depends_on_tags[0]", "key: 'k' depends_on_tags: ''");
  add.ExpectRefused("ttl", "key: 'k' depends_on: 'd' ttl { nanos: 999999 }");
  add.ExpectRefused("ttl", "key: 'k' depends_on: 'd' ttl { seconds: 315360001 }");

  BadInput remove(*dependencies_, &Dependencies::RemoveCacheDependency, "key: 'k'");
  remove.ExpectEveryFieldRefused(kDependencyLimits);
  remove.ExpectRefused("key", "");

  BadInput list(*dependencies_, &Dependencies::ListCacheDependencies, "name: 'k'");
  list.ExpectEveryFieldRefused();
  list.ExpectRefused("name", "");
  const std::string token =
      Ok(*dependencies_, &Dependencies::ListCacheDependencies, "name: 'k' page_size: 1")
          .next_page_token();
  ASSERT_NE(token, "");
  list.ExpectRefused("page_token", absl::StrCat("name: 'l' page_token: '", token, "'"));
  list.ExpectRefused(
      "page_token",
      absl::StrCat("name: 'k' direction: DEPENDENCY_DIRECTION_DEPENDENTS page_token: '", token,
                   "'"));
}

TEST_F(BadInputTest, InvalidationCalls) {
  const BadInput::Exemptions exemptions = {.control_characters = {"pattern"},
                                           .shared_limits = {{"keys[]", "tags"}}};
  BadInput invalidate(*invalidations_, &Invalidations::Invalidate, "tags: 't'");
  invalidate.ExpectEveryFieldRefused(exemptions);
  invalidate.ExpectRefused("tags", "");
  invalidate.ExpectRefused("tags[1]", "tags: ['t', '']");
  invalidate.ExpectRefused("keys[0]", "keys: ''");
  invalidate.ExpectRefused("pattern", "pattern: '('");
  invalidate.ExpectRefused("everything", "everything: true tags: 't'");
  invalidate.ExpectRefused("everything", "everything: true pattern: 'p'");
  invalidate.ExpectRefused("strategy", "everything: true strategy: INVALIDATION_STRATEGY_BATCHED");
  invalidate.ExpectRefused("wait_timeout", "tags: 't' wait_timeout { seconds: 121 }");

  BadInput with_dependencies(*invalidations_, &Invalidations::InvalidateWithDependencies,
                             "key: 'k'");
  with_dependencies.ExpectEveryFieldRefused();
  with_dependencies.ExpectRefused("key", "");

  BadInput schedule(*invalidations_, &Invalidations::ScheduleBatchInvalidation, "tags: 't'");
  schedule.ExpectEveryFieldRefused(exemptions);
  schedule.ExpectRefused("tags", "");

  BadInput(*invalidations_, &Invalidations::FlushPendingInvalidations, "")
      .ExpectEveryFieldRefused();

  BadInput delay(*invalidations_, &Invalidations::SetBatchDelay, "delay { seconds: 1 }");
  delay.ExpectEveryFieldRefused();
  delay.ExpectRefused("delay", "");
  delay.ExpectRefused("delay", "delay { nanos: 999999 }");
  delay.ExpectRefused("delay", "delay { seconds: 60 nanos: 1 }");
}

TEST_F(BadInputTest, CacheEntryCalls) {
  BadInput track(*entries_, &Entries::TrackEntries, "entries { key: 'k' }");
  track.ExpectEveryFieldRefused({.control_characters = {},
                                 .shared_limits = {{"entries[].depends_on_keys[]", "depends_on"},
                                                   {"entries[].depends_on_tags[]", "depends_on"}}});
  track.ExpectRefused("entries", "");
  track.ExpectRefused("entries[1].key", "entries { key: 'k' } entries {}");
  track.ExpectRefused("entries[0].depends_on[0]", "entries { key: 'k' depends_on: 'k' }");
  track.ExpectRefused("entries[0].tags[1]", "entries { key: 'k' tags: ['t', ''] }");

  BadInput untrack(*entries_, &Entries::UntrackEntries, "keys: 'k'");
  untrack.ExpectEveryFieldRefused();
  untrack.ExpectRefused("keys", "");

  BadInput lookup(*entries_, &Entries::LookupEntry, "key: 'k'");
  lookup.ExpectEveryFieldRefused();
  lookup.ExpectRefused("key", "");

  BadInput validate(*entries_, &Entries::Validate, "position {} keys { key: 'k' }");
  validate.ExpectEveryFieldRefused(
      {.control_characters = {}, .shared_limits = {{"tags[]", "keys"}}});
  validate.ExpectRefused("position", "keys { key: 'k' }");
  validate.ExpectRefused("keys", "position {}");
  validate.ExpectRefused("keys[0].key", "position {} keys {}");
}

TEST_F(BadInputTest, WriteCalls) {
  BadInput write(*writes_, &Writes::InvalidateByWrite,
                 "write { resource_type: 't' resource_id: '1' }");
  write.ExpectEveryFieldRefused();
  write.ExpectRefused("write.resource_type", "");
  write.ExpectRefused("write.resource_type", "write { resource_id: '1' }");
  for (const char* bad : {"*", "a:b", "a*"}) {
    write.ExpectRefused("write.resource_type",
                        absl::StrCat("write { resource_type: '", bad, "' }"));
  }
  write.ExpectRefused("write.tags[1]", "write { resource_type: 't' tags: ['a', ''] }");
  write.ExpectRefused("write.context.a[0].b",
                      R"(write { resource_type: "t" context { fields { key: "a" value { list_value {
      values { struct_value { fields { key: "b" value { string_value: "\xff" } } } } } } } } })");
  write.ExpectRefused(
      "write.context",
      absl::StrCat("write { resource_type: 't' context { fields { key: 'a' value { string_value: '",
                   std::string(300'000, 'x'), "' } } } }"));

  BadInput writes(*writes_, &Writes::InvalidateByWrites, "writes { resource_type: 't' }");
  writes.ExpectEveryFieldRefused();
  writes.ExpectRefused("writes", "");
  writes.ExpectRefused(
      "writes[3].resource_type",
      "writes { resource_type: 't' } writes { resource_type: 't' } writes { resource_type: 't' } "
      "writes { resource_type: '*' }");

  BadInput explain(*writes_, &Writes::ExplainWrite, "write { resource_type: 't' }");
  explain.ExpectEveryFieldRefused();
  explain.ExpectRefused("write.resource_type", "");
}

TEST_F(BadInputTest, StatsCalls) {
  BadInput(*stats_, &Stats::GetInvalidationStats, "").ExpectEveryFieldRefused();
}

TEST_F(BadInputTest, NamespaceCalls) {
  BadInput(*namespaces_, &Namespaces::ListNamespaces, "").ExpectEveryFieldRefused();

  BadInput remove(*namespaces_, &Namespaces::DeleteNamespace, "namespace: 'never-there'");
  remove.ExpectEveryFieldRefused();
  remove.ExpectRefused("namespace", "");
  remove.ExpectRefused("wait_timeout", "namespace: 'n' wait_timeout { seconds: 121 }");
}

// A call that ends before it has sent anything.
class SilentCall final : public grpc::ClientBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  SilentCall(const std::shared_ptr<grpc::Channel>& channel, const std::string& method) {
    grpc::GenericStub(channel).PrepareBidiStreamingCall(&context_, method, {}, this);
    StartWritesDone();
    StartCall();
  }

  grpc::Status Await() { return status_.get_future().get(); }

 private:
  void OnDone(const grpc::Status& status) override { status_.set_value(status); }

  grpc::ClientContext context_;
  std::promise<grpc::Status> status_;
};

// Nothing can be read from a request that never came: a client that gives up in between its headers
// and its message leaves the server with one.
TEST_F(BadInputTest, CallsWithoutAMessage) {
  int calls = 0;
  for (const char* name : {"CacheEntry", "Declaration", "Dependency", "Invalidation", "Namespace",
                           "Relationship", "Rule", "Stats", "Subscription", "WriteEvent"}) {
    const google::protobuf::ServiceDescriptor* service =
        google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(
            absl::StrCat("cache_invalidation.v1.", name, "Service"));
    ASSERT_NE(service, nullptr) << name;
    for (int i = 0; i < service->method_count(); ++i) {
      const google::protobuf::MethodDescriptor& method = *service->method(i);
      if (method.client_streaming()) continue;
      const grpc::Status status =
          SilentCall(channel(), absl::StrCat("/", service->full_name(), "/", method.name()))
              .Await();
      EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT) << method.full_name();
      EXPECT_EQ(status.error_message(), "expected a message, got none") << method.full_name();
      ++calls;
    }
  }
  EXPECT_GT(calls, 20);
}

TEST_F(BadInputTest, MessagesOverTheLimit) {
  v1::InvalidateByWritesRequest request;
  for (int i = 0; i < 100; ++i) {
    v1::WriteEvent* write = request.add_writes();
    write->set_resource_type("t");
    (*write->mutable_context()->mutable_fields())["a"].set_string_value(std::string(100'000, 'x'));
  }
  grpc::ClientContext context;
  v1::InvalidateByWritesResponse response;
  const grpc::Status status = writes_->InvalidateByWrites(&context, request, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED) << status.error_message();
}

}  // namespace
}  // namespace cache_invalidation
