// SPDX-License-Identifier: Apache-2.0

#include "tests/simulation/publications.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"

namespace cache_invalidation::simulation {

void Publications::BeginRun(const std::string& epoch, const storage::Store& store) {
  for (const auto& [key, history] : histories_) {
    if (key.second != epoch) continue;
    const uint64_t head = store.Retained(key.first)->head;
    if (head < history.head) {
      report_.Fail(absl::StrCat("epoch ", epoch, " goes on at revision ", head, " of ", key.first,
                                ", but revision ", history.head, " was published"));
    }
  }
  const bool is_new = epochs_.insert(epoch).second;
  const auto names = store.ListNamespaces();
  for (const std::string& name : *names) {
    const storage::RetainedRevisions retained = *store.Retained(name);
    histories_[{name, epoch}].head = retained.head;
    if (retained.floor == retained.head) {
      if (is_new) CheckDistrust(epoch, name);
      continue;
    }
    const auto chunks = store.ReadChunks(name, {retained.floor + 1, 0}, SIZE_MAX);
    for (const auto& chunk : *chunks) Add(epoch, *chunk);
    if (is_new) CheckDistrust(epoch, name);
  }
}

void Publications::CheckDistrust(const std::string& epoch,
                                 const std::string& namespace_name) const {
  const std::vector<v1::Event>& parts = histories_.at({namespace_name, epoch}).parts.parts();
  const bool distrusts =
      !parts.empty() &&
      std::any_of(parts.back().invalidations().begin(), parts.back().invalidations().end(),
                  [](const v1::Invalidation& hit) { return hit.everything(); });
  if (!distrusts) {
    report_.Fail(absl::StrCat("epoch ", epoch, " begins with parts of ", namespace_name,
                              " that were not invalidated"));
  }
}

void Publications::Publish(const std::string& epoch, const commit::Group::Published& published) {
  for (const auto& chunk : published.chunks) Add(epoch, *chunk);
  histories_[{published.namespace_name, epoch}].head = published.head;
}

void Publications::Add(const std::string& epoch, const wire::Chunk& chunk) {
  History& history = histories_[{chunk.namespace_name, epoch}];
  for (const wire::Chunk::Part& part : chunk.parts) {
    const absl::string_view bytes = absl::string_view(chunk.bytes).substr(part.offset, part.size);
    const auto [place, added] =
        history.bytes.emplace(std::make_pair(part.revision, part.number), bytes);
    if (added) {
      history.parts.AddEncoded(bytes);
    } else if (place->second != bytes) {
      report_.Fail(absl::StrCat("revision ", part.revision, " of ", chunk.namespace_name,
                                " in epoch ", epoch, " was given to another event"));
    }
  }
}

uint64_t Publications::head(const std::string& namespace_name, const std::string& epoch) const {
  const auto found = histories_.find({namespace_name, epoch});
  return found == histories_.end() ? 0 : found->second.head;
}

const conformance::PublishedHistory& Publications::Of(const std::string& namespace_name,
                                                      const std::string& epoch) {
  return histories_[{namespace_name, epoch}].parts;
}

}  // namespace cache_invalidation::simulation
