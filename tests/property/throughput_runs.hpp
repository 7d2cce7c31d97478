// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/placement.hpp>
#include <canirun/speed.hpp>
#include <string>
#include <vector>

#include "catalog/catalog.hpp"

/// The published runs of tests/reference/throughput.json.
namespace throughput_reference {

struct Run {
  std::string device_class, on, model, quant, engine = "llama.cpp", source;
  std::optional<std::string> backend;
  std::string program, build, os;  ///< what the file says beyond the product's own words; "" if nothing
  std::optional<bool> flash_attention;
  bool tensor_parallel = false;
  bool prefill_is_a_mean = false;  ///< over prompts of many lengths
  std::uint32_t depth_tokens = 0, prompt_tokens = 512;
  std::optional<double> bandwidth_bytes_per_s, decode_tokens_per_s, prefill_tokens_per_s;
  std::optional<std::uint64_t> vram_bytes;
  std::optional<std::uint32_t> threads;
};

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
