// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/cost.hpp>
#include <optional>
#include <vector>

namespace canirun {

/// One kind of work of a mix.
struct MixPart {
  UsageProfile usage;
  bool good_enough = false;  ///< evidence says the local model can stand in for the API model at this
};

/// Divides kinds of work between this machine and the API compared with: the cheapest way, the cheapest way that gives
/// the machine only what its model is good enough for, all here, and all at the API. What is tried here and fails (the
/// profile's escalation share) is paid at both. Ways that the machine has no time for are never the cheapest. At most
/// twelve kinds; empty when there is nothing to compare (no speed, watts, electricity or API price).
std::vector<Split> split_work(const Machine& machine, const ModelSpec& model, const std::vector<MixPart>& mix,
                              const CostInputs& inputs, const std::optional<ThroughputEstimate>& speed,
                              const PriceBook& prices);

/// One line of a sum that is told.
struct ExampleLine {
  std::string what;              ///< the sum in words
  std::optional<double> result;  ///< nothing: never
  std::string unit;              ///< "USD a year", "months"
  std::string source;            ///< of the figure it brings in; "" arithmetic
};
/// The sum of an article that said a card pays for itself in ten months, line by line: as it was written, and then with
/// what it left out, at today's prices. Figures the data lack are left out and their lines with them.
std::vector<ExampleLine> article_example(const PriceBook& prices, const CostInputs& inputs);

}  // namespace canirun
