// SPDX-License-Identifier: MIT
// Any bytes as a log of use: whole, and in two pieces that must give the same sums.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "usage/usage.hpp"

using namespace canirun;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  usage::Reader whole;
  whole.feed(text);
  const Result<UsageReading> reading = whole.finish();
  if (!reading || size < 8) return 0;
  const UsageProfile usage = usage::profile_of(*reading, {});
  if (!(usage.output_tokens_per_day >= 0) || !(reading->total.input >= 0)) std::abort();
  usage::Reader pieces;
  pieces.feed(text.substr(0, size / 2));
  pieces.feed(text.substr(size / 2));
  const Result<UsageReading> again = pieces.finish();
  if (!again || again->total.all() != reading->total.all() || again->lines != reading->lines) std::abort();
  return 0;
}
