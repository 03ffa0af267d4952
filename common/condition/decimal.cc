// SPDX-License-Identifier: Apache-2.0

#include "common/condition/decimal.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>
#include <system_error>

#include "absl/strings/ascii.h"
#include "absl/strings/charconv.h"

namespace cache_invalidation::condition {
namespace {

// Every number of this many digits survives a conversion to double and back.
constexpr size_t kDoubleDigits = 15;
// Within these orders doubles have full precision.
constexpr int64_t kLeastOrder = -306;
constexpr int64_t kGreatestOrder = 308;
// Larger exponents make no difference.
constexpr int64_t kMostExponent = 1'000'000'000;
// Digits of 2^64.
constexpr int64_t kUintDigits = 20;

bool IsDigit(char byte) { return absl::ascii_isdigit(static_cast<unsigned char>(byte)); }

bool TakeSign(absl::string_view& text) {
  const bool negative = !text.empty() && text[0] == '-';
  if (negative || (!text.empty() && text[0] == '+')) text.remove_prefix(1);
  return negative;
}

absl::string_view TakeDigits(absl::string_view& text) {
  const auto* end = std::find_if_not(text.begin(), text.end(), IsDigit);
  const absl::string_view digits = text.substr(0, static_cast<size_t>(end - text.begin()));
  text.remove_prefix(digits.size());
  return digits;
}

// Takes an exponent such as "e+20"; 0 if there is none, nullopt if it is malformed.
std::optional<int64_t> TakeExponent(absl::string_view& text) {
  if (text.empty() || (text[0] != 'e' && text[0] != 'E')) return 0;
  text.remove_prefix(1);
  const bool negative = TakeSign(text);
  const absl::string_view digits = TakeDigits(text);
  if (digits.empty()) return std::nullopt;
  int64_t exponent = 0;
  for (const char digit : digits) {
    exponent = std::min(exponent * 10 + (digit - '0'), kMostExponent);
  }
  return negative ? -exponent : exponent;
}

// The digits before and after the decimal point, without leading and trailing zeros.
class Digits {
 public:
  Digits(absl::string_view whole, absl::string_view fraction) : whole_(whole), fraction_(fraction) {
    const size_t size = whole.size() + fraction.size();
    while (begin_ < size && At(begin_) == '0') ++begin_;
    end_ = size;
    while (end_ > begin_ && At(end_ - 1) == '0') --end_;
  }

  size_t size() const { return end_ - begin_; }
  // The number of leading zeros.
  size_t zeros() const { return begin_; }

  // The integer made of the first `count` digits, padded with zeros. Returns nullopt from 2^64 on.
  std::optional<uint64_t> First(int64_t count) const {
    if (count > kUintDigits) return std::nullopt;
    uint64_t number = 0;
    for (int64_t i = 0; i < count; ++i) {
      const size_t place = begin_ + static_cast<size_t>(i);
      const uint64_t digit = place < end_ ? static_cast<uint64_t>(At(place) - '0') : 0;
      if (__builtin_mul_overflow(number, uint64_t{10}, &number) ||
          __builtin_add_overflow(number, digit, &number)) {
        return std::nullopt;
      }
    }
    return number;
  }

 private:
  char At(size_t place) const {
    return place < whole_.size() ? whole_[place] : fraction_[place - whole_.size()];
  }

  absl::string_view whole_;
  absl::string_view fraction_;
  size_t begin_ = 0;
  size_t end_ = 0;
};

}  // namespace

bool Decimal::has_double() const {
  if (digits == 0 || is_small_integer()) return true;
  return digits <= kDoubleDigits && order >= kLeastOrder && order <= kGreatestOrder;
}

std::optional<Decimal> ReadDecimal(absl::string_view text) {
  Decimal decimal;
  decimal.negative = TakeSign(text);
  const absl::string_view whole = TakeDigits(text);
  absl::string_view fraction;
  if (whole.empty()) return std::nullopt;
  if (!text.empty() && text[0] == '.') {
    text.remove_prefix(1);
    fraction = TakeDigits(text);
    if (fraction.empty()) return std::nullopt;
  }
  const std::optional<int64_t> exponent = TakeExponent(text);
  if (!exponent || !text.empty()) return std::nullopt;

  const Digits digits(whole, fraction);
  decimal.digits = digits.size();
  if (decimal.digits > 0) {
    decimal.order =
        static_cast<int64_t>(whole.size()) - static_cast<int64_t>(digits.zeros()) + *exponent;
  }
  if (decimal.is_integer()) decimal.magnitude = digits.First(decimal.order);
  return decimal;
}

double NearestDouble(absl::string_view text) {
  if (!text.empty() && text[0] == '+') text.remove_prefix(1);
  double number = 0;
  const auto read = absl::from_chars(text.data(), text.data() + text.size(), number);
  // from_chars returns the largest finite double in this case.
  const bool beyond = read.ec == std::errc::result_out_of_range && std::abs(number) > 1;
  return beyond ? std::copysign(HUGE_VAL, number) : number;
}

std::string FormatDouble(double number) {
  if (std::isnan(number)) return "NaN";
  if (std::isinf(number)) return number < 0 ? "-Infinity" : "Infinity";
  const double size = std::abs(number);
  const bool plain = size == 0 || (size >= 1e-6 && size < 1e21);
  char buffer[40];
  const auto [end, error] =
      std::to_chars(std::begin(buffer), std::end(buffer), number,
                    plain ? std::chars_format::fixed : std::chars_format::scientific);
  return error == std::errc() ? std::string(buffer, end) : "";
}

}  // namespace cache_invalidation::condition
