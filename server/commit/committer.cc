#include "server/commit/committer.h"

#include <utility>

#include "common/check.h"

namespace cache_invalidation::commit {

Committer::Committer(std::unique_ptr<GroupWriter> writer, Clock& clock, size_t gathered_bytes_limit)
    : writer_(std::move(writer)),
      clock_(clock),
      gathered_bytes_limit_(gathered_bytes_limit),
      thread_([this] { Run(); }) {}

Committer::~Committer() { Stop(); }

void Committer::Submit(Group group) {
  MutexLock lock(mutex_);
  while (gathered_bytes_ >= gathered_bytes_limit_) {
    gathered_changed_.Wait(mutex_);
  }
  Check(!stopping_, "groups come before the committer stops");
  Gather(std::move(group));
}

bool Committer::TrySubmit(Group group) {
  MutexLock lock(mutex_);
  if (stopping_) return false;
  Gather(std::move(group));
  return true;
}

void Committer::Gather(Group group) {
  gathered_bytes_ += group.size_bytes;
  gathered_.push_back(std::move(group));
  gathered_changed_.NotifyAll();
}

void Committer::Stop() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    gathered_changed_.NotifyAll();
  }
  if (thread_.joinable()) {
    thread_.join();
  }
}

void Committer::Run() {
  for (;;) {
    std::vector<Group> groups;
    {
      MutexLock lock(mutex_);
      bool timer = false;
      while (gathered_.empty() && !stopping_ && !timer) {
        timer = clock_.WaitUntil(mutex_, gathered_changed_, writer_->next_timer());
      }
      if (gathered_.empty() && stopping_) {
        return;
      }
      groups.swap(gathered_);
      gathered_bytes_ = 0;
      gathered_changed_.NotifyAll();
    }
    if (groups.empty()) {
      writer_->RunTimers();
    } else {
      writer_->Write(std::move(groups));
    }
  }
}

}  // namespace cache_invalidation::commit
