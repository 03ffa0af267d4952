// SPDX-License-Identifier: Apache-2.0

// A subscription: for caches of your own.

#include <future>
#include <string>

#include "tour.h"

using namespace cache_invalidation::client;

void ShowSubscriptions(const Client& client) {
  std::promise<Position> started;
  std::promise<Event> told;
  SubscriptionCallbacks callbacks{
      .on_started = [&](const SubscriptionStarted& start) { started.set_value(start.head); },
      .on_reset =
          [](const SubscriptionReset& reset) {
            std::cout << (reset.reason == ResetReason::kEpoch ? "a new epoch" : "a gap") << "\n";
          },
      .on_event = [&](const Event& event) { told.set_value(event); },
      .on_progress = [](const SubscriptionProgress& progress) { (void)progress.lease_end; }};
  const std::unique_ptr<Subscription> subscription = client.Subscribe(
      SubscriptionOptions{
          .name = "tour", .tags = {"user"}, .acknowledgement = Acknowledgement::kExplicit},
      std::move(callbacks));
  const Position head = started.get_future().get();
  OrEnd(client.InvalidateByWrite("user", "1", "update"));
  const Event event = told.get_future().get();
  Expect(event.revision == head.revision + 1 && event.source == EventSource::kWrite, "an event");
  for (const Invalidation& invalidation : event.invalidations) {
    Expect(invalidation.kind == InvalidationKind::kEvict, "writes evict");
    Expect(invalidation.target == TargetKind::kTag, "by tag");
    const Cause& cause = event.causes[invalidation.causes.front()];
    std::cout << "drop " << invalidation.name
              << (cause.step == CauseStep::kDirect ? ", written" : ", by a rule") << "\n";
  }
  subscription->Acknowledge(event.position());
  for (const Subscriber& subscriber : OrEnd(client.ListSubscribers())) {
    const FilterSummary filter = subscriber.filter.value_or(FilterSummary());
    std::cout << subscriber.name << " follows " << filter.tags << " tags, " << subscriber.lag
              << " revisions behind\n";
  }
  subscription->Stop();
}
