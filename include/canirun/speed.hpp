// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/throughput.hpp>
#include <optional>

namespace canirun {

/// Owned by the throughput room; see data/speed/README.md for how each constant was fitted.
struct SpeedConstants {
  std::string id;  ///< "ada", "rdna3/rocm", "cpu/ddr5"
};
struct SpeedBook {
  std::vector<SpeedConstants> architectures;
};

/// Decode, prefill and time to first token of a placed model. Total; unknown bandwidth gives nullopt.
std::optional<ThroughputEstimate> estimate_throughput(const Machine& machine, const ModelSpec& model, const WeightTable& weights,
                                                      const EngineSettings& settings, const PlacedMemory& placed,
                                                      const UsageProfile& usage, const SpeedBook& speeds);

}  // namespace canirun
