// SPDX-License-Identifier: Apache-2.0

#include "server/rpc/conversion/subscriber_conversion.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/delivery/filter.h"
#include "tests/support/every_field.h"
#include "tests/support/text.h"

namespace cache_invalidation::rpc {
namespace {

using delivery::Filter;
using delivery::SubscriberSession;
using ::testing::ElementsAre;
using testing::FromText;
using ::testing::IsEmpty;
using testing::UnsetFields;

constexpr absl::Duration kLease = absl::Seconds(10);
const absl::Time kWall = absl::FromUnixSeconds(1'600'000'000);

class SubscriberConversionTest : public ::testing::Test {
 protected:
  // A session with a stream.
  std::shared_ptr<SubscriberSession> Add(const std::string& name, const std::string& instance,
                                         bool acknowledges = true) {
    auto session =
        std::make_shared<SubscriberSession>(delivery::SessionKey{"shop", name, instance});
    stream_ = session->Attach({acknowledges, kLease}, 0, now_.monotonic).stream;
    session->NoteBegun(stream_, {.start_after = 2,
                                 .sent = 2,
                                 .since = now_.monotonic - absl::Seconds(5),
                                 .filter = filter_});
    now_.sessions.push_back(session);
    return session;
  }

  v1::ListSubscribersResponse List(const std::string& request = "") {
    google::protobuf::Arena arena;
    v1::ListSubscribersResponse response;
    status_ = ListSubscribers(
        FromText<v1::ListSubscribersRequest>(request),
        [this](absl::string_view name) -> absl::StatusOr<SubscribersNow> {
          asked_ = std::string(name);
          return now_;
        },
        arena, &response);
    return response;
  }
  static std::vector<std::string> Names(const v1::ListSubscribersResponse& response) {
    std::vector<std::string> names;
    for (const v1::Subscriber& one : response.subscribers()) {
      names.push_back(absl::StrCat(one.name(), "/", one.instance()));
    }
    return names;
  }

  const std::shared_ptr<const Filter> filter_ = std::make_shared<const Filter>(
      std::vector<std::string>{"d", "a", "c", "b"}, std::vector<std::string>{"k"});
  SubscribersNow now_ = {
      .sessions = {}, .head = 9, .epoch = "epoch", .monotonic = absl::Seconds(100), .wall = kWall};
  uint64_t stream_ = 0;
  std::string asked_;
  absl::Status status_;
};

TEST_F(SubscriberConversionTest, FillsEveryField) {
  const auto session = Add("web", "i");
  session->SetApplied(stream_, 7);
  const v1::ListSubscribersResponse response = List("namespace: 'shop'");
  ASSERT_TRUE(status_.ok()) << status_;
  EXPECT_EQ(asked_, "shop");
  ASSERT_EQ(response.subscribers_size(), 1);
  const v1::Subscriber& one = response.subscribers(0);
  EXPECT_THAT(UnsetFields(one), IsEmpty());
  EXPECT_EQ(one.position().epoch(), "epoch");
  EXPECT_EQ(one.position().revision(), 7u);
  EXPECT_EQ(one.lag(), 2u);
  EXPECT_EQ(one.lease().seconds(), 10);
  EXPECT_GE(one.lease_left().seconds(), 10);
  EXPECT_EQ(one.connected_since().seconds(), absl::ToUnixSeconds(kWall) - 5);
  EXPECT_EQ(one.filter().tags(), 4u);
  EXPECT_THAT(one.filter().first_tags(), ElementsAre("a", "b", "c"));
  EXPECT_EQ(one.filter().key_prefixes(), 1u);
}

TEST_F(SubscriberConversionTest, GoesByWhatWasSentWithoutAcknowledgements) {
  const auto session = Add("watch", "i", /*acknowledges=*/false);
  session->NoteSent(stream_, 9);
  const v1::ListSubscribersResponse response = List();
  EXPECT_EQ(asked_, "default");
  EXPECT_EQ(response.subscribers(0).position().revision(), 9u);
  EXPECT_EQ(response.subscribers(0).lag(), 0u);
  EXPECT_FALSE(response.subscribers(0).acknowledges());
}

// One that resumes and has acknowledged nothing here yet is as far as where it resumed.
TEST_F(SubscriberConversionTest, BeginsWhereItsStreamBegan) {
  Add("web", "i");
  EXPECT_EQ(List().subscribers(0).position().revision(), 2u);
}

TEST_F(SubscriberConversionTest, StaysUntilItsLeaseEndsWithoutAStream) {
  Add("web", "i")->Detach();
  const v1::ListSubscribersResponse response = List();
  ASSERT_EQ(response.subscribers_size(), 1);
  EXPECT_FALSE(response.subscribers(0).has_connected_since());
  EXPECT_FALSE(response.subscribers(0).has_filter());
  now_.monotonic += absl::Seconds(12);
  EXPECT_EQ(List().subscribers_size(), 0);
}

TEST_F(SubscriberConversionTest, ListsByNameAndInstanceInPages) {
  for (const char* name : {"web", "api", "job"}) {
    for (const char* instance : {"2", "1"}) Add(name, instance);
  }
  EXPECT_THAT(Names(List()), ElementsAre("api/1", "api/2", "job/1", "job/2", "web/1", "web/2"));
  std::vector<std::string> names;
  std::string token;
  do {
    const auto page = List(absl::StrCat("page_size: 4 page_token: '", token, "'"));
    ASSERT_TRUE(status_.ok()) << status_;
    for (const std::string& name : Names(page)) names.push_back(name);
    token = page.next_page_token();
  } while (!token.empty());
  EXPECT_THAT(names, ElementsAre("api/1", "api/2", "job/1", "job/2", "web/1", "web/2"));
}

// A filter can name a thousand tags of a kilobyte.
TEST_F(SubscriberConversionTest, APageEndsAtItsBytes) {
  for (int i = 0; i < 600; ++i) Add(absl::StrCat(std::string(200, 'n'), i), std::string(60, 'i'));
  const auto large = std::make_shared<const Filter>(
      std::vector<std::string>{std::string(1000, 'a'), std::string(1000, 'b'),
                               std::string(1000, 'c')},
      std::vector<std::string>{std::string(1000, 'k')});
  for (const auto& session : now_.sessions) session->NoteBegun(1, {.filter = large});
  const auto page = List("page_size: 1000");
  EXPECT_LE(page.ByteSizeLong(), (1u << 20) + 8192);
  EXPECT_NE(page.next_page_token(), "");
}

TEST_F(SubscriberConversionTest, RefusesWhatItCannotUse) {
  List("page_size: -1");
  EXPECT_EQ(status_.code(), absl::StatusCode::kInvalidArgument);
  List("page_token: 'x'");
  EXPECT_EQ(status_.code(), absl::StatusCode::kInvalidArgument);
  List("namespace: 'No Name'");
  EXPECT_EQ(status_.code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace cache_invalidation::rpc
