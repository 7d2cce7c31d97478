// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/assess.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace canirun::cli {

/// Quants to consider for a model when the user named none, the preferred one first, then smaller and smaller ones.
/// The preferred one is what people download: Q4_K_M is where llama.cpp's quants still lose little (data/quants has the
/// measured divergence) while every bit above it costs speed one for one; a model shipped in MXFP4 stays in it.
std::vector<std::string_view> quant_ladder(const ModelSpec& model, Engine engine);

/// How a model does at one quant, as far as choosing needs it.
struct QuantTrial {
  FitStatus status = FitStatus::does_not_fit;
  UsabilityLevel usability = UsabilityLevel::unusable;
};

/// Index into the ladder, given the trial of each of its quants (asked for one by one, as needed):
///   1. the preferred one if it fits in the fastest memory, or runs comfortably though part of it lies elsewhere;
///   2. else the largest that fits in the fastest memory, as long as it keeps three bits a weight;
///   3. else the preferred one if it runs at all;
///   4. else the largest that runs at all; nullopt when none does.
template <class Try>
std::optional<std::size_t> choose_from_ladder(std::size_t size, std::size_t three_bit_size, Try&& trial) {
  if (size == 0) return std::nullopt;
  const QuantTrial preferred = trial(0);
  if (preferred.status == FitStatus::fits) return 0;
  const bool offloaded = preferred.status == FitStatus::fits_offloaded;
  if (offloaded && preferred.usability >= UsabilityLevel::comfortable) return 0;
  for (std::size_t i = 1; i < three_bit_size; ++i) {
    if (trial(i).status == FitStatus::fits) return i;
  }
  if (offloaded) return 0;
  for (std::size_t i = 1; i < size; ++i) {
    if (trial(i).status != FitStatus::does_not_fit) return i;
  }
  return std::nullopt;
}

/// How many quants of the ladder, from its start, keep about three bits a weight or more.
std::size_t three_bit_count(const std::vector<std::string_view>& ladder);

}  // namespace canirun::cli
