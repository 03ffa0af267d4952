// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_PROPERTY_COMMAND_TEXT_H_
#define CACHE_INVALIDATION_TESTS_PROPERTY_COMMAND_TEXT_H_

#include <string>

#include "common/json_value.h"
#include "server/engine/command.h"
#include "server/engine/model.h"
#include "server/engine/query.h"

namespace cache_invalidation::property {

// The inputs of the engine as one line of text, for people who look at a failure.

std::string Text(const JsonValue& value);
std::string Text(const engine::Relationship& relationship);
std::string Text(const engine::Rule& rule);
std::string Text(const engine::Command& command);
std::string Text(const engine::Query& query);

}  // namespace cache_invalidation::property

#endif  // CACHE_INVALIDATION_TESTS_PROPERTY_COMMAND_TEXT_H_
