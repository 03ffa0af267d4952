// SPDX-License-Identifier: Apache-2.0

// How much longer a write takes if it waits until the caches of this machine have applied it.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "client/client.h"
#include "client/tagged_cache.h"
#include "common/check.h"
#include "tests/benchmark/figures.h"
#include "tests/benchmark/measured_server.h"
#include "tests/benchmark/works.h"
#include "tests/support/probe.h"

namespace cache_invalidation {
namespace {

constexpr int kTurns = 5;
constexpr int kWritesAtOnce = 100;

using Cache = client::TaggedCache<std::string>;

// Each with a connection of its own, as in processes of their own.
std::vector<Cache> MakeCaches(const std::string& address, int count) {
  std::vector<Cache> caches;
  for (int i = 0; i < count; ++i) {
    caches.emplace_back(client::Client(client::MakeConnection(address)),
                        client::TaggedCacheOptions{.name = absl::StrCat("cache", i)});
  }
  for (const Cache& cache : caches) Check(cache.AwaitLive(absl::Seconds(30)), "caches go live");
  return caches;
}

// Appends the microseconds of each write.
void Write(const client::Client& client, bool waits, std::vector<double>& microseconds) {
  for (int i = 0; i < kWritesAtOnce; ++i) {
    client::InvalidateByWriteParams params = {
        .write = {.resource_type = "item", .resource_id = absl::StrCat(i), .operation = "update"}};
    if (waits) params.wait.emplace();
    microseconds.push_back(absl::ToDoubleMicroseconds(TimeOf([&] {
      const auto result = client.InvalidateByWrite(std::move(params));
      Check(result.ok() && (!waits || result->waiting->complete()), "every cache applies it");
    })));
  }
}

void MeasureCaches(int count) {
  // There was no server before this one, so there is nobody else to wait for.
  const MeasuredServer server("async", {"--longest_earlier_lease=0s"});
  const std::vector<Cache> caches = MakeCaches(server.address(), count);
  const client::Client client(client::MakeConnection(server.address()));
  std::vector<double> plain;
  std::vector<double> waiting;
  for (int turn = 0; turn < kTurns; ++turn) {
    Write(client, false, plain);
    Write(client, true, waiting);
  }
  for (const double part : {0.5, 0.99}) {
    PrintRow(absl::StrCat("p", part * 100, ", ", count, " caches"), Quantile(waiting, part),
             Quantile(plain, part));
  }
}

}  // namespace

void MeasureWaiting() {
  PrintHeading("waiting: a write that waits for the TaggedCaches of this machine",
               "us; limit: a write that does not wait, with the same caches");
  for (const int caches : {1, 10, 100}) MeasureCaches(caches);
}

}  // namespace cache_invalidation
