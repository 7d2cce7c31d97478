// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <canirun/engine.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace canirun {

/// What computes the layers of a run: only GPUs, only the processor, or both.
enum class PlacementKind : std::uint8_t { gpu, cpu, mixed };
constexpr auto enum_names(PlacementKind) { return std::array<std::string_view, 3>{"gpu", "cpu", "mixed"}; }

/// Measured over estimated, of decode or prefill.
struct RateCorrection {
  double factor = 1;          ///< the estimate is multiplied by it
  double range_exponent = 1;  ///< low and high stand (class's low or high)^this away from typical; 1: as without any run
  double least_spread = 0;    ///< natural logarithm of high over typical, at least: how far the runs themselves scatter
  std::uint32_t runs = 0;
};

/// A model that was itself measured.
struct ModelCorrection {
  std::string model, quant;  ///< ids of the catalog
  std::optional<RateCorrection> decode, prefill;
  std::string source;       ///< "llama-bench", "server", ...
  std::string measured_on;  ///< ISO date of the newest run
};

/// What runs measured on a machine say about the estimates of one way to run models on it.
struct SpeedCorrection {
  Engine engine = Engine::llama_cpp;
  Backend backend = Backend::cpu;
  PlacementKind placement = PlacementKind::cpu;
  std::optional<RateCorrection> decode, prefill;  ///< for models that were not measured
  std::vector<ModelCorrection> models;
};

}  // namespace canirun
