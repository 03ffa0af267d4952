#ifndef CACHE_INVALIDATION_COMMON_CACHE_KEYS_H_
#define CACHE_INVALIDATION_COMMON_CACHE_KEYS_H_

#include <initializer_list>
#include <string>
#include <type_traits>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace cache_invalidation {

// Builds cache keys that cannot collide: each begins with the name of the application (or of the
// part of it) that owns them, and every part of a key is escaped.
//
//   CacheKeys keys("shop");
//   keys.Key("user", 42, "profile");  // shop:user:42:profile
//   keys.Key("user", "4:2");          // shop:user:4%3A2
//   keys.Prefix("user", 42);          // shop:user:42:
//
// Two keys are equal only if owner and parts are: "%", ":", control characters and bytes that are
// not UTF-8 are written as %XX in capitals, so a part can be any bytes. A part that is allowed in a
// tag is written as EscapeTagValue writes it (client/tag.h). A key longer than kMaxKeyBytes is
// built nevertheless; the calls that take keys refuse it.
//
// Immutable, thread-safe.
class CacheKeys {
 public:
  // Use one owner for keys that belong together, and include a version ("shop-v2") that changes
  // with the shape of the cached values.
  explicit CacheKeys(absl::string_view owner);

  // Returns the key of these parts: strings and integers. Floating-point numbers do not compile: as
  // text they would lose digits, and different keys could become equal.
  template <typename... Parts>
  std::string Key(const Parts&... parts) const {
    static_assert((kIsPart<Parts> && ...), "a part of a key is a string or an integer");
    return Join({absl::AlphaNum(parts).Piece()...});
  }

  // Returns the prefix of every key that has these parts and more, for subscriptions by key prefix.
  template <typename... Parts>
  std::string Prefix(const Parts&... parts) const {
    return Key(parts...) + ":";
  }

 private:
  template <typename T>
  static constexpr bool kIsPart = std::is_convertible_v<T, absl::string_view> ||
                                  (std::is_integral_v<T> && !std::is_same_v<T, char> &&
                                   !std::is_same_v<T, bool>);

  std::string Join(std::initializer_list<absl::string_view> parts) const;

  std::string owner_;  // escaped
};

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_COMMON_CACHE_KEYS_H_
