// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <string>
#include <string_view>

#include "usage/usage.hpp"

/// Reads a text in pieces of `piece` bytes.
inline canirun::Result<canirun::UsageReading> read_usage(std::string_view text, std::size_t piece = 1U << 16U) {
  canirun::usage::Reader reader;
  for (std::size_t at = 0; at < text.size(); at += piece) reader.feed(text.substr(at, piece));
  return reader.finish();
}

/// A line as coding agents write it: one of the pieces of a message.
inline std::string agent_line(std::string_view id, std::string_view day, int output, int cached = 20000) {
  return R"({"type":"assistant","timestamp":")" + std::string(day) + R"(T10:00:00.000Z","requestId":"req_)" +
         std::string(id) + R"(","message":{"id":"msg_)" + std::string(id) +
         R"(","model":"claude-sonnet-4-5-20250929","content":[{"type":"text","text":"a \"quoted\" {brace} \\"}],)" +
         R"("usage":{"input_tokens":3,"cache_creation_input_tokens":1000,"cache_read_input_tokens":)" +
         std::to_string(cached) +
         R"(,"cache_creation":{"ephemeral_5m_input_tokens":1000,"ephemeral_1h_input_tokens":0},"output_tokens":)" +
         std::to_string(output) + R"(,"iterations":[{"input_tokens":9999}]}}})" + "\n";
}
