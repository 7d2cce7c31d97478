// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/verdict.hpp>
#include <string>

/// What the verdict's files share.
namespace canirun::verdict {

/// What money says, gates aside.
struct Money {
  bool known = false;
  Answer answer = Answer::run_local;
  bool worth_it = false;
  std::vector<Reason> reasons;
};
/// Ranges are compared, not points. `substitute`: the model stands in for the API model; if not, only the same weights
/// hosted are an opponent. `may_rent`: data may go to a rented machine, whose region nobody promises.
Money compare_money(const CostEstimate& cost, const Capability& capability, bool may_rent);

std::string gib_text(std::uint64_t bytes);

}  // namespace canirun::verdict
