#include "client/internal/event_assembly.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"

namespace cache_invalidation::client::internal {
namespace {

// Appends a part. Its causes follow the present ones, and its indexes are shifted accordingly.
void Append(Event part, Event& whole) {
  const uint32_t offset = static_cast<uint32_t>(whole.causes.size());
  std::move(part.causes.begin(), part.causes.end(), std::back_inserter(whole.causes));
  for (Invalidation& invalidation : part.invalidations) {
    for (uint32_t& cause : invalidation.causes) cause += offset;
    whole.invalidations.push_back(std::move(invalidation));
  }
}

}  // namespace

void EventAssembly::Restart(uint64_t revision) {
  revision_ = revision;
  incomplete_.reset();
}

absl::Status EventAssembly::Add(Event part, uint32_t number, bool last,
                                std::vector<Event>& complete) {
  if (part.revision <= revision_) return absl::OkStatus();  // a duplicate
  if (incomplete_.has_value() && part.revision > incomplete_->revision) {
    if (!filtered_) return absl::InternalError("a revision began before the last one was complete");
    Complete(complete);
  }
  if (!incomplete_.has_value()) {
    if (!filtered_ && (part.revision != revision_ + 1 || number != 0)) {
      return absl::InternalError(absl::StrCat("revision ", part.revision, " part ", number,
                                              " came after revision ", revision_));
    }
    incomplete_ = std::move(part);
  } else if (part.revision < incomplete_->revision) {
    return absl::InternalError("revisions came out of order");
  } else if (number <= last_part_) {
    return absl::OkStatus();  // a duplicate
  } else if (!filtered_ && number != last_part_ + 1) {
    return absl::InternalError(
        absl::StrCat("revision ", part.revision, " lacks part ", last_part_ + 1));
  } else {
    Append(std::move(part), *incomplete_);
  }
  last_part_ = number;
  if (last) Complete(complete);
  return absl::OkStatus();
}

void EventAssembly::Pass(uint64_t revision, std::vector<Event>& complete) {
  if (incomplete_.has_value() && incomplete_->revision <= revision) Complete(complete);
  revision_ = std::max(revision_, revision);
}

void EventAssembly::Complete(std::vector<Event>& complete) {
  revision_ = incomplete_->revision;
  complete.push_back(*std::move(incomplete_));
  incomplete_.reset();
}

}  // namespace cache_invalidation::client::internal
