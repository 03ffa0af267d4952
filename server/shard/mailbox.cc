#include "server/shard/mailbox.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"

namespace cache_invalidation::shard {
namespace {

// How long a shard works on a submission, roughly: in commands, or in kilobytes of what they say.
size_t WorkOf(const Submission& submission) {
  return std::max<size_t>({1, submission.requests.size(), submission.size_bytes / 1024});
}

}  // namespace

Mailbox::Mailbox(MailboxLimits limits, Clock& clock) : limits_(limits), clock_(clock) {}

size_t Mailbox::Counted(const Submission& submission) const {
  return std::min(submission.size_bytes, limits_.bytes / 2);
}

absl::Status Mailbox::Push(std::unique_ptr<Submission> submission) {
  const size_t bytes = Counted(*submission);
  MutexLock lock(mutex_);
  if (closed_) {
    return absl::UnavailableError("the server is stopping");
  }
  const auto known = lines_.find(submission->namespace_name);
  const size_t waiting = known == lines_.end() ? 0 : known->second.submissions.size();
  const size_t waiting_bytes = known == lines_.end() ? 0 : known->second.bytes;
  if (submissions_ + waiting >= limits_.submissions ||
      bytes_ + waiting_bytes + bytes > limits_.bytes) {
    return absl::UnavailableError(
        waiting == 0 ? "the server is overloaded; retry with backoff"
                     : absl::StrCat("the server is overloaded: the namespace ",
                                    submission->namespace_name, " has its share with ", waiting,
                                    " requests that wait; retry with backoff"));
  }
  const bool was_idle = idle();
  Line& line = lines_[submission->namespace_name];
  if (line.submissions.empty()) turns_.push_back(submission->namespace_name);
  line.bytes += bytes;
  bytes_ += bytes;
  ++submissions_;
  line.submissions.push_back(std::move(submission));
  if (was_idle) {
    arrived_.NotifyOne();
  }
  return absl::OkStatus();
}

void Mailbox::PushTrim(absl::string_view namespace_name, uint64_t floor) {
  MutexLock lock(mutex_);
  if (closed_) {
    return;
  }
  const bool was_idle = idle();
  uint64_t& wanted = trims_[std::string(namespace_name)];
  wanted = std::max(wanted, floor);
  if (was_idle) {
    arrived_.NotifyOne();
  }
}

size_t Mailbox::TakeTurn(const std::string& name, Contents& taken) {
  Line& line = lines_.at(name);
  line.credit += kNamespaceTurn;
  size_t work = 0;
  while (!line.submissions.empty()) {
    const size_t next = WorkOf(*line.submissions.front());
    if (next > line.credit) break;
    line.credit -= next;
    work += next;
    const size_t bytes = Counted(*line.submissions.front());
    taken.bytes += line.submissions.front()->size_bytes;
    line.bytes -= bytes;
    bytes_ -= bytes;
    --submissions_;
    taken.submissions.push_back(std::move(line.submissions.front()));
    line.submissions.pop_front();
  }
  return work;
}

Mailbox::Contents Mailbox::Take(absl::Duration deadline) {
  MutexLock lock(mutex_);
  while (idle()) {
    if (clock_.WaitUntil(mutex_, arrived_, deadline)) {
      break;
    }
  }
  Contents taken;
  taken.trims = std::exchange(trims_, {});
  taken.closed = closed_;
  const size_t most = closed_ ? std::numeric_limits<size_t>::max() : kMailboxTurn;
  for (size_t work = 0; work < most && !turns_.empty();) {
    std::string name = std::move(turns_.front());
    turns_.pop_front();
    work += TakeTurn(name, taken);
    if (lines_.at(name).submissions.empty()) {
      lines_.erase(name);
    } else {
      turns_.push_back(std::move(name));
    }
  }
  return taken;
}

void Mailbox::Close() {
  MutexLock lock(mutex_);
  closed_ = true;
  arrived_.NotifyAll();
}

}  // namespace cache_invalidation::shard
