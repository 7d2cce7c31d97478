// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/cost.hpp>
#include <functional>
#include <optional>
#include <string>
#include <vector>

/// What the cost files share. Symbols in comments (F, W, C, O, TP, TD, ...) are those of data/prices/README.md.
namespace canirun::cost {

/// Tokens of one active day, all people together.
struct DayWork {
  double fresh = 0;   ///< F + W: never seen before
  double cached = 0;  ///< C
  double output = 0;  ///< O, visible
};
DayWork day_work(const UsageProfile& usage);

/// Every number that decides what running here costs. One case in, one result out: a swing changes a field and asks again.
struct LocalCase {
  DayWork work;
  double prefill_tokens_per_s = 0, decode_tokens_per_s = 0;
  double prefix_hit_share = 0.9, overhead_share = 0.05, reasoning_multiplier = 1;
  double active_w = 0, prefill_w = 0, idle_w = 0;  ///< wall
  double hours_powered = 8, days = 230;
  bool always_on = false;
  double usd_per_kwh = 0;
  double price_usd = 0, annual_value_loss = 0, years = 3, selling_share = 0.13;
  double finance_rate = 0, repair_share = 0, maintenance_usd_per_year = 0;
  /// Of the year in which its heat replaces other heat, at this price and never more than an electric heater's; and in
  /// which air conditioning takes it out again.
  double heating_share = 0, heat_usd_per_kwh = 0, cooling_share = 0;
};
struct LocalResult {
  double prefill_s = 0, decode_s = 0, active_hours = 0;
  double kwh_per_day = 0;  ///< of an active day
  double kwh_per_year = 0;
  double electricity = 0, resale = 0, capital = 0, finance = 0, maintenance = 0, repairs = 0;
  double heat_credit = 0, cooling = 0;
  double active_day_electricity = 0;  ///< the part of a day's electricity that grows with the tokens, heat considered
  /// Electricity with what its heat saves and costs.
  [[nodiscard]] double power_bill() const { return electricity + cooling - heat_credit; }
  [[nodiscard]] double cash() const { return power_bill() + maintenance + repairs; }
  [[nodiscard]] double total() const { return cash() + capital + finance; }
};
LocalResult run(const LocalCase& local);

/// Wall watts of the machine while it decodes, reads a prompt, and waits.
struct Power {
  double active_w = 0, prefill_w = 0, idle_w = 0;
  Basis basis = Basis::assumed;
};
/// Null with `missing` filled in when no figure and no limit is known for a device that works.
std::optional<Power> machine_power(const Machine& machine, const ModelSpec& model, const CostInputs& inputs,
                                   const std::optional<ThroughputEstimate>& speed, const PriceBook& prices,
                                   std::string& missing);

/// What the machine is worth. Cards: all of them together, the PC around them only when asked for.
struct HardwareValue {
  Range buy_usd;  ///< street price today: new or used, whichever is cheaper
  Range own_usd;  ///< what it would sell for today
  bool bought_used = false, whole_system = false, from_user = false, assumed = false;
  std::string hardware_id;  ///< of the first part, for rental prices
  std::uint32_t count = 1;
  Range annual_value_loss;
  double listed_usd = 0;  ///< what the book says it costs today, also when the user gave another price; 0: unknown
  std::string name, source, date;
};
std::optional<HardwareValue> machine_value(const Machine& machine, const CostInputs& inputs, const PriceBook& prices,
                                           std::string& missing);
/// The price record of a device, by record id and, between several, by memory size; null when there is none.
const HardwarePrice* price_of(const Device& device, const Machine& machine, const PriceBook& prices);
/// Whether the device reads weights when this model runs; without pool times every GPU does, or the CPU where there is none.
bool works(const Device& device, const Machine& machine, const std::optional<ThroughputEstimate>& speed);

/// Days from one ISO date to another; null when either is not a full or month-only date.
std::optional<double> days_between(std::string_view from, std::string_view to);

/// A day's tokens at an API, before fees. `peak_share`: of the use in hours that cost more.
struct ApiBill {
  double usd_per_day = 0;
  double long_request_share = 0;  ///< of the requests, billed at a tier
};
/// What the provider of a price says of all it sells; null when nothing is on record.
const ProviderTerms* terms_of(const PriceBook& prices, std::string_view provider_id);
/// Fee on top of every bill: as given, else the price's, else the provider's.
double fee_share_of(const ApiPrice& price, const CostInputs& inputs, const PriceBook& prices);
/// What is added for keeping the data in the region asked for; none: it is not promised.
struct RegionAnswer {
  bool stays = true;
  double surcharge_share = 0;
  std::string note;  ///< what it takes, or why it does not count
};
RegionAnswer region_answer(const ApiPrice& price, const CostInputs& inputs, const PriceBook& prices);
ApiBill api_bill(const ApiPrice& price, const UsageProfile& usage, double reasoning_multiplier, bool batch,
                 double peak_share);

/// The API compared with first, then the others that were asked for, subscriptions, the cheapest hosted offers of the same
/// open weights.
std::vector<ApiCost> api_costs(const ModelSpec& model, const UsageProfile& usage, const CostInputs& inputs,
                               const PriceBook& prices);

/// Everything about this machine and this use except what the hardware is worth.
LocalCase base_case(const UsageProfile& usage, const CostInputs& inputs, const ThroughputEstimate& speed, const Power& power,
                    double usd_per_kwh);
/// The same case with the hardware at its price: paid for today, or worth what it would sell for.
LocalCase priced(LocalCase local, const std::optional<HardwareValue>& value, const CostInputs& inputs, Ownership ownership);
/// As given, else the region's; null when that is not on record.
std::optional<double> kwh_price(const CostInputs& inputs, const PriceBook& prices);

/// The same hardware by the hour: held while someone may ask, or started when it is needed. None: no such offer.
std::optional<RentCost> rent(const LocalCase& local, const HardwareValue& value, const UsageProfile& usage,
                             const CostInputs& inputs, const PriceBook& prices, bool serverless);

Capacity capacity(const LocalCase& local, const UsageProfile& usage);

BreakEven break_even(const ApiCost& api, Ownership ownership, const LocalCase& local, const Capacity& capacity,
                     const CostInputs& inputs);
/// From the price over the API bill to the whole sum, one thing more at each step.
std::vector<PaybackStep> payback_steps(const CostInputs& inputs, const LocalCase& local, const HardwareValue& value,
                                       const std::vector<ApiCost>& api, const PriceBook& prices);

/// An input that may be off: how the case and the API bill look at its low and at its high end.
struct Swing {
  std::string name;
  bool in_range = true;  ///< false: a driver only (the stated use is taken as stated)
  std::function<void(LocalCase& local, double& api_usd_per_year)> low, high;
  /// The input at `factor` times what it is, for finding where the cheaper side changes; empty: it is no one number.
  std::function<void(LocalCase& local, double& api_usd_per_year, double factor)> scaled = {};
  std::string unit = {};
  double now = 0, most = 0;  ///< what it is taken at; beyond `most` it makes no sense (0: no limit)
};
/// The factor nearest to 1 at which the API bill and the cost here are the same; nothing between a thousandth and a
/// thousand times.
std::optional<double> flip_factor(const LocalCase& local, const Swing& swing, Ownership ownership, double api_usd_per_year);
/// What the money spent and saved over the years kept is worth today; positive: running it here pays.
double net_present_value(const LocalCase& local, Ownership ownership, double api_usd_per_year, double discount_rate);
std::vector<Swing> swings(const CostInputs& inputs, const LocalCase& local, const std::optional<HardwareValue>& value,
                          Ownership ownership, const ThroughputEstimate& speed, const ApiCost* api);
/// Root of the sum of squares of the one-at-a-time swings around the typical figure.
Range local_range(const LocalCase& local, const std::vector<Swing>& swings, Ownership ownership);
std::vector<Driver> top_drivers(const LocalCase& local, const std::vector<Swing>& swings, Ownership ownership,
                                double api_usd_per_year);

std::vector<std::string> what_is_left_out(const CostEstimate& estimate, const ModelSpec& model, const UsageProfile& usage,
                                          const CostInputs& inputs, const PriceBook& prices,
                                          const std::optional<HardwareValue>& value, bool shares_reads);

}  // namespace canirun::cost
