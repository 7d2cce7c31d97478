// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <optional>

#include "bench/event_stream.hpp"
#include "bench/server.hpp"

/// One request of the load. Not for other rooms.
namespace canirun::bench {

/// Which of the two interfaces the server has, and whether it takes more than the standard's own keys. Found out by trying.
struct Dialect {
  bool chat = true;
  bool extras = true;
};

struct Shape {
  std::uint32_t prompt_tokens = 64;   ///< about: the server's own count is what is used
  std::uint32_t written_tokens = 64;  ///< at most
  std::uint64_t seed = 0;             ///< a prompt of its own, so that no cache has read it before
};

/// One answer, timed and found sane.
struct Timing {
  std::uint32_t prompt_tokens = 0;  ///< read for this answer; 0: the server does not count
  std::uint32_t cached_tokens = 0;  ///< of the prompt, known before
  std::uint32_t sent_tokens = 0;    ///< the whole prompt: counted, else about what was asked for
  std::uint32_t written_tokens = 0;
  double first_s = 0;  ///< from the request to the first word
  double whole_s = 0;
  std::optional<double> decode_tokens_per_s, prefill_tokens_per_s;
  double began_s = 0, first_at_s = 0, ended_s = 0;  ///< on the world's clock
  bool speculative = false;
};

/// Errors name the address and what came instead of an answer.
Result<Timing> ask_once(Server& server, const ServerWorld& world, const ServerFacts& facts, const Shape& shape,
                        Dialect& dialect, double silence_s);

/// Words of about as many tokens; another seed, other words from the first one on.
std::string prompt_of(std::uint32_t tokens, std::uint64_t seed);

}  // namespace canirun::bench
