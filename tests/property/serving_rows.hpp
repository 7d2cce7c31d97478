// SPDX-License-Identifier: MIT
#pragma once
#include <functional>
#include <string_view>
#include <vector>

#include "core/throughput_plan.hpp"
#include "json/view.hpp"
#include "throughput_runs.hpp"

/// The published runs of tests/reference/serving.json: several requests at once, drafting, splits.
namespace serving {

/// Calls `visit` with every row of one list; `least`: how many there have to be.
void each_row(std::string_view list, std::size_t least, const std::function<void(const canirun::json::View& row)>& visit);

/// Machine, model and settings of a row. Host memory has the rate that the row says, where it says one.
throughput_reference::Setup setup_of(const canirun::json::View& row);

std::string text(const canirun::json::View& row, std::string_view key);
double number(const canirun::json::View& row, std::string_view key);
std::uint32_t count(const canirun::json::View& row, std::string_view key);

/// max(estimate / measured, measured / estimate) - 1 of many runs, and their mean logarithm.
class Errors {
 public:
  void add(double estimate, double measured);
  [[nodiscard]] double quantile(double share) const;
  [[nodiscard]] double bias() const;
  [[nodiscard]] std::size_t size() const { return logs_.size(); }

 private:
  std::vector<double> logs_;
};

}  // namespace serving
