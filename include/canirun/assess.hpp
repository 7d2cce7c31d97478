// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/capability.hpp>
#include <canirun/companions.hpp>
#include <canirun/cost.hpp>
#include <canirun/engine.hpp>
#include <canirun/machine.hpp>
#include <canirun/memory.hpp>
#include <canirun/model.hpp>
#include <canirun/placement.hpp>
#include <canirun/speed.hpp>
#include <canirun/throughput.hpp>
#include <canirun/usage.hpp>
#include <canirun/verdict.hpp>
#include <optional>

namespace canirun {

/// Everything a question needs, resolved: nothing in here can be missing or malformed any more.
struct Question {
  EngineSettings settings;
  UsageProfile usage;
  CostInputs money;
  Floors floors;
  Policy policy;
  Companions companions;  ///< what they point to has to outlive the question
};

/// Knowledge that does not depend on the question.
struct Books {
  SpeedBook speeds;
  CapabilityBook capability;
  PriceBook prices;
};

/// The whole answer. Written as the assessment document.
struct Assessment {
  WeightTable weights;
  PlacedMemory placed;
  std::optional<ThroughputEstimate> speed;
  Usability usability;
  Capability capability;
  CostEstimate cost;
  Verdict verdict;
};

/// The only place that thinks: memory -> placement -> throughput -> capability -> cost -> verdict. Pure and total for
/// a model whose dimensions are known (model.layers not empty) on a machine with at least one pool.
Assessment assess(const Machine& machine, const ModelSpec& model, const QuantScheme& quant, const Question& question,
                  const Books& books);

/// Memory, placement, speed and usability only, without money: what choosing between quants and ranking models needs.
/// `placer` is of that machine and model with the question's settings.
Assessment assess_fit(Placer& placer, const Machine& machine, const ModelSpec& model, const QuantScheme& quant,
                      const Question& question, const Books& books);
/// The same for one quant alone.
Assessment assess_fit(const Machine& machine, const ModelSpec& model, const QuantScheme& quant, const Question& question,
                      const Books& books);

}  // namespace canirun
