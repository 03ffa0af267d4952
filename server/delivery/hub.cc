#include "server/delivery/hub.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

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

absl::Status Hub::Restore(const storage::Store& store) {
  const absl::StatusOr<std::vector<std::string>> names = store.ListNamespaces();
  if (!names.ok()) return names.status();
  for (const std::string& name : *names) {
    if (absl::Status status = RestoreNamespace(store, name); !status.ok()) return status;
  }
  window_bytes_.store(window_.bytes(), std::memory_order_relaxed);
  return absl::OkStatus();
}

absl::Status Hub::RestoreNamespace(const storage::Store& store, const std::string& namespace_name) {
  const absl::StatusOr<RetainedRevisions> retained = store.Retained(namespace_name);
  if (!retained.ok()) return retained.status();
  std::shared_ptr<Channel> channel;
  {
    MutexLock lock(mutex_);
    Topic& topic = TopicOf(namespace_name);
    topic.published = true;
    channel = topic.channel;
  }
  // Begins with the first chunk that holds nothing older than the floor; as trims go, that is the
  // first one.
  bool begun = false;
  std::vector<std::shared_ptr<const wire::Chunk>> revisions;
  for (EntryPosition next = FirstAfter(retained->floor); next.revision <= retained->head;) {
    const auto chunks = store.ReadChunks(namespace_name, next, kRecoveryReadBytes);
    if (!chunks.ok()) return chunks.status();
    if (chunks->empty()) {
      return absl::DataLossError(
          absl::StrCat("namespace ", namespace_name, " lacks revision ", next.revision));
    }
    for (const std::shared_ptr<const wire::Chunk>& chunk : *chunks) {
      next = Following(chunk->entries.back());
      const wire::Chunk::Entry& first = chunk->entries.front();
      if (!begun && (first.revision <= retained->floor || first.part != 0)) continue;
      if (!begun) channel->BeginAt(first.revision - 1);
      begun = true;
      revisions.push_back(chunk);
      if (next.part != 0) continue;
      window_.Add(channel, channel->Append(revisions, next.revision - 1, clock_.Monotonic()));
      revisions.clear();
    }
  }
  if (!begun) channel->BeginAt(retained->head);
  return absl::OkStatus();
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
