// SPDX-License-Identifier: MIT
// Any bytes as a price list (the first says which one), then held against two records: what is taken is a price.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "update/compare.hpp"
#include "update/price_list.hpp"

using namespace canirun;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const Result<update::Reading> reading = update::read_price_list(update::k_price_lists[data[0] % 3U], text);
  if (!reading) return 0;
  for (const update::ListedPrice& price : reading->prices) {
    if (!(price.rates.input.value_or(0) > 0) || !(price.rates.output.value_or(0) > 0)) std::abort();
  }
  ApiPrice plain, tiered;
  plain.id = "openai/gpt-4o-mini";
  plain.input_usd_per_mtok = 0.15;
  plain.output_usd_per_mtok = 0.6;
  tiered.id = "google/gemini-2.5-pro";
  tiered.input_usd_per_mtok = 1.25;
  tiered.output_usd_per_mtok = 10;
  tiered.tiers = {{.above_tokens = 200000,
                   .input_usd_per_mtok = 2.5,
                   .cache_read_usd_per_mtok = {},
                   .cache_write_usd_per_mtok = {},
                   .output_usd_per_mtok = 15}};
  const update::Comparison comparison = update::compare(std::vector{plain, tiered}, std::vector{*reading}, "2026-11-26");
  for (const update::Listed& listed : comparison.changed) {
    if (!(listed.after.input_usd_per_mtok > 0) || !(listed.factor >= 1 / 20.001) || !(listed.factor <= 20.001)) std::abort();
  }
  return 0;
}
