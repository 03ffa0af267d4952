#include "server/delivery/hub.h"

#include <utility>
#include <vector>

namespace cache_invalidation::delivery {

Hub::Hub(HubOptions options, const Clock& clock, Outlet& outlet)
    : options_(std::move(options)),
      clock_(clock),
      outlet_(outlet),
      window_(options_.window_bytes) {}

Hub::Topic& Hub::TopicOf(absl::string_view namespace_name) {
  Topic& topic = topics_[namespace_name];
  if (topic.channel == nullptr) {
    topic.channel = std::make_shared<Channel>(std::string(namespace_name), ++last_channel_id_);
  }
  return topic;
}

void Hub::Publish(commit::Group group) {
  std::vector<std::shared_ptr<Channel>> channels;
  {
    MutexLock lock(mutex_);
    for (const commit::Group::Published& published : group.published) {
      Topic& topic = TopicOf(published.namespace_name);
      topic.published = true;
      channels.push_back(topic.channel);
    }
  }
  const absl::Duration now = clock_.Monotonic();
  std::vector<uint64_t> moved;
  for (size_t i = 0; i < channels.size(); ++i) {
    const commit::Group::Published& published = group.published[i];
    window_.Add(channels[i], channels[i]->Append(published.chunks, published.head, now));
    moved.push_back(channels[i]->id());
  }
  const std::vector<FloorMoved> floors = window_.Shrink();
  window_bytes_.store(window_.bytes(), std::memory_order_relaxed);
  outlet_.Deliver(std::move(group.completions), std::move(moved));
  if (!options_.on_floor_moved) return;
  for (const FloorMoved& floor : floors) {
    options_.on_floor_moved(floor.namespace_name, floor.floor);
  }
}

void Hub::Abandon(commit::Group group) { outlet_.Abandon(std::move(group.completions)); }

std::unique_ptr<Subscription> Hub::Open(SubscriptionRequest request) {
  const absl::Duration now = clock_.Monotonic();
  std::shared_ptr<Channel> channel;
  {
    MutexLock lock(mutex_);
    Topic& topic = TopicOf(request.session.namespace_name);
    ++topic.subscribers;
    channel = topic.channel;
  }
  AttachedSession attached = sessions_.Attach(request.session, request.terms, channel->head(), now);
  return std::make_unique<Subscription>(Subscription::Settings{options_.epoch, options_.heartbeat},
                                        std::move(request), std::move(channel), std::move(attached),
                                        now);
}

void Hub::Close(std::unique_ptr<Subscription> subscription) {
  const std::string namespace_name = subscription->channel().namespace_name();
  subscription.reset();
  MutexLock lock(mutex_);
  const auto topic = topics_.find(namespace_name);
  if (--topic->second.subscribers == 0 && !topic->second.published) topics_.erase(topic);
}

uint64_t Hub::head(absl::string_view namespace_name) const {
  MutexLock lock(mutex_);
  const auto topic = topics_.find(namespace_name);
  return topic == topics_.end() ? 0 : topic->second.channel->head();
}

size_t Hub::subscribers(absl::string_view namespace_name) const {
  MutexLock lock(mutex_);
  const auto topic = topics_.find(namespace_name);
  return topic == topics_.end() ? 0 : topic->second.subscribers;
}

Hub::Counts Hub::counts() {
  return {sessions_.Sweep(clock_.Monotonic()), window_bytes_.load(std::memory_order_relaxed)};
}

}  // namespace cache_invalidation::delivery
