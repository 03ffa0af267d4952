// SPDX-License-Identifier: Apache-2.0

// A deleted namespace stays deleted, and nothing of it is known, however the server is restarted.

#include <cstdint>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "protos/cache_invalidation/v1/namespace_service.grpc.pb.h"
#include "tests/persistence/persistent_server.h"

namespace cache_invalidation {
namespace {

class DeletedNamespaceTest : public PersistentServerTest {
 protected:
  uint64_t Invalidate() {
    return Ok(*invalidations_, &Invalidations::Invalidate, "tags: 't'").position().revision();
  }

  bool Delete() {
    const auto stub = v1::NamespaceService::NewStub(server_->InProcessChannel());
    return Ok(*stub, &v1::NamespaceService::Stub::DeleteNamespace, "namespace: 'default'").found();
  }

  // Whether a subscriber that comes back with that position is told to drop everything: by a Reset,
  // or by an event that names everything.
  bool DropsEverything(const v1::Position& position) {
    grpc::ClientContext context;
    const auto stream = subscriptions_->Subscribe(&context);
    v1::SubscribeRequest request;
    request.mutable_subscription()->set_name("s");
    *request.mutable_subscription()->mutable_start_after() = position;
    request.set_sequence(1);  // its echo comes after all there is
    stream->Write(request);
    bool drops = false;
    bool told_all = false;
    v1::SubscribeResponse response;
    while (!told_all && stream->Read(&response)) {
      drops = drops || response.has_reset();
      for (const v1::Event& event : response.events()) {
        drops = drops || event.invalidations(0).everything();
      }
      told_all = response.has_progress();
    }
    context.TryCancel();
    (void)stream->Finish();
    return drops;
  }

  bool AllDropEverything(v1::Position position, uint64_t last) {
    for (uint64_t revision = 0; revision <= last; ++revision) {
      position.set_revision(revision);
      if (!DropsEverything(position)) return false;
    }
    return true;
  }

  v1::FillOutcome Fill(const v1::Position& position) {
    return Ok(*entries_, &Entries::TrackEntries,
              absl::StrCat("entries { key: 'k' tags: 't' position { ", position.ShortDebugString(),
                           " } }"))
        .results(0)
        .outcome();
  }
};

TEST_F(DeletedNamespaceTest, IsUnknownAfterEveryKindOfStart) {
  for (const bool killed : {false, true}) {
    Start();
    Ok(*entries_, &Entries::TrackEntries, "entries { key: 'old' tags: 't' }");
    uint64_t last = 0;
    for (int i = 0; i < 3; ++i) last = Invalidate();
    v1::Position position = Position();
    ASSERT_TRUE(Delete());
    killed ? Kill() : Stop();
    Start();
    EXPECT_EQ(Position().epoch(), position.epoch()) << "one history";
    EXPECT_FALSE(Delete());
    EXPECT_TRUE(AllDropEverything(position, last + 1));
    EXPECT_EQ(Fill(position), v1::FILL_OUTCOME_REFUSED_POSITION);
    EXPECT_TRUE(AllDropEverything(position, last + 1)) << "in its successor";
    const uint64_t next = Invalidate();
    EXPECT_GT(next, last + 1);
    killed ? Kill() : Stop();
    Start();
    EXPECT_TRUE(AllDropEverything(position, last + 1));
    EXPECT_EQ(Invalidate(), next + 1) << "the successor goes on";
    EXPECT_EQ(Ok(*entries_, &Entries::LookupEntry, "key: 'old'").state(), v1::ENTRY_STATE_ABSENT);
    ASSERT_TRUE(Delete());
    Stop();
  }
}

}  // namespace
}  // namespace cache_invalidation
