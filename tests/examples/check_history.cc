// SPDX-License-Identifier: Apache-2.0

// Checks the history that a driver recorded by the delivery guarantees, and prints what it consists
// of.
//
//   check_history ENDPOINT HISTORY      exits with 1 if something is wrong, and prints that
//
// What was published is asked of the server, from the beginning of its history.

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/check.h"
#include "grpcpp/create_channel.h"
#include "tests/conformance/recording_subscriber.h"
#include "tests/conformance/validators.h"

namespace cache_invalidation::conformance {
namespace {

// Returns the message of a line {"WHAT": "BASE64"}.
template <typename Message>
Message Decoded(const std::string& base64) {
  std::string bytes;
  Check(absl::Base64Unescape(base64, &bytes), "a line has base64");
  Message message;
  Check(message.ParseFromString(bytes), "a line has a message");
  return message;
}

SubscriberHistory Read(const std::string& path) {
  SubscriberHistory history;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    const std::vector<std::string> parts = absl::StrSplit(line, '"');
    Check(parts.size() == 5, "a line is {\"WHAT\": \"BASE64\"}");
    if (parts[1] == "applied") {
      history.streams.back().steps.emplace_back(Decoded<v1::SubscribeResponse>(parts[3]));
      continue;
    }
    const auto request = Decoded<v1::SubscribeRequest>(parts[3]);
    if (request.has_subscription()) history.streams.push_back({request.subscription(), {}});
    // What it acknowledges was published.
    history.streams.back().steps.emplace_back(
        Sent{request.sequence(), request.acknowledged_revision(), request.acknowledged_revision()});
  }
  return history;
}

// Returns what the client itself did wrong: it resumes after what it has applied, and acknowledges
// no more than that.
Violations CheckClient(const SubscriberHistory& history) {
  Violations found;
  uint64_t complete = 0;
  for (size_t i = 0; i < history.streams.size(); ++i) {
    const StreamHistory& stream = history.streams[i];
    if (i > 0 && stream.asked.start_after().revision() != complete) {
      found.push_back(absl::StrCat("stream ", i, " resumes at ",
                                   stream.asked.start_after().revision(), " of ", complete));
    }
    for (const auto& step : stream.steps) {
      if (const auto* response = absl::get_if<v1::SubscribeResponse>(&step)) {
        complete = CompleteAfter(*response, complete);
      } else if (absl::get<Sent>(step).acknowledged_revision > complete) {
        found.push_back(absl::StrCat("stream ", i, " acknowledges ",
                                     absl::get<Sent>(step).acknowledged_revision, " of ",
                                     complete));
      }
    }
  }
  return found;
}

// What a history consists of.
struct Counts {
  size_t events = 0;
  size_t resets = 0;
  std::string epoch = {};
};

Counts CountsOf(const SubscriberHistory& history) {
  Counts counts;
  for (const StreamHistory& stream : history.streams) {
    for (const auto& step : stream.steps) {
      const auto* response = absl::get_if<v1::SubscribeResponse>(&step);
      if (response == nullptr) continue;
      counts.events += response->events_size();
      counts.resets += response->has_reset() ? 1 : 0;
      if (response->has_started()) counts.epoch = response->started().head().epoch();
    }
  }
  return counts;
}

// Returns everything up to the head of that history.
PublishedHistory Published(const std::string& endpoint, const std::string& epoch) {
  v1::Subscription subscription;
  subscription.set_name("check_history");
  subscription.mutable_start_after()->set_epoch(epoch);
  RecordingSubscriber subscriber(grpc::CreateChannel(endpoint, grpc::InsecureChannelCredentials()),
                                 subscription, [] { return 0; });
  subscriber.Connect();
  PublishedHistory published;
  uint64_t head = 1;
  while (subscriber.complete_revision() < head) {
    Check(subscriber.Read(), "the server sends its history");
    const auto& steps = subscriber.history().streams.back().steps;
    const auto& response = absl::get<v1::SubscribeResponse>(steps.back());
    if (response.has_started()) head = response.started().head().revision();
    for (const v1::Event& part : response.events()) published.Add(part);
  }
  return published;
}

int Run(const std::string& endpoint, const std::string& path) {
  const SubscriberHistory history = Read(path);
  const Counts counts = CountsOf(history);
  Violations found = CheckAll(history, Published(endpoint, counts.epoch));
  for (std::string& violation : CheckClient(history)) found.push_back(std::move(violation));
  for (const std::string& violation : found) std::cout << violation << "\n";
  if (!found.empty()) return EXIT_FAILURE;
  std::cout << "streams " << history.streams.size() << "\nevents " << counts.events << "\nresets "
            << counts.resets << "\n";
  return EXIT_SUCCESS;
}

}  // namespace
}  // namespace cache_invalidation::conformance

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: check_history ENDPOINT HISTORY\n";
    return EXIT_FAILURE;
  }
  return cache_invalidation::conformance::Run(argv[1], argv[2]);
}
