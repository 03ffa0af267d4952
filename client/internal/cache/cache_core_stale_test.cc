// SPDX-License-Identifier: Apache-2.0

// Nothing is taken over from a key whose value is kept as stale, or was kept so while a load ran.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "client/internal/cache/cache_core.h"
#include "gtest/gtest.h"

namespace cache_invalidation::client::internal {
namespace {

constexpr ReadOptions kAccepts{.while_revalidating = true};

absl::Duration Second(int seconds) { return absl::Seconds(seconds); }

class CacheCoreStaleTest : public testing::Test {
 protected:
  // Connected, with a lease until 100.
  CacheCoreStaleTest() {
    DiscardedEntries discarded;
    cache_->Reset({.epoch = "e"}, Second(0), discarded);
    cache_->Progress({.epoch = "e"}, Second(100), Second(0));
  }

  std::shared_ptr<Flight> Begin(const std::string& key) {
    return cache_->BeginLoad(key, type_, cache_->IsOpen(now_), now_, {}).flight;
  }
  FillResult End(const std::shared_ptr<Flight>& flight, Fill fill, const LoadRun& run = {}) {
    fill.value = std::make_shared<const std::string>(flight->key());
    DiscardedEntries discarded;
    return cache_->EndLoad(*flight, std::move(fill), now_, discarded, run);
  }
  void Load(const std::string& key) { End(Begin(key), {.names = {.tags = {"a"}}}); }

  void Evict() {
    DiscardedEntries discarded;
    const std::vector<std::string> tags = {"a"};
    cache_->Apply(ChangeOf(tags, {}), 0, now_, discarded);
  }

  bool FindsStale() {
    return cache_->Find("k", type_, cache_->IsOpen(now_), now_, kAccepts).value != nullptr;
  }
  bool NamesAreKnown(const std::shared_ptr<Flight>& flight) {
    return cache_->Resolve(*flight, {}, {.keys = {"k"}}, now_).names_known;
  }

  absl::Duration now_ = Second(1);
  // Not on the stack: AddressSanitizer's does not align it.
  const std::unique_ptr<CacheCore> cache_ =
      std::make_unique<CacheCore>(CacheCoreOptions{.stale_for = absl::Seconds(10)}, Second(0));
  ValueType& type_ = cache_->Type(TypeToken::Of<std::string>());
};

TEST_F(CacheCoreStaleTest, AKeyThatIsStaleHasNoNames) {
  Load("k");
  Evict();
  ASSERT_TRUE(FindsStale());
  const std::shared_ptr<Flight> page = Begin("page");
  EXPECT_FALSE(NamesAreKnown(page)) << "though it was evicted before the load began";
}

TEST_F(CacheCoreStaleTest, AKeyThatWasStaleHasDeparted) {
  Load("k");
  Evict();
  const std::shared_ptr<Flight> page = Begin("page");
  Load("k");
  EXPECT_FALSE(NamesAreKnown(page)) << "these are the names of another value";
  EXPECT_TRUE(NamesAreKnown(Begin("later")));
}

TEST_F(CacheCoreStaleTest, AKeyWhoseStaleValueHasEndedHasDeparted) {
  Load("k");
  Evict();
  const std::shared_ptr<Flight> page = Begin("page");
  now_ = Second(11);
  EXPECT_FALSE(FindsStale());
  EXPECT_FALSE(NamesAreKnown(page)) << "it is still there";
  Evict();
  EXPECT_FALSE(NamesAreKnown(page)) << "it was there";
  EXPECT_TRUE(NamesAreKnown(Begin("later")));
}

TEST_F(CacheCoreStaleTest, AValueThatRestsOnStaleOnesIsNeitherKeptNorShared) {
  const std::shared_ptr<Flight> flight = Begin("page");
  const Arrival arrival = cache_->BeginLoad("page", type_, true, now_, {}).arrival;
  EXPECT_EQ(End(flight, {.names = {.tags = {"b"}}}, {.rests_on_stale = true}),
            FillResult::kRefused);
  EXPECT_FALSE(flight->MayBeSharedWith(arrival));
}

}  // namespace
}  // namespace cache_invalidation::client::internal
