// SPDX-License-Identifier: Apache-2.0

// Random writes, with the process or the machine ending at random moments. After each end the
// content of the store is compared with what a MemoryStore held after each write.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/storage/memory_store.h"
#include "server/storage/testing/durable_store_conformance.h"
#include "server/storage/testing/random_writes.h"

namespace cache_invalidation::storage {
namespace {

// What was written to a store, and its content after each write.
class Model {
 public:
  Model() : dumps_({DumpOf(*store_)}) {}

  const Store& store() const { return *store_; }
  size_t writes() const { return writes_.size(); }

  void Write(WriteBatch batch) {
    EXPECT_TRUE(store_->Write({&batch}, Store::Sync::kNo).ok());
    writes_.push_back(std::move(batch));
    dumps_.push_back(DumpOf(*store_));
  }

  // Goes back to the newest write, among writes `at_least` to `at_most`, after which the store held
  // `dump`. Returns false if there is none.
  bool GoBackTo(const std::string& dump, size_t at_least, size_t at_most) {
    size_t kept = at_most + 1;
    while (kept > at_least && dumps_[kept - 1] != dump) --kept;
    if (kept == at_least) return false;
    writes_.resize(kept - 1);
    dumps_.resize(kept);
    store_ = std::make_unique<MemoryStore>();
    for (const WriteBatch& batch : writes_) (void)store_->Write({&batch}, Store::Sync::kNo);
    return true;
  }

 private:
  std::unique_ptr<MemoryStore> store_ = std::make_unique<MemoryStore>();
  std::vector<WriteBatch> writes_;
  std::vector<std::string> dumps_;
};

// Runs one store through several lives. Returns the number of acknowledged writes that were lost.
class Lives {
 public:
  Lives(TestDevice& device, uint32_t seed, bool always_synced)
      : device_(device), random_(seed), always_synced_(always_synced) {}

  void Run(int lives) {
    for (int life = 0; life < lives && !testing::Test::HasFailure(); ++life) {
      Live();
      End();
    }
  }

  size_t lost() const { return lost_; }
  size_t failed() const { return failed_; }

 private:
  // Opens and writes until a failure or until there have been enough writes.
  void Live() {
    if (random_.Below(3) != 0) device_.DieAfter(random_.Below(random_.Below(4) == 0 ? 30 : 400));
    absl::StatusOr<std::unique_ptr<Store>> store = device_.Open();
    if (!store.ok()) {
      ++failed_;
      device_.Kill(nullptr);
      store = device_.Open();
    }
    ASSERT_TRUE(store.ok()) << store.status();
    store_ = *std::move(store);
    const size_t answered = model_.writes() - attempted_;
    ASSERT_TRUE(model_.GoBackTo(DumpOf(*store_), certain_, model_.writes()))
        << "what was found is nothing that was there after write " << certain_ << " or later";
    lost_ += answered - std::min(answered, model_.writes());
    attempted_ = 0;
    certain_ = model_.writes();
    synced_ = always_synced_ || random_.Below(3) == 0;
    for (uint32_t left = random_.Below(60); left > 0 && attempted_ == 0; --left) WriteOnce();
  }

  void WriteOnce() {
    const bool sync = synced_ || random_.Below(10) == 0;
    WriteBatch batch = random_.Next(model_.store());
    const absl::Status status =
        store_->Write({&batch}, sync ? Store::Sync::kYes : Store::Sync::kNo);
    model_.Write(std::move(batch));
    if (!status.ok()) {
      attempted_ = 1;
    } else if (sync) {
      certain_ = model_.writes();
    }
  }

  void End() {
    switch (random_.Below(3)) {
      case 0:
        store_.reset();
        device_.Kill(nullptr);
        certain_ = model_.writes() - attempted_;
        break;
      case 1:
        device_.Kill(std::move(store_));
        certain_ = model_.writes() - attempted_;
        break;
      default:
        device_.LosePower(std::move(store_), random_.random());
    }
  }

  TestDevice& device_;
  RandomWrites random_;
  const bool always_synced_;
  bool synced_ = true;  // every write of this life
  Model model_;
  std::unique_ptr<Store> store_;
  size_t certain_ = 0;    // this many writes survive
  size_t attempted_ = 0;  // this many of the last may or may not
  size_t lost_ = 0;
  size_t failed_ = 0;
};

constexpr uint32_t kSeeds = 10;
constexpr int kLives = 6;

TEST_P(DurableStoreConformanceTest, SyncedWritesSurviveWhateverHappens) {
  for (uint32_t seed = 0; seed < kSeeds && !HasFailure(); ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    const std::unique_ptr<TestDevice> device = GetParam()();
    Lives lives(*device, seed, /*always_synced=*/true);
    lives.Run(kLives);
    EXPECT_EQ(lives.lost(), 0u);
  }
}

// Of unsynced writes, a prefix survives.
TEST_P(DurableStoreConformanceTest, UnsyncedWritesSurviveUpToSomeOfThem) {
  size_t lost = 0;
  for (uint32_t seed = 0; seed < kSeeds && !HasFailure(); ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    const std::unique_ptr<TestDevice> device = GetParam()();
    Lives lives(*device, seed, /*always_synced=*/false);
    lives.Run(kLives);
    lost += lives.lost();
  }
  EXPECT_GT(lost, 0u) << "a loss of power that loses nothing proves nothing";
}

}  // namespace
}  // namespace cache_invalidation::storage
