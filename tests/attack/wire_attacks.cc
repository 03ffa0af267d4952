// SPDX-License-Identifier: Apache-2.0

#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/clock.h"
#include "tests/attack/attack.h"
#include "tests/attack/inputs.h"
#include "tests/support/http_get.h"
#include "tests/support/pause.h"
#include "tests/support/probe.h"
#include "tests/support/raw_http2.h"
#include "tests/support/silent_connections.h"

namespace cache_invalidation::attack {
namespace {

constexpr char kPath[] = "/cache_invalidation.v1.CacheEntryService/Validate";
constexpr size_t kFrameBytes = 16 << 10;  // what a peer takes that has said nothing else

std::string Repeated(const std::string& frame, size_t bytes) {
  std::string frames;
  while (frames.size() < bytes) frames += frame;
  return frames;
}

// Sends the same frames until so many bytes are out, or the server has had enough.
void Flood(RawHttp2& connection, const std::string& frames, uint64_t bytes) {
  for (uint64_t sent = 0; sent < bytes && connection.Send(frames); sent += frames.size()) {
  }
}

Attack UnknownFrames(const Size& size) {
  const uint64_t bytes = size.Of(uint64_t{8} << 30, uint64_t{3} << 30);
  return {.name = "unknown-frames",
          .input = absl::StrCat(bytes >> 30, " GiB of frames of an unknown type"),
          .prepare = {},
          .run = [bytes](Target& target) {
            RawHttp2 connection(target.grpc_port());
            Flood(
                connection,
                Repeated(Frame(FrameType::kUnknown, 0, 0, std::string(kFrameBytes, 'x')), 4 << 20),
                bytes);
          }};
}

Attack EmptyData(const Size& size) {
  const uint64_t bytes = size.Of(uint64_t{5} << 30, uint64_t{100} << 20);
  return {.name = "empty-data",
          .input = absl::StrCat(bytes >> 20, " MiB of empty DATA frames on one stream"),
          .prepare = {},
          .run = [bytes](Target& target) {
            RawHttp2 connection(target.grpc_port());
            connection.Send(Frame(FrameType::kHeaders, kEndHeaders, 1, CallHeaders(kPath)));
            Flood(connection, Repeated(Frame(FrameType::kData, 0, 1, ""), 1 << 20), bytes);
          }};
}

constexpr char kByGrpc[] = "gRPC 1.51 keeps it; see docs/operations.md for a proxy in front";

Attack Continuations(const Size& size) {
  const uint64_t bytes = size.Of(uint64_t{200} << 20, uint64_t{20} << 20);
  return {.name = "continuation-flood",
          .input = absl::StrCat(bytes >> 20, " MiB of CONTINUATION frames"),
          .prepare = {},
          .run =
              [bytes](Target& target) {
                RawHttp2 connection(target.grpc_port());
                connection.Send(Frame(FrameType::kHeaders, 0, 1, CallHeaders(kPath)));
                Flood(
                    connection,
                    Repeated(Frame(FrameType::kContinuation, 0, 1, std::string(kFrameBytes, '\0')),
                             1 << 20),
                    bytes);
              },
          .goal = {.beyond_us = kByGrpc}};
}

Attack RapidReset(const Size& size) {
  const uint32_t streams = size.Of(150'000, 10'000);
  return {.name = "rapid-reset",
          .input = absl::StrCat(streams, " streams that are opened and reset at once"),
          .prepare = {},
          .run =
              [streams](Target& target) {
                RawHttp2 connection(target.grpc_port());
                const std::string headers = CallHeaders(kPath);
                const std::string cancelled("\0\0\0\x8", 4);
                bool open = true;
                for (uint32_t i = 0; i < streams && open; ++i) {
                  open =
                      connection.Send(Frame(FrameType::kHeaders, kEndHeaders, 2 * i + 1, headers) +
                                      Frame(FrameType::kReset, 0, 2 * i + 1, cancelled));
                }
              },
          .goal = {.beyond_us = kByGrpc}};
}

void ExpectQuick(Target& target, const std::string& path) {
  const absl::Time begun = RealClock().Now();
  const int status = testing::HttpGet(target.http_port(), path).status;
  const absl::Duration took = RealClock().Now() - begun;
  if (status != 200 || took > absl::Seconds(1)) {
    target.Complain(
        absl::StrCat(path, " answered ", status, " after ", absl::FormatDuration(took)));
  }
}

Attack SlowProbes(const Size& size) {
  const int connections = static_cast<int>(size.Of(1000, 200));
  return {.name = "slow-http",
          .input = absl::StrCat(connections,
                                " connections to the HTTP port that ask nothing, or "
                                "never end to ask"),
          .prepare = {},
          .run = [connections](Target& target) {
            const testing::SilentConnections silent(target.http_port(), connections / 2);
            const testing::SilentConnections begun(target.http_port(), connections / 2,
                                                   "GET /healthz HTTP/1.1\r\nA: ");
            for (int i = 0; i < 5; ++i) {
              for (const char* path : {"/healthz", "/readyz", "/metrics"}) {
                ExpectQuick(target, path);
              }
            }
          }};
}

Attack IdleConnections(const Size& size) {
  const int each = static_cast<int>(size.Of(5000, 1000));
  return {.name = "idle-connections",
          .input = absl::StrCat(each, " idle connections to the HTTP port, and ", each,
                                " to the gRPC port that say hello; a new client"),
          .prepare = {},
          .run = [each](Target& target) {
            const testing::SilentConnections grpc(target.grpc_port(), each, ConnectionPreface());
            const testing::SilentConnections http(target.http_port(), each);
            // While gRPC takes thousands of connections at once, a new client waits for seconds.
            const bool ready = Eventually(
                [&] { return testing::HttpGet(target.http_port(), "/readyz").status == 200; },
                absl::Seconds(30));
            if (!ready) target.Complain("it is not ready any more");
            for (const char* path : {"/metrics", "/readyz", "/healthz"}) {
              ExpectQuick(target, path);
            }
            const auto stub = v1::InvalidationService::NewStub(target.NewChannel());
            v1::InvalidateRequest request;
            request.set_namespace_(kNamespace);
            request.add_tags("t");
            v1::InvalidateResponse response;
            const grpc::Status status = Call(*stub, &v1::InvalidationService::Stub::Invalidate,
                                             request, &response, absl::Seconds(1));
            if (!status.ok()) target.Complain("a new client: " + status.error_message());
          }};
}

Attack Descriptors(const Size& size) {
  const int connections = static_cast<int>(size.Of(1100, 300));
  const int descriptors = static_cast<int>(size.Of(1024, 256));
  return {.name = "descriptors",
          .input = absl::StrCat(connections, " connections to a server with ", descriptors,
                                " descriptors, then closed; a new client"),
          .prepare = {},
          .run =
              [connections](Target& target) {
                {
                  std::vector<std::unique_ptr<RawHttp2>> open;
                  for (int i = 0; i < connections; ++i) {
                    open.push_back(std::make_unique<RawHttp2>(target.grpc_port()));
                  }
                  Pause(absl::Seconds(2));
                }
                v1::ValidateRequest request;
                request.set_namespace_(kNamespace);
                request.add_tags("t");
                v1::ValidateResponse response;
                const auto stub = v1::CacheEntryService::NewStub(target.NewChannel());
                const grpc::Status status = Call(*stub, &v1::CacheEntryService::Stub::Validate,
                                                 request, &response, absl::Seconds(1));
                if (!status.ok() && status.error_code() != grpc::StatusCode::INVALID_ARGUMENT) {
                  target.Complain("a new client: " + status.error_message());
                }
              },
          .descriptors = descriptors};
}

Attack Stop(const Size& size) {
  const uint64_t calls = size.Of(1000, 100);
  return {.name = "stop-while-busy",
          .input = absl::StrCat(calls,
                                " calls of 10,000 writes that wait, and SIGTERM; the grace "
                                "is 2 s"),
          .prepare = {},
          .run =
              [calls](Target& target) {
                const auto stub = v1::WriteEventService::NewStub(target.NewChannel());
                const v1::InvalidateByWritesRequest request = Transaction(10'000);
                std::thread callers([&] {
                  InParallel(8, [&](int) {
                    for (uint64_t i = 0; i < calls / 8; ++i) {
                      v1::InvalidateByWritesResponse response;
                      (void)Call(*stub, &v1::WriteEventService::Stub::InvalidateByWrites, request,
                                 &response, absl::Seconds(2));
                    }
                  });
                });
                Pause(absl::Seconds(1));
                const absl::Duration took = target.Stop();
                // The grace, one second until the process ends in any case, and one to see it end.
                if (took > absl::Seconds(4)) {
                  target.Complain("it ended after " + absl::FormatDuration(took));
                }
                callers.join();
              },
          .stops = true};
}

}  // namespace

std::vector<Attack> WireAttacks(const Size& size) {
  return {UnknownFrames(size), EmptyData(size),       Continuations(size), RapidReset(size),
          SlowProbes(size),    IdleConnections(size), Descriptors(size),   Stop(size)};
}

}  // namespace cache_invalidation::attack
