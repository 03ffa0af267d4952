// SPDX-License-Identifier: Apache-2.0

// Random subscribers, and calls that wait for them, checked by two naive models. One implements the
// definitions of which subscribers are waited for, have applied a revision and have lapsed
// literally, and must agree with every outcome. The other looks into the clients' caches: when a
// call has returned without late subscribers, no cache within its lease may serve what the call
// invalidated.

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/delivery/hub.h"
#include "server/delivery/wait_list.h"
#include "tests/delivery/waiting_model.h"
#include "tests/fakes/fake_clock.h"
#include "tests/support/history_builder.h"

namespace cache_invalidation {
namespace {

using delivery::Message;
using waiting_model::Client;
using waiting_model::Reading;
using waiting_model::Session;

constexpr absl::Duration kLease = absl::Seconds(10);
constexpr absl::Duration kServerLease = absl::Milliseconds(11'100);

class NoOutlet final : public delivery::Outlet {
 public:
  void Deliver(std::vector<Completion>, std::vector<uint64_t>) override {}
  void Abandon(std::vector<Completion>) override {}
};

struct Wait {
  uint64_t revision = 0;
  absl::Duration ends;
  bool unknown = false;
  std::map<size_t, uint64_t> behind;  // clients, and their lives
  std::vector<std::string> waited_for;
  std::vector<std::string> lapsed;
  uint32_t not_acknowledging = 0;
};

class World {
 public:
  explicit World(uint32_t seed)
      : random_(seed), hub_(Options(random_() % 4 == 0), clock_, outlet_) {
    for (size_t i = 0; i < 5; ++i) {
      Client client;
      client.name = absl::StrCat("client", i);
      if (i % 2 == 1) client.tag = absl::StrCat("t", i % 3);
      client.acknowledges = i != 4;
      clients_.push_back(std::move(client));
    }
    sessions_.resize(clients_.size());
    strangers_until_ = random_() % 3 == 0 ? now() + absl::Seconds(30) : -absl::InfiniteDuration();
    list_ = std::make_unique<delivery::WaitList>(strangers_until_);
  }

  ~World() {
    for (Client& client : clients_) Disconnect(client);
  }

  void Step() {
    if (random_() % 10 < diligence_) return GoRound();
    const size_t chosen = random_() % clients_.size();
    Client& client = clients_[chosen];
    switch (random_() % 12) {
      case 0:
      case 1:
        return Publish();
      case 2:
        return Connect(chosen);
      case 3:
        if (random_() % 4 == 0) Disconnect(client);
        return;
      case 4:
      case 5:
        return Send(chosen);
      case 6:
      case 7:
        return Read(client);
      case 8:
        return Say(client);
      case 9:
        return Hear(chosen);
      case 10:
        return random_() % 2 == 0 ? BeginWait() : CancelWait();
      default:
        clock_.Advance(absl::Milliseconds(random_() % 20 == 0 ? 12'000 : random_() % 1500));
        list_->Advance(now());
    }
  }

  // Checks the waits that have finished with both models.
  void Judge() {
    Expect();
    for (delivery::WaitList::Finished& wait : list_->TakeFinished()) {
      wait.done(std::move(wait.outcome));
    }
    EXPECT_TRUE(expected_.empty()) << "should have finished: " << expected_.begin()->first;
    EXPECT_EQ(list_->waits(), waits_.size());
    const bool somebody = std::any_of(waits_.begin(), waits_.end(),
                                      [](const auto& wait) { return !wait.second.behind.empty(); });
    EXPECT_EQ(list_->watched() > 0, somebody);
  }

  // How often each kind of outcome was judged.
  struct Judged {
    int applied_by_all = 0;
    int lapsed = 0;
    int late = 0;
    int serving_caches = 0;

    Judged& operator+=(const Judged& other) {
      applied_by_all += other.applied_by_all;
      lapsed += other.lapsed;
      late += other.late;
      serving_caches += other.serving_caches;
      return *this;
    }
  };
  const Judged& judged() const { return judged_; }

 private:
  static delivery::HubOptions Options(bool small_window) {
    delivery::HubOptions options;
    options.epoch = "e";
    if (small_window) options.event_cache_bytes = 4000;
    return options;
  }

  absl::Duration now() const { return clock_.Monotonic(); }

  bool Concerns(const Client& client, uint64_t revision) const {
    return client.tag.empty() || tags_[revision - 1] == client.tag;
  }

  void Publish() {
    std::vector<Targets> events;
    for (size_t n = random_() % 3 + 1; n > 0; --n) {
      tags_.push_back(absl::StrCat("t", random_() % 3));
      events.push_back({.tags = {tags_.back()}});
    }
    hub_.Publish(history_.Group(events));
  }

  // A new stream, while the server may not have noticed that the last one is lost.
  void Connect(size_t chosen) {
    Client& client = clients_[chosen];
    if (client.stream != nullptr) client.replaced.push_back(std::move(client.stream));
    client.to_server.clear();
    client.to_client.clear();
    client.sequences.clear();
    delivery::SubscriptionRequest request;
    request.session = {"shop", client.name, "i"};
    request.terms = {client.acknowledges, kLease};
    if (!client.tag.empty()) request.filter = delivery::Filter({client.tag}, {"none"});
    const bool anew = client.applied == 0 || random_() % 8 == 0;
    if (anew) {
      client.lease_end = -absl::InfiniteDuration();  // it drops its cache
    } else {
      request.start_after = delivery::Position{"e", client.applied};
    }
    const absl::Duration sent_at = now();
    if (random_() % 3 == 0) {
      clock_.Advance(absl::Milliseconds(random_() % 3000));  // on its way
      list_->Advance(now());
      Judge();
    }
    Session& session = sessions_[chosen];
    const bool fresh = session.lease_end <= now();
    const uint64_t applied = session.AppliedSoFar();
    const uint64_t start = anew ? history_.head() : client.applied;
    Session next;
    next.lease_end = now() + kServerLease;
    next.first_head = !fresh ? session.first_head : anew ? history_.head() : 0;
    next.lives = session.lives + (fresh ? 1 : 0);
    client.stream = *hub_.Open(std::move(request));
    first_message_of_[chosen] = {fresh && anew, fresh ? 0 : applied, start};
    session = next;
    client.heard = false;
    client.last_sequence = 1;
    client.sequences[1] = sent_at;
    Deliver(client, {{.sequence = 1}, sent_at});
    // Whether it begins with a reset is known when its start is composed.
    Compose(chosen);
  }

  void Disconnect(Client& client) {
    for (std::unique_ptr<delivery::Subscription>& old : client.replaced) hub_.Close(std::move(old));
    client.replaced.clear();
    if (client.stream != nullptr) hub_.Close(std::move(client.stream));
    client.to_server.clear();
    client.to_client.clear();
  }

  // A round without faults for most clients.
  void GoRound() {
    for (size_t i = 0; i < clients_.size(); ++i) {
      if (random_() % 8 == 0) continue;
      Client& client = clients_[i];
      if (client.stream == nullptr && random_() % 4 == 0) Connect(i);
      Send(i);
      while (!client.to_client.empty()) Read(client);
      Say(client);
      while (!client.to_server.empty()) Hear(i);
    }
  }

  // The server sends.
  void Send(size_t chosen) {
    Client& client = clients_[chosen];
    for (const std::unique_ptr<delivery::Subscription>& old : client.replaced) {
      EXPECT_TRUE(old->superseded());
      old->Next(now());
      EXPECT_FALSE(old->TakeAwaitedProgress());
    }
    if (client.stream != nullptr) Compose(chosen);
  }

  void Compose(size_t chosen) {
    Client& client = clients_[chosen];
    Session& session = sessions_[chosen];
    const Message message = client.stream->Next(now());
    Reading reading = waiting_model::ReadingOf(message);
    if (reading.started) {
      const FirstMessage& first = first_message_of_[chosen];
      session.base = !first.fresh ? first.applied : reading.reset ? 0 : first.start;
      session.passed = session.base;
      if (!reading.reset && first.start > session.base) {
        session.SendAll(session.base + 1, first.start);
        session.passed = first.start;
      }
    }
    if (reading.reset) {
      const uint64_t head = reading.reset->start_after.revision;
      session.SendAll(session.passed + 1, std::max(session.passed + 1, head));
      session.passed = std::max(session.passed, head);
    }
    session.sent.insert(reading.events.begin(), reading.events.end());
    session.passed = std::max(session.passed, history_.head());
    TellProgress(client);
    if (!message.empty()) client.to_client.push_back(std::move(reading));
  }

  // The client reads, and applies what it reads.
  void Read(Client& client) {
    if (client.to_client.empty()) return;
    const Reading reading = std::move(client.to_client.front());
    client.to_client.pop_front();
    client.heard = true;
    if (reading.started) {
      if (now() >= client.lease_end) client.serves_from = reading.started->head.revision;
      if (client.applied == 0 || client.lease_end == -absl::InfiniteDuration()) {
        client.applied = reading.started->start_after;
      }
    }
    if (reading.reset) client.applied = reading.reset->start_after.revision;
    for (uint64_t revision : reading.events) client.applied = std::max(client.applied, revision);
    if (!reading.progress) return;
    client.applied = std::max(client.applied, reading.progress->revision);
    const auto echoed = client.sequences.find(reading.progress->echoed_sequence);
    if (echoed == client.sequences.end()) return;
    client.lease_end = std::max(client.lease_end, echoed->second + kLease);
  }

  // The client sends a message, which the server receives later.
  void Say(Client& client) {
    if (client.stream == nullptr || !client.heard) return;
    delivery::ClientMessage message{.sequence = ++client.last_sequence};
    client.sequences[message.sequence] = now();
    if (client.acknowledges && random_() % 4 != 0) {
      message.acknowledged_revision =
          random_() % 4 != 0 ? client.applied : random_() % (client.applied + 1);
    }
    client.to_server.push_back({message, now()});
  }

  void Hear(size_t chosen) {
    Client& client = clients_[chosen];
    if (client.stream == nullptr || client.to_server.empty()) return;
    const Client::Sent sent = client.to_server.front();
    client.to_server.pop_front();
    Session& session = sessions_[chosen];
    if (session.lease_end <= now()) ++session.lives;
    session.lease_end = std::max(session.lease_end, now() + kServerLease);
    session.acknowledged = std::max(session.acknowledged, sent.message.acknowledged_revision);
    Deliver(client, sent);
  }

  void Deliver(Client& client, const Client::Sent& sent) {
    const absl::Status status = client.stream->Receive(sent.message, now());
    EXPECT_TRUE(status.ok()) << status;
    TellProgress(client);
  }

  void TellProgress(Client& client) {
    if (client.stream->TakeAwaitedProgress()) list_->Look(*client.stream->session(), now());
  }

  void BeginWait() {
    Wait wait;
    wait.revision = history_.head();
    wait.unknown = now() < strangers_until_;
    absl::Duration longest = wait.unknown ? strangers_until_ - now() : absl::ZeroDuration();
    for (size_t i = 0; i < clients_.size(); ++i) {
      const Session& session = sessions_[i];
      if (session.lease_end <= now()) continue;
      if (!clients_[i].acknowledges) {
        ++wait.not_acknowledging;
      } else if (session.first_head < wait.revision) {
        longest = std::max(longest, kServerLease);
        wait.waited_for.push_back(clients_[i].name);
        wait.behind[i] = session.lives;
      }
    }
    std::optional<absl::Duration> timeout;
    if (random_() % 2 == 0) timeout = absl::Milliseconds(random_() % 30'000 + 1);
    wait.ends = now() + timeout.value_or(longest);
    const auto number = std::make_shared<uint64_t>();
    *number =
        list_->Add(wait.revision, hub_.sessions("shop"), {.timeout = timeout}, now(),
                   [this, number](delivery::WaitOutcome outcome) { Finish(*number, outcome); });
    waits_[*number] = std::move(wait);
  }

  void CancelWait() {
    if (waits_.empty()) return;
    const uint64_t number = waits_.begin()->first;
    EXPECT_TRUE(list_->Cancel(number));
    waits_.erase(number);
  }

  // The waits that should have finished by now, by the definitions.
  void Expect() {
    for (auto it = waits_.begin(); it != waits_.end();) {
      Wait& wait = it->second;
      for (auto member = wait.behind.begin(); member != wait.behind.end();) {
        const Session& session = sessions_[member->first];
        const bool new_life = session.lives != member->second;
        const bool applied = !new_life && session.Applied(wait.revision);
        const bool lapsed = new_life || session.lease_end <= now();
        if (!applied && lapsed) wait.lapsed.push_back(clients_[member->first].name);
        member = applied || lapsed ? wait.behind.erase(member) : std::next(member);
      }
      if (now() >= strangers_until_) wait.unknown = false;
      if ((wait.behind.empty() && !wait.unknown) || now() >= wait.ends) {
        expected_.insert(waits_.extract(it++));
      } else {
        ++it;
      }
    }
  }

  void Finish(uint64_t number, const delivery::WaitOutcome& outcome) {
    const auto found = expected_.find(number);
    ASSERT_TRUE(found != expected_.end()) << "too early";
    Wait wait = std::move(found->second);
    expected_.erase(found);
    std::sort(wait.lapsed.begin(), wait.lapsed.end());
    std::vector<std::string> late;
    for (const auto& [client, life] : wait.behind) late.push_back(clients_[client].name);
    EXPECT_EQ(absl::StrJoin(outcome.waited_for, " "), absl::StrJoin(wait.waited_for, " "));
    EXPECT_EQ(absl::StrJoin(outcome.lapsed, " "), absl::StrJoin(wait.lapsed, " "));
    EXPECT_EQ(absl::StrJoin(outcome.late, " "), absl::StrJoin(late, " "));
    EXPECT_EQ(outcome.not_acknowledging, wait.not_acknowledging);
    EXPECT_EQ(outcome.unknown_late, wait.unknown);
    judged_.lapsed += wait.lapsed.empty() ? 0 : 1;
    judged_.late += late.empty() ? 0 : 1;
    if (!wait.waited_for.empty() && wait.lapsed.empty() && late.empty()) ++judged_.applied_by_all;
    for (const Client& client : clients_) {
      if (!client.acknowledges || !client.Serves(now())) continue;
      if (wait.unknown || std::count(late.begin(), late.end(), client.name) > 0) continue;
      ++judged_.serving_caches;
      for (uint64_t revision = client.applied + 1; revision <= wait.revision; ++revision) {
        EXPECT_FALSE(Concerns(client, revision))
            << client.name << " serves from before " << revision;
      }
    }
  }

  struct FirstMessage {
    bool fresh = false;    // a new subscriber that begins at the head
    uint64_t applied = 0;  // by the session
    uint64_t start = 0;
  };

  std::mt19937 random_;
  const uint32_t diligence_ = random_() % 3 == 0 ? 0 : random_() % 8;
  FakeClock clock_;
  NoOutlet outlet_;
  HistoryBuilder history_{"shop"};
  std::vector<std::string> tags_;  // of each revision
  delivery::Hub hub_;
  std::vector<Client> clients_;
  std::vector<Session> sessions_;
  std::map<size_t, FirstMessage> first_message_of_;
  absl::Duration strangers_until_;
  std::unique_ptr<delivery::WaitList> list_;
  std::map<uint64_t, Wait> waits_;
  std::map<uint64_t, Wait> expected_;  // finished, not reported yet
  Judged judged_;
};

TEST(WaitingModelTest, EveryOutcomeIsAsDefinedAndNoCacheServesWhatWasInvalidated) {
  World::Judged judged;
  for (uint32_t seed = 0; seed < 150; ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    World world(seed);
    for (int step = 0; step < 500; ++step) {
      world.Step();
      world.Judge();
      if (testing::Test::HasFailure()) {
        FAIL() << "in step " << step;
      }
    }
    judged += world.judged();
  }
  EXPECT_GT(judged.applied_by_all, 500);
  EXPECT_GT(judged.lapsed, 50);
  EXPECT_GT(judged.late, 50);
  EXPECT_GT(judged.serving_caches, 2000);
}

}  // namespace
}  // namespace cache_invalidation
