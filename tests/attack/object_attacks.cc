// SPDX-License-Identifier: Apache-2.0

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "tests/attack/attack.h"
#include "tests/attack/inputs.h"
#include "tests/support/pause.h"

namespace cache_invalidation::attack {
namespace {

// Longer than a round of sweeping over what has expired.
constexpr absl::Duration kSwept = absl::Seconds(15);

Attack FatEntry(const Size& size) {
  const int calls = static_cast<int>(size.Of(5, 2));
  const int fills = static_cast<int>(size.Of(250, 100));
  return {.name = "fat-entry",
          .input = absl::StrCat(calls, " calls that track one key ", fills,
                                " times with 128 new tags each"),
          .prepare = {},
          .run = [calls, fills](Target& target) {
            for (int call = 0; call < calls; ++call) {
              v1::TrackEntriesRequest request;
              request.set_namespace_(kNamespace);
              for (int entry = 0; entry < fills; ++entry) {
                v1::TrackedEntry& fill = *request.add_entries();
                fill.set_key("K");
                for (int tag = 0; tag < 128; ++tag) {
                  fill.add_tags(absl::StrCat("f", (call * fills + entry) * 128 + tag));
                }
              }
              v1::TrackEntriesResponse response;
              (void)Call(target.entries(), &v1::CacheEntryService::Stub::TrackEntries, request,
                         &response);
            }
          }};
}

Attack NewNames(const Size& size) {
  const int calls = static_cast<int>(size.Of(20, 2));
  return {.name = "new-names",
          .input = absl::StrCat(calls, " calls that track 250 entries with 128 new tags each"),
          .prepare = {},
          .run = [calls](Target& target) {
            for (int call = 0; call < calls; ++call) {
              v1::TrackEntriesRequest request;
              request.set_namespace_(kNamespace);
              for (int entry = call * 250; entry < (call + 1) * 250; ++entry) {
                v1::TrackedEntry& fill = *request.add_entries();
                fill.set_key(absl::StrCat("n", entry));
                for (int tag = 0; tag < 128; ++tag) {
                  fill.add_tags(absl::StrCat("n", entry, ":", tag));
                }
              }
              v1::TrackEntriesResponse response;
              (void)Call(target.entries(), &v1::CacheEntryService::Stub::TrackEntries, request,
                         &response);
            }
          }};
}

Attack GrowingEntry(const Size& size) {
  const uint64_t fills = size.Of(5000, 500);
  return {.name = "growing-entry",
          .input = absl::StrCat("one key filled ", fills, " times, each time with 11 new tags"),
          .prepare = {},
          .run = [fills](Target& target) {
            for (uint64_t fill = 0; fill < fills; ++fill) {
              v1::TrackedEntry entry;
              entry.set_key("list");
              for (int tag = 0; tag < 11; ++tag) {
                entry.add_tags(absl::StrCat("g:", fill * 11 + tag));
              }
              target.Track({entry});
            }
          }};
}

// Declares that a key depends on so many tags, a thousand in a call.
void Declare(Target& target, const std::string& key, const std::string& prefix, uint64_t count,
             absl::Duration ttl) {
  for (uint64_t first = 0; first < count; first += 1000) {
    v1::AddCacheDependencyRequest request;
    request.set_namespace_(kNamespace);
    request.set_key(key);
    for (uint64_t i = first; i < std::min(count, first + 1000); ++i) {
      request.add_depends_on_tags(absl::StrCat(prefix, i));
    }
    request.mutable_ttl()->set_seconds(absl::ToInt64Seconds(ttl));
    v1::AddCacheDependencyResponse response;
    (void)Call(target.dependencies(), &v1::DependencyService::Stub::AddCacheDependency, request,
               &response);
  }
}

Attack ManyEdges(const Size& size) {
  const uint64_t edges = size.Of(50'000, 20'000);
  return {
      .name = "edges",
      .input = absl::StrCat("one key that depends on ", edges, " tags, which all end at one time"),
      .prepare = {},
      .run = [edges](Target& target) {
        Declare(target, "report", "row:", edges, absl::Seconds(5));
        Pause(kSwept);
      }};
}

Attack Checks(const Size& size) {
  const uint64_t edges = size.Of(50'000, 20'000);
  return {.name = "checks",
          .input = absl::StrCat(
              "5 calls of 1,000 fills that are computed from two keys, which depend on ", edges,
              " tags each"),
          .prepare =
              [edges](Target& target) {
                Declare(target, "left", "l:", edges, absl::Hours(1));
                Declare(target, "right", "r:", edges, absl::Hours(1));
              },
          .run =
              [](Target& target) {
                v1::InvalidateRequest request;
                request.set_namespace_(kNamespace);
                request.add_tags("unrelated");
                v1::InvalidateResponse now;
                (void)Call(target.invalidations(), &v1::InvalidationService::Stub::Invalidate,
                           request, &now);
                std::vector<v1::TrackedEntry> fills = Entries(5000, "page:");
                for (v1::TrackedEntry& fill : fills) {
                  fill.add_depends_on_keys("left");
                  fill.add_depends_on_keys("right");
                  *fill.mutable_position() = now.position();
                }
                target.Track(fills);
              }};
}

// Tags as deep as they may be, as many as an entry holds, of which every one is hit.
Attack DeepEntries(const Size& size) {
  const uint64_t keys = size.Of(100, 10);
  return {.name = "deep-entries",
          .input = absl::StrCat(keys,
                                " keys filled 8 times with 16 tags of 32 levels each; a tag above "
                                "all of them, a thousand questions for one"),
          .prepare =
              [keys](Target& target) {
                std::string above = "a";
                for (int level = 1; level < 31; ++level) above += ":a";
                for (int fill = 0; fill < 8; ++fill) {
                  std::vector<v1::TrackedEntry> entries = Entries(keys, "deep");
                  for (v1::TrackedEntry& entry : entries) {
                    for (int tag = 0; tag < 16; ++tag) {
                      entry.add_tags(absl::StrCat(above, ":", fill * 16 + tag));
                    }
                  }
                  target.Track(entries);
                }
              },
          .run =
              [](Target& target) {
                v1::ValidateRequest ask;
                ask.set_namespace_(kNamespace);
                for (int i = 0; i < 1000; ++i) ask.add_keys()->set_key("deep0");
                v1::ValidateResponse answer;
                (void)Call(target.entries(), &v1::CacheEntryService::Stub::Validate, ask, &answer);
                v1::InvalidateRequest request;
                request.set_namespace_(kNamespace);
                request.add_tags(std::string("a"));
                v1::InvalidateResponse response;
                (void)Call(target.invalidations(), &v1::InvalidationService::Stub::Invalidate,
                           request, &response);
              }};
}

// A chain of entries that have expired but for the last one, and fills that name the first ones.
Attack GhostChain(const Size& size) {
  const uint64_t count = size.Of(100'000, 5'000);
  return {
      .name = "ghost-chain",
      .input = absl::StrCat(
          "a chain of ", count,
          " entries that have expired but for the last; 1,000 fills that name the first thousand"),
      .prepare = {},
      .run = [count](Target& target) {
        std::vector<v1::TrackedEntry> chain = Entries(count, "c", "", absl::Seconds(1));
        for (uint64_t i = 1; i < count; ++i) chain[i].add_depends_on_keys(absl::StrCat("c", i - 1));
        chain.back().mutable_ttl()->set_seconds(3600);
        target.Track(chain);
        Pause(absl::Seconds(2));
        std::vector<v1::TrackedEntry> fills = Entries(1000, "f");
        for (uint64_t i = 0; i < fills.size(); ++i) {
          fills[i].add_depends_on_keys(absl::StrCat("c", i));
        }
        target.Track(fills);
        Pause(kSwept);
      }};
}

// Everything that was computed from one key with a long name, batched.
Attack BatchedHub(const Size& size) {
  const uint64_t count = size.Of(300'000, 20'000);
  return {
      .name = "batched-hub",
      .input =
          absl::StrCat(count, " entries computed from one key with a long name, which is batched"),
      .prepare =
          [count](Target& target) { target.Track(Entries(count, "h", LongName("hub", 0, 1000))); },
      .run =
          [](Target& target) {
            v1::ScheduleBatchInvalidationRequest request;
            request.set_namespace_(kNamespace);
            request.add_keys(LongName("hub", 0, 1000));
            v1::ScheduleBatchInvalidationResponse response;
            (void)Call(target.invalidations(),
                       &v1::InvalidationService::Stub::ScheduleBatchInvalidation, request,
                       &response);
            Pause(absl::Seconds(1));
          }};
}

Attack Ghosts(const Size& size) {
  const uint64_t count = size.Of(20'000, 1000);
  return {.name = "ghosts",
          .input = absl::StrCat(count, " entries, a report of them and ", count,
                                " pages of it, which all expire"),
          .prepare = {},
          .run = [count](Target& target) {
            target.Track(Entries(count, "a:", "", absl::Seconds(3)));
            for (uint64_t first = 0; first < count; first += 500) {
              v1::TrackedEntry report;
              report.set_key("m");
              for (uint64_t i = first; i < first + 500; ++i) {
                report.add_depends_on_keys(absl::StrCat("a:", i));
              }
              report.mutable_ttl()->set_seconds(3);
              target.Track({report});
            }
            target.Track(Entries(count, "z:", "m", absl::Seconds(3)));
            Pause(kSwept);
          }};
}

Attack DeepTags(const Size& size) {
  const uint64_t entries = size.Of(2000, 200);
  return {.name = "deep-tags",
          .input = absl::StrCat(entries, " entries with 128 tags of 512 levels, swept"),
          .prepare = {},
          .run = [entries](Target& target) {
            for (uint64_t i = 0; i < entries; ++i) {
              v1::TrackEntriesRequest request;
              request.set_namespace_(kNamespace);
              v1::TrackedEntry& entry = *request.add_entries();
              entry.set_key(absl::StrCat("deep", i));
              for (int tag = 0; tag < 128; ++tag) {
                std::string name = absl::StrCat(tag);
                while (name.size() < 1000) name += ":a";
                entry.add_tags(name);
              }
              v1::TrackEntriesResponse response;
              (void)Call(target.entries(), &v1::CacheEntryService::Stub::TrackEntries, request,
                         &response);
            }
            Pause(kSwept);
          }};
}

Attack FatFilters(const Size& size) {
  const int streams = static_cast<int>(size.Of(40, 5));
  return {
      .name = "filters",
      .input = absl::StrCat(streams, " subscriptions to 1,000 tags of 1,000 bytes each"),
      .prepare = {},
      .run = [streams](Target& target) {
        const std::shared_ptr<grpc::Channel> channel = target.NewChannel();
        const auto stub = v1::SubscriptionService::NewStub(channel);
        std::vector<std::unique_ptr<grpc::ClientContext>> contexts;
        std::vector<
            std::unique_ptr<grpc::ClientReaderWriter<v1::SubscribeRequest, v1::SubscribeResponse>>>
            open;
        for (int i = 0; i < streams; ++i) {
          v1::SubscribeRequest request;
          request.mutable_subscription()->set_namespace_(kNamespace);
          request.mutable_subscription()->set_name("filter");
          for (int tag = 0; tag < 1000; ++tag) {
            std::string name = absl::StrCat("t", i, "_", tag);
            // As deep as tags may be, and beyond: some servers refuse what is deeper.
            for (int level = 0; level < 31; ++level) name += ":a";
            name.append(1000 - name.size(), 'x');
            request.mutable_subscription()->add_tags(name);
          }
          contexts.push_back(std::make_unique<grpc::ClientContext>());
          open.push_back(stub->Subscribe(contexts.back().get()));
          v1::SubscribeResponse response;
          (void)(open.back()->Write(request) && open.back()->Read(&response));
        }
        Send(target, Transaction(1000));
        for (auto& context : contexts) context->TryCancel();
      }};
}

v1::ScheduleBatchInvalidationRequest Scheduled(const std::string& tag) {
  v1::ScheduleBatchInvalidationRequest request;
  request.set_namespace_(kNamespace);
  request.add_tags(tag);
  return request;
}

void SetDelay(Target& target, absl::Duration delay) {
  v1::SetBatchDelayRequest request;
  request.set_namespace_(kNamespace);
  request.mutable_delay()->set_seconds(absl::ToInt64Seconds(delay));
  v1::SetBatchDelayResponse response;
  (void)Call(target.invalidations(), &v1::InvalidationService::Stub::SetBatchDelay, request,
             &response);
}

void Flush(Target& target) {
  v1::FlushPendingInvalidationsRequest request;
  request.set_namespace_(kNamespace);
  v1::FlushPendingInvalidationsResponse response;
  (void)Call(target.invalidations(), &v1::InvalidationService::Stub::FlushPendingInvalidations,
             request, &response);
}

Attack ManyCauses(const Size& size) {
  const uint64_t sources = size.Of(4000, 500);
  return {.name = "causes",
          .input = absl::StrCat("one entry computed from ", sources,
                                " tags of 900 bytes, all batched one by one, then flushed"),
          .prepare =
              [sources](Target& target) {
                SetDelay(target, absl::Seconds(60));
                for (uint64_t i = 0; i < sources; ++i) {
                  v1::AddCacheDependencyRequest request;
                  request.set_namespace_(kNamespace);
                  request.set_key("report");
                  request.add_depends_on_tags(LongName("s:", i, 900));
                  v1::AddCacheDependencyResponse response;
                  (void)Call(target.dependencies(),
                             &v1::DependencyService::Stub::AddCacheDependency, request, &response);
                }
              },
          .run =
              [sources](Target& target) {
                for (uint64_t i = 0; i < sources; ++i) {
                  v1::ScheduleBatchInvalidationResponse response;
                  (void)Call(target.invalidations(),
                             &v1::InvalidationService::Stub::ScheduleBatchInvalidation,
                             Scheduled(LongName("s:", i, 900)), &response);
                }
                Flush(target);
              }};
}

Attack PendingPatterns(const Size& size) {
  const uint64_t keys = size.Of(100'000, 10'000);
  const uint64_t patterns = size.Of(2000, 300);
  return {.name = "pending-patterns",
          .input = absl::StrCat(patterns, " patterns batched over ", keys,
                                " keys, 1,000 fills meanwhile, then flushed"),
          .prepare =
              [keys](Target& target) {
                SetDelay(target, absl::Seconds(60));
                target.Track(Entries(keys, "key:"));
              },
          .run =
              [patterns](Target& target) {
                for (uint64_t i = 0; i < patterns; ++i) {
                  v1::InvalidateRequest request;
                  request.set_namespace_(kNamespace);
                  request.set_pattern(absl::StrCat(".*:.*[0-9]+x", i, ".*"));
                  request.set_strategy(v1::INVALIDATION_STRATEGY_BATCHED);
                  v1::InvalidateResponse response;
                  (void)Call(target.invalidations(), &v1::InvalidationService::Stub::Invalidate,
                             request, &response);
                }
                target.Track(Entries(1000, "more:"));
                Flush(target);
              }};
}

}  // namespace

std::vector<Attack> ObjectAttacks(const Size& size) {
  return {FatEntry(size),  NewNames(size),   GrowingEntry(size), DeepEntries(size),
          ManyEdges(size), Checks(size),     Ghosts(size),       GhostChain(size),
          DeepTags(size),  FatFilters(size), ManyCauses(size),   PendingPatterns(size),
          BatchedHub(size)};
}

}  // namespace cache_invalidation::attack
