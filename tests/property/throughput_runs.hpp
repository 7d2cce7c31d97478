// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/placement.hpp>
#include <canirun/speed.hpp>
#include <string>
#include <vector>

#include "catalog/catalog.hpp"
#include "catalog/reference_record.hpp"

/// The published runs of data/reference/speed.json.
namespace throughput_reference {

using Run = canirun::catalog::SpeedRun;

const std::vector<Run>& runs();
const canirun::catalog::Catalog& data();

/// A run as the model is asked for it: everything estimate_throughput() wants.
struct Setup {
  canirun::Machine machine;
  canirun::ModelSpec model;
  canirun::WeightTable weights;
  canirun::EngineSettings settings;
  canirun::PlacedMemory placed;
  canirun::UsageProfile usage;
  [[nodiscard]] canirun::ThroughputEstimate estimate() const;
};
Setup setup_of(const Run& run);

}  // namespace throughput_reference
