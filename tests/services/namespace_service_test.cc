// SPDX-License-Identifier: Apache-2.0

// Namespaces through a whole server: listed, deleted, created again, and which subscribers are
// notified.

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "protos/cache_invalidation/v1/cache_entry_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/invalidation_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/namespace_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/rule_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/stats_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/subscription_service.grpc.pb.h"
#include "tests/services/service_test.h"

namespace cache_invalidation {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Entries = v1::CacheEntryService::Stub;
using Invalidations = v1::InvalidationService::Stub;
using Namespaces = v1::NamespaceService::Stub;
using Rules = v1::RuleService::Stub;
using Stats = v1::StatsService::Stub;
using Stream = grpc::ClientReaderWriterInterface<v1::SubscribeRequest, v1::SubscribeResponse>;

class NamespaceServiceTest : public ServiceTest {
 protected:
  using ServiceTest::ServiceTest;

  std::vector<std::string> List(const std::string& request = "") {
    std::vector<std::string> names;
    const auto page = Ok(*namespaces_, &Namespaces::ListNamespaces, request);
    for (const v1::Namespace& found : page.namespaces()) names.push_back(found.name());
    return names;
  }
  v1::DeleteNamespaceResponse Delete(const std::string& name, const std::string& rest = "") {
    return Ok(*namespaces_, &Namespaces::DeleteNamespace,
              absl::StrCat("namespace: '", name, "' ", rest));
  }
  uint64_t Invalidate(const std::string& name) {
    return Ok(*invalidations_, &Invalidations::Invalidate,
              absl::StrCat("namespace: '", name, "' tags: 't'"))
        .position()
        .revision();
  }
  v1::Position Position(const std::string& name) {
    return Ok(*stats_, &Stats::GetInvalidationStats, absl::StrCat("namespace: '", name, "'"))
        .stats()
        .position();
  }

