// SPDX-License-Identifier: MIT
// What is drawn warms the room: that is worth something in winter and costs something in summer.
#include <catch2/catch.hpp>

#include "core/cost_parts.hpp"
#include "money_cases.hpp"

using namespace canirun;
using namespace canirun::money_cases;

namespace {

LocalCost here(const CostInputs& inputs) {
  return *estimate_cost(one_card(), dense_model(), chat_day(), inputs, speed(100, 3000), book()).local_own;
}

}  // namespace

TEST_CASE("Heat replaces heat at its price, never dearer than an electric heater's") {
  CostInputs inputs;
  inputs.dedicated = true;
  const LocalCost plain = here(inputs);
  inputs.heating_share = 0.5;  // in place of an electric heater
  CHECK(here(inputs).heat_credit_usd_per_year == Approx(0.5 * plain.electricity_usd_per_year));
  CHECK(here(inputs).usd_per_year == Approx(plain.usd_per_year - 0.5 * plain.electricity_usd_per_year));
  inputs.heat_usd_per_kwh = 0.05;  // gas, at a quarter of electricity's price
  CHECK(here(inputs).heat_credit_usd_per_year == Approx(0.125 * plain.electricity_usd_per_year));
  inputs.heat_usd_per_kwh = 9;
  CHECK(here(inputs).heat_credit_usd_per_year == Approx(0.5 * plain.electricity_usd_per_year));
  CHECK(here(inputs).electricity_usd_per_year == plain.electricity_usd_per_year);
}

TEST_CASE("Air conditioning takes 0.3 kWh to carry one out") {
  CostInputs inputs;
  inputs.dedicated = true;
  const LocalCost plain = here(inputs);
  inputs.cooling_share = 1;
  CHECK(here(inputs).cooling_usd_per_year == Approx(0.3 * plain.electricity_usd_per_year));
  CHECK(here(inputs).usd_per_year == Approx(plain.usd_per_year + 0.3 * plain.electricity_usd_per_year));
}

TEST_CASE("Whoever owns it is told of heat where electricity is most of the cost") {
  const auto notes = [](const CostInputs& inputs) {
    std::string all;
    for (const std::string& note :
         estimate_cost(one_card(), dense_model(), chat_day(), inputs, speed(100, 3000), book()).leaves_out)
      all += note + "\n";
    return all;
  };
  CostInputs inputs;
  CHECK(notes(inputs).find("--heating") != std::string::npos);
  inputs.heating_share = 0.4;
  CHECK(notes(inputs).find("--heating") == std::string::npos);
  inputs.heating_share = 0;
  inputs.maintenance_hours_per_month = 10;
  inputs.maintenance_usd_per_hour = 60;
  CHECK(notes(inputs).find("--heating") == std::string::npos);
}
