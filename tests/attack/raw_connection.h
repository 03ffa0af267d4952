#ifndef CACHE_INVALIDATION_TESTS_ATTACK_RAW_CONNECTION_H_
#define CACHE_INVALIDATION_TESTS_ATTACK_RAW_CONNECTION_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace cache_invalidation::attack {

// A TCP connection to a port of this machine, for bytes that no library would send. What comes is
// thrown away. Belongs to one thread.
class RawConnection {
 public:
  explicit RawConnection(int port);
  ~RawConnection();
  RawConnection(const RawConnection&) = delete;
  RawConnection& operator=(const RawConnection&) = delete;

  // False once the other side has closed it, or takes nothing for ten seconds.
  bool Send(absl::string_view bytes);
  bool connected() const { return socket_ >= 0; }

 private:
  int socket_;
};

// Frames of HTTP/2 (RFC 9113).
inline constexpr uint8_t kData = 0;
inline constexpr uint8_t kHeaders = 1;
inline constexpr uint8_t kReset = 3;
inline constexpr uint8_t kContinuation = 9;
inline constexpr uint8_t kUnknownType = 0x20;
inline constexpr uint8_t kEndHeaders = 4;
std::string Frame(uint8_t type, uint8_t flags, uint32_t stream, absl::string_view payload);

// What a client says first.
std::string Preface();
// The headers of a call of Validate, encoded without compression.
std::string CallHeaders();

}  // namespace cache_invalidation::attack

#endif  // CACHE_INVALIDATION_TESTS_ATTACK_RAW_CONNECTION_H_
