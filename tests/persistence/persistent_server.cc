// SPDX-License-Identifier: Apache-2.0

#include "tests/persistence/persistent_server.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/check.h"
#include "tests/support/local_server.h"

namespace cache_invalidation {
namespace {

// The files below a directory with their sizes.
std::map<std::string, uintmax_t> FilesIn(const std::filesystem::path& directory) {
  std::map<std::string, uintmax_t> files;
  std::error_code gone;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    if (!entry.is_directory(gone)) files[entry.path()] = entry.file_size(gone);
  }
  return files;
}

// Files that are no longer needed may be deleted meanwhile.
void CopyTree(const std::filesystem::path& from, const std::filesystem::path& to) {
  for (const auto& entry : std::filesystem::directory_iterator(from)) {
    const std::filesystem::path target = to / entry.path().filename();
    if (entry.is_directory()) {
      std::filesystem::create_directory(target);
      CopyTree(entry.path(), target);
      continue;
    }
    std::error_code error;
    std::filesystem::copy_file(entry.path(), target, error);
    Check(!error || error == std::errc::no_such_file_or_directory, "a file can be copied");
  }
}

std::string NameOf(const v1::Invalidation& invalidation) {
  switch (invalidation.target_case()) {
    case v1::Invalidation::kTag:
      return "tag " + invalidation.tag();
    case v1::Invalidation::kKey:
      return "key " + invalidation.key();
    case v1::Invalidation::kPattern:
      return "pattern " + invalidation.pattern();
    default:
      return "everything";
  }
}

}  // namespace

PersistentServerTest::PersistentServerTest() : directory_(directories_.emplace_back().path()) {
  options_.durability = Durability::kSync;
  options_.boot_id = "first boot";
}

// Before its directories.
PersistentServerTest::~PersistentServerTest() { server_.reset(); }

absl::StatusOr<std::unique_ptr<Server>> PersistentServerTest::TryStart() {
  ServerOptions options = WithoutNetwork();
  options.persistence = options_;
  options.persistence.data_dir = directory_;
  options.event_cache_bytes = event_cache_bytes_;
  options.event_retention = event_retention_;
  options.http_address = http_address_;
  options.longest_earlier_lease = longest_earlier_lease_;
  options.clock = &clock_;
  options.on_fatal = [](const absl::Status& status) { ADD_FAILURE() << status; };
  return Server::Start(std::move(options));
}

void PersistentServerTest::Start() {
  absl::StatusOr<std::unique_ptr<Server>> server = TryStart();
  Check(server.ok(), absl::StrCat("the server starts: ", server.status().ToString()).c_str());
  Use(*std::move(server));
}

void PersistentServerTest::Use(std::unique_ptr<Server> server) {
  server_ = std::move(server);
  const std::shared_ptr<grpc::Channel> channel = server_->InProcessChannel();
  entries_ = v1::CacheEntryService::NewStub(channel);
  dependencies_ = v1::DependencyService::NewStub(channel);
  invalidations_ = v1::InvalidationService::NewStub(channel);
  relationships_ = v1::RelationshipService::NewStub(channel);
  rules_ = v1::RuleService::NewStub(channel);
  stats_ = v1::StatsService::NewStub(channel);
  writes_ = v1::WriteEventService::NewStub(channel);
  subscriptions_ = v1::SubscriptionService::NewStub(channel);
}

void PersistentServerTest::Stop() {
  server_->Shutdown(absl::ZeroDuration());
  server_.reset();
}

void PersistentServerTest::Restart() {
  Stop();
  Start();
}

void PersistentServerTest::Kill() {
  // What a crash leaves is the files of one moment: copied anew if they changed during the copy,
  // because the store tidies up and the server writes its counters whenever they like.
  std::string copy;
  std::map<std::string, uintmax_t> before;
  do {
    before = FilesIn(directory_);
    copy = directories_.emplace_back().path();
    CopyTree(directory_, copy);
  } while (FilesIn(directory_) != before);
  Stop();
  directory_ = copy;
}

std::string PersistentServerTest::Picture(const std::vector<std::string>& keys) {
  std::string text = Ok(*rules_, &Rules::ListRules, "").DebugString();
  text += Ok(*relationships_, &Relationships::ListRelationships, "").DebugString();
  text += Ok(*stats_, &Stats::GetInvalidationStats, "").DebugString();
  for (const std::string& key : keys) {
    text += Ok(*dependencies_, &Dependencies::ListCacheDependencies,
               absl::StrCat("name: '", key, "' page_size: 1000"))
                .DebugString();
    text += Ok(*entries_, &Entries::LookupEntry, absl::StrCat("key: '", key, "'")).DebugString();
  }
  return text;
}

v1::Position PersistentServerTest::Position() {
  return Ok(*stats_, &Stats::GetInvalidationStats, "").stats().position();
}

std::vector<std::string> PersistentServerTest::Resume(const v1::Position& start, uint64_t until) {
  grpc::ClientContext context;
  const auto stream = subscriptions_->Subscribe(&context);
  v1::SubscribeRequest request;
  request.mutable_subscription()->set_name("resumes");
  *request.mutable_subscription()->mutable_start_after() = start;
  // The echo comes after everything published before.
  request.set_sequence(1);
  stream->Write(request);
  std::vector<std::string> received;
  v1::SubscribeResponse response;
  uint64_t seen = 0;
  bool echoed = false;
  while ((!echoed || seen < until) && stream->Read(&response)) {
    for (const v1::Event& event : response.events()) {
      for (const v1::Invalidation& invalidation : event.invalidations()) {
        received.push_back(
            absl::StrCat(event.revision(), " ",
                         invalidation.kind() == v1::INVALIDATION_KIND_EVICT ? "evict " : "stale ",
                         NameOf(invalidation)));
      }
      if (event.last_part()) seen = event.revision();
    }
    if (response.has_reset()) {
      received.push_back(absl::StrCat("reset ", v1::ResetReason_Name(response.reset().reason())));
      seen = response.reset().start_after().revision();
    }
    if (response.has_progress()) seen = response.progress().revision();
    echoed |= response.progress().echoed_sequence() == 1;
  }
  context.TryCancel();
  (void)stream->Finish();
  return received;
}

}  // namespace cache_invalidation