  std::unique_ptr<Namespaces> namespaces_ = NewStub<v1::NamespaceService>();
  std::unique_ptr<Entries> entries_ = NewStub<v1::CacheEntryService>();
  std::unique_ptr<Invalidations> invalidations_ = NewStub<v1::InvalidationService>();
  std::unique_ptr<Rules> rules_ = NewStub<v1::RuleService>();
  std::unique_ptr<Stats> stats_ = NewStub<v1::StatsService>();
};

TEST_F(NamespaceServiceTest, ListsByNameInPages) {
  EXPECT_THAT(List(), IsEmpty());
  for (const char* name : {"c", "a", "default", "b"}) Invalidate(name);
  EXPECT_THAT(List(), ElementsAre("a", "b", "c", "default"));
  const auto first = Ok(*namespaces_, &Namespaces::ListNamespaces, "page_size: 3");
  ASSERT_EQ(first.namespaces_size(), 3);
  EXPECT_THAT(List(absl::StrCat("page_size: 3 page_token: '", first.next_page_token(), "'")),
              ElementsAre("default"));
  EXPECT_EQ(Ok(*namespaces_, &Namespaces::ListNamespaces, "page_size: 4").next_page_token(), "");
  EXPECT_EQ(Error(*namespaces_, &Namespaces::ListNamespaces, "page_token: 'x'").error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(Error(*namespaces_, &Namespaces::ListNamespaces, "page_size: -1").error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(NamespaceServiceTest, DeletesWithAllThatItHolds) {
  Ok(*rules_, &Rules::RegisterRule,
     "namespace: 'n' rule { name: 'r' trigger_tags: 'a' invalidate_tags: 'b' }");
  Ok(*entries_, &Entries::TrackEntries, "namespace: 'n' entries { key: 'k' tags: 't' }");
  Invalidate("n");
  Invalidate("other");
  const auto deleted = Delete("n");
  EXPECT_TRUE(deleted.found());
  EXPECT_EQ(deleted.position().revision(), 2u);
  EXPECT_FALSE(deleted.has_waiting());
  EXPECT_THAT(List(), ElementsAre("other"));
  EXPECT_EQ(Ok(*rules_, &Rules::ListRules, "namespace: 'n'").rules_size(), 0);
  EXPECT_EQ(Ok(*entries_, &Entries::LookupEntry, "namespace: 'n' key: 'k'").state(),
            v1::ENTRY_STATE_ABSENT);
  EXPECT_FALSE(Delete("n").found());
  EXPECT_THAT(List(), ElementsAre("other"));
  EXPECT_EQ(Invalidate("other"), 2u);
}

TEST_F(NamespaceServiceTest, RefusesToGuessWhichOne) {
  Invalidate("default");
  const grpc::Status none = Error(*namespaces_, &Namespaces::DeleteNamespace, "");
  EXPECT_EQ(none.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(none.error_message(), "namespace: expected a name, got an empty one");
  EXPECT_EQ(Error(*namespaces_, &Namespaces::DeleteNamespace, "namespace: 'No Name'").error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(List(), ElementsAre("default"));
  EXPECT_TRUE(Delete("default").found());
}

// What was loaded before is refused after, under whatever position.
TEST_F(NamespaceServiceTest, NoFillCrossesADeletion) {
  for (int i = 0; i < 3; ++i) Invalidate("n");
  const std::string epoch = Position("n").epoch();
  Delete("n");
  for (int revision = 0; revision <= 4; ++revision) {
    const auto answer =
        Ok(*entries_, &Entries::TrackEntries,
           absl::StrCat("namespace: 'n' entries { key: 'k' tags: 't' position { epoch: '", epoch,
                        "' revision: ", revision, " } }"));
    EXPECT_EQ(answer.results(0).outcome(), v1::FILL_OUTCOME_REFUSED_POSITION) << revision;
  }
  const auto kept =
      Ok(*entries_, &Entries::TrackEntries,
         absl::StrCat("namespace: 'n' entries { key: 'k' tags: 't' position { epoch: '", epoch,
                      "' revision: ", Position("n").revision(), " } }"));
  EXPECT_EQ(kept.results(0).outcome(), v1::FILL_OUTCOME_KEPT);
}

class SubscribedNamespaceTest : public NamespaceServiceTest {
 protected:
  SubscribedNamespaceTest() : NamespaceServiceTest(WithoutStrangers()) {}
  static ServerOptions WithoutStrangers() {
    ServerOptions options = OnLoopback();
    options.longest_earlier_lease = absl::ZeroDuration();
    return options;
  }
  ~SubscribedNamespaceTest() override {
    context_.TryCancel();
    if (stream_ != nullptr) (void)stream_->Finish();
  }

  // Opens the stream and answers the first message.
  v1::SubscribeResponse Subscribe(const std::string& rest) {
    stream_ = subscriptions_->Subscribe(&context_);
    Send(absl::StrCat("subscription { namespace: 'n' name: 's' acknowledges: true ", rest, " }"));
    return Read();
  }
  void Send(const std::string& request) {
    EXPECT_TRUE(stream_->Write(FromText<v1::SubscribeRequest>(request)));
  }
  v1::SubscribeResponse Read() {
    v1::SubscribeResponse response;
    EXPECT_TRUE(stream_->Read(&response));
    return response;
  }

  std::unique_ptr<v1::SubscriptionService::Stub> subscriptions_ =
      NewStub<v1::SubscriptionService>();
  grpc::ClientContext context_;
  std::unique_ptr<Stream> stream_;
};

TEST_F(SubscribedNamespaceTest, ItsSubscribersDropEverythingAndHearOfItsSuccessor) {
  Invalidate("n");
  EXPECT_EQ(Subscribe("").started().start_after(), 1u);
  Delete("n");
  const v1::SubscribeResponse dropped = Read();
  ASSERT_TRUE(dropped.has_reset());
  EXPECT_EQ(dropped.reset().start_after().revision(), 2u);
  const uint64_t revision = Invalidate("n");
  for (uint64_t seen = 0; seen < revision;) {
    const v1::SubscribeResponse next = Read();
    for (const v1::Event& event : next.events()) seen = event.revision();
  }
}

TEST_F(SubscribedNamespaceTest, WhoComesBackGetsAReset) {
  for (int i = 0; i < 3; ++i) Invalidate("n");
  const std::string epoch = Position("n").epoch();
  Delete("n");
  const v1::SubscribeResponse first =
      Subscribe(absl::StrCat("start_after { epoch: '", epoch, "' revision: 3 }"));
  ASSERT_TRUE(first.has_reset());
  EXPECT_EQ(first.reset().reason(), v1::RESET_REASON_TRIMMED);
}

TEST_F(SubscribedNamespaceTest, ADeletionMayWaitForThem) {
  Invalidate("n");
  Subscribe("");
  Send("acknowledged_revision: 1");
  v1::DeleteNamespaceResponse response;
  grpc::ClientContext context;
  grpc::Status status;
  std::thread call([&] {
    status = namespaces_->DeleteNamespace(
        &context, FromText<v1::DeleteNamespaceRequest>("namespace: 'n' wait_for_subscribers: true"),
        &response);
  });
  const v1::SubscribeResponse dropped = Read();
  EXPECT_TRUE(dropped.has_reset());
  Send(absl::StrCat("acknowledged_revision: ", dropped.reset().start_after().revision()));
  call.join();
  EXPECT_TRUE(status.ok()) << status.error_message();
  EXPECT_THAT(response.waiting().waited_for(), ElementsAre("s"));
  EXPECT_THAT(response.waiting().late(), IsEmpty());
  EXPECT_THAT(response.waiting().lapsed(), IsEmpty());
  EXPECT_FALSE(Delete("n", "wait_for_subscribers: true").found());
}

// A call that waits while the namespace goes: its revision counts as applied with the deletion.
TEST_F(SubscribedNamespaceTest, WhoWaitsAcrossADeletionIsAnswered) {
  Subscribe("");
  v1::InvalidateResponse response;
  grpc::Status status;
  std::thread call([&] {
    grpc::ClientContext context;
    status = invalidations_->Invalidate(
        &context,
        FromText<v1::InvalidateRequest>("namespace: 'n' tags: 't' wait_for_subscribers: true"),
        &response);
  });
  while (Read().events_size() == 0) {
  }
  Delete("n");
  v1::SubscribeResponse dropped = Read();
  while (!dropped.has_reset()) dropped = Read();
  Send(absl::StrCat("acknowledged_revision: ", dropped.reset().start_after().revision()));
  call.join();
  EXPECT_TRUE(status.ok()) << status.error_message();
  EXPECT_THAT(response.waiting().late(), IsEmpty());
}

// Pages end where an answer is large enough.
TEST_F(NamespaceServiceTest, PagesOfRulesEndAtTheirBytes) {
  const std::string tag(500, 'x');
  constexpr int kRules = 120;
  for (int i = 0; i < kRules; ++i) {
    std::string request = absl::StrCat("namespace: 'n' rule { name: 'r", 100 + i, "' ");
    for (int t = 0; t < 64; ++t) {
      absl::StrAppend(&request, "invalidate_tags: '", tag, 10 + t, "' ");
    }
    Ok(*rules_, &Rules::RegisterRule, request + "trigger_tags: 'a' }");
  }
  int seen = 0;
  int pages = 0;
  std::string token;
  do {
    const auto page = Ok(*rules_, &Rules::ListRules,
                         absl::StrCat("namespace: 'n' page_size: 1000 page_token: '", token, "'"));
    EXPECT_LE(page.ByteSizeLong(), 2u << 20);
    for (const v1::Rule& rule : page.rules()) {
      EXPECT_EQ(rule.name(), absl::StrCat("r", 100 + seen));
      ++seen;
    }
    ++pages;
    token = page.next_page_token();
  } while (!token.empty());
  EXPECT_EQ(seen, kRules);
  EXPECT_GE(pages, 4);
}

}  // namespace
}  // namespace cache_invalidation
