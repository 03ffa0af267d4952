// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_SUPPORT_TEXT_H_
#define CACHE_INVALIDATION_TESTS_SUPPORT_TEXT_H_

#include <string>

#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace cache_invalidation::testing {

// Returns the message of a text form.
template <typename Message>
Message FromText(const std::string& text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return message;
}

}  // namespace cache_invalidation::testing

#endif  // CACHE_INVALIDATION_TESTS_SUPPORT_TEXT_H_
