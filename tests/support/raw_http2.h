// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_SUPPORT_RAW_HTTP2_H_
#define CACHE_INVALIDATION_TESTS_SUPPORT_RAW_HTTP2_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace cache_invalidation {

// An HTTP/2 frame.
enum class FrameType : uint8_t {
  kData = 0,
  kHeaders = 1,
  kReset = 3,
  kSettings = 4,
  kContinuation = 9,
  kUnknown = 0x77,  // must be ignored
};

inline constexpr uint8_t kEndStream = 1;   // of kData and kHeaders
inline constexpr uint8_t kEndHeaders = 4;  // of kHeaders and kContinuation

std::string Frame(FrameType type, uint8_t flags, uint32_t stream, absl::string_view payload);

// Returns what a client sends first: the preface of HTTP/2 and a SETTINGS frame with this payload.
std::string ConnectionPreface(absl::string_view settings = "");

// Returns one header for a header block. REQUIRES: both are shorter than 127 bytes.
std::string Header(absl::string_view name, absl::string_view value);

// Returns the header block of a gRPC call.
std::string CallHeaders(absl::string_view path);

// Returns the frames of a complete unary call with an empty request, or with `message`. `more`:
// further headers.
std::string UnaryCallFrames(uint32_t stream, absl::string_view path, absl::string_view message = "",
                            absl::string_view more = "");

// A connection to a port of this machine that sends arbitrary bytes, as no client would, and reads
// and discards what it receives. For one thread.
class RawHttp2 {
 public:
  // Connects and sends the preface and a SETTINGS frame. `settings`: its payload. `from`: the
  // source address, one of this machine; empty: the default.
  explicit RawHttp2(int port, absl::string_view settings = "", const std::string& from = "");
  ~RawHttp2();

  RawHttp2(const RawHttp2&) = delete;
  RawHttp2& operator=(const RawHttp2&) = delete;

  // Sends all of it, however long the other side takes. Returns false if the other side has closed
  // the connection, or has read nothing for ten seconds.
  bool Send(absl::string_view bytes);

 private:
  int socket_;
};

// Settings that do not let the other side send data on any stream.
std::string NoWindow();

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_TESTS_SUPPORT_RAW_HTTP2_H_
