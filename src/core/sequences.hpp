// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/companions.hpp>

namespace canirun {

/// As most_sequences, with the companions beside the model: a drafting model's cache grows with the requests, too.
std::uint32_t most_sequences_beside(const Machine& machine, const ModelSpec& model, const WeightTable& weights,
                                    const EngineSettings& settings, FitStatus status, const Companions& beside);

}  // namespace canirun
