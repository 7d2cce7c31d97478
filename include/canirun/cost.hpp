// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <canirun/evidence.hpp>
#include <canirun/machine.hpp>
#include <canirun/model.hpp>
#include <canirun/throughput.hpp>
#include <canirun/usage.hpp>
#include <optional>
#include <string>
#include <vector>

namespace canirun {

/// Price of one model at one provider, USD per million tokens. Data: data/prices/.
struct ApiPrice {
  std::string id;          ///< "openai/gpt-4o-mini"
  std::vector<std::string> aliases;
  std::string provider, model_name;
  std::string open_model;  ///< catalog model id when these are open weights ("llama-3.1-8b"); "" otherwise
  double input_usd_per_mtok = 0;
  std::optional<double> cache_read_usd_per_mtok;
  std::optional<double> cache_write_usd_per_mtok;
  double output_usd_per_mtok = 0;
  double batch_discount = 0;
  std::vector<QualityFigure> quality;  ///< for the capability gate
  Provenance provenance;               ///< `retrieved` is the date of the price
};
/// What a machine or card costs and draws. Watts of cards are board watts; of whole systems wall watts.
struct HardwarePrice {
  std::string id;               ///< "rtx-4090"
  std::vector<std::string> device_records;  ///< device record ids it prices
  std::string name;
  bool whole_system = false;
  std::optional<Range> new_usd, used_usd;
  std::optional<Range> inference_w;  ///< low: small or MoE model, high: dense model or prefill
  std::optional<double> idle_w;         ///< bare
  std::optional<double> idle_loaded_w;  ///< with a model resident
  std::optional<double> board_limit_w;
  std::string resale_class;
  Provenance provenance;
};
struct ResaleClass {
  std::string id;
  Range annual_value_loss;  ///< optimistic, base, pessimistic share a year
  Provenance provenance;
};
struct RentalPrice {
  std::string hardware;  ///< HardwarePrice id
  std::string provider;
  Range usd_per_hour;
  Provenance provenance;
};
struct ElectricityPrice {
  std::string region;  ///< "US", "US-CA", "DE"
  std::string name;
  std::optional<double> usd_per_kwh;
  std::optional<double> co2_g_per_kwh;
  Provenance provenance;
};
struct HostDefaults {
  Range cost_usd;               ///< PC without GPU
  Range idle_w, active_extra_w; ///< wall
  double psu_efficiency = 0.9;
  Provenance provenance;
};
/// All prices the cost module may use, loaded once.
struct PriceBook {
  std::vector<ApiPrice> api;
  std::vector<HardwarePrice> hardware;
  std::vector<ResaleClass> resale;
  std::vector<RentalPrice> rental;
  std::vector<ElectricityPrice> electricity;
  HostDefaults host;
};

enum class Ownership : std::uint8_t { own, buy };
constexpr auto enum_names(Ownership) { return std::array<std::string_view, 2>{"own", "buy"}; }

/// What the user said about money; everything has a default from the books.
struct CostInputs {
  Ownership ownership = Ownership::own;
  std::optional<double> hardware_price_usd;
  std::optional<double> electricity_usd_per_kwh;
  std::string region = "US";
  std::optional<double> active_w, idle_w;
  double years_kept = 3;
  double selling_cost_share = 0.13;
  std::optional<double> annual_value_loss;
  double prefix_cache_hit_share = 0.9;    ///< h: of cache-read tokens that the local engine does not prefill again
  double reasoning_multiplier_api = 1;    ///< rho
  double reasoning_multiplier_local = 1;
  double maintenance_hours_per_month = 0;
  double maintenance_usd_per_hour = 0;
  double finance_rate = 0;
  bool dedicated = false;                 ///< machine is on for this alone: full idle watts count
  bool host_included = false;             ///< price of the PC around the card counts too
  bool batch_api = false;
  std::string versus;                     ///< API model the user names; "" = the default
};

struct ApiCost {
  std::string price_id, name, provider;
  bool same_model = false;       ///< the same open weights, hosted
  double usd_per_day = 0;
  double usd_per_year = 0;
  Range usd_per_year_range;
  double input_usd_per_mtok = 0, output_usd_per_mtok = 0;
  std::optional<double> cache_read_usd_per_mtok;
  std::string price_date;
  bool price_is_old = false;     ///< older than 90 days at the date of the catalog's build or --today
};
struct Capacity {
  double active_hours_per_day = 0;  ///< act_h
  double utilisation = 0;           ///< of the hours available
  bool feasible = false;
  double max_output_tokens_per_day = 0;  ///< same mix of tokens, at the allowed utilisation
  bool prefill_bound = false;
};
struct LocalCost {
  double active_w = 0, prefill_w = 0, idle_w = 0;
  Basis watts_basis = Basis::assumed;
  double kwh_per_day = 0;
  double electricity_usd_per_kwh = 0;
  double electricity_usd_per_year = 0;
  double hardware_price_usd = 0;
  bool hardware_price_known = false;
  double resale_usd = 0;
  double capital_usd_per_year = 0;      ///< (P - R) / Y
  double finance_usd_per_year = 0, maintenance_usd_per_year = 0, repairs_usd_per_year = 0;
  double cash_usd_per_day = 0;          ///< electricity and upkeep: what owning it already costs
  double usd_per_day = 0;               ///< total / active days
  double usd_per_year = 0;              ///< L
  Range usd_per_year_range;
  double marginal_usd_per_mtok_output = 0, marginal_usd_per_mtok_input = 0;
  std::string price_source, price_date;
};
struct BreakEven {
  bool never = false;
  std::string reason;                       ///< why never, or what binds
  std::optional<double> output_tokens_per_day;
  std::optional<double> times_stated_use;
  std::optional<double> payback_months;     ///< cash, no resale
  bool beyond_capacity = false;
  std::string against;                      ///< price id
};
struct RentCost {
  std::string hardware, provider;
  double usd_per_hour = 0, hours_per_day = 0, usd_per_year = 0;
  std::string price_date;
};
struct HybridCost {
  double local_share = 0;      ///< q, of requests
  double escalation_share = 0; ///< e
  double usd_per_day = 0, usd_per_year = 0;
};
/// One line of the sensitivity table: how far the difference (API - local) moves when this input does.
struct Driver {
  std::string name;
  double swing_usd_per_year = 0;
};
struct CostEstimate {
  std::optional<LocalCost> local_own, local_buy;  ///< "already own it" and "would buy it"
  Capacity capacity;
  std::vector<ApiCost> api;           ///< [0] the one compared with (--vs), then the same open model when hosted
  std::optional<RentCost> rent;
  std::optional<HybridCost> hybrid;
  std::vector<BreakEven> break_even;  ///< one per api entry, for `buy` (and `own` when nothing was spent)
  std::vector<Driver> drivers;        ///< top three, by size
  std::vector<std::string> leaves_out;///< what the figures do not contain
  double output_tokens_per_day = 0, input_tokens_per_day = 0, cached_tokens_per_day = 0;
  double active_days_per_year = 0;
};

/// Source of every formula: data/prices/README.md. `speed` null: cost of the API side only.
CostEstimate estimate_cost(const Machine& machine, const ModelSpec& model, const UsageProfile& usage, const CostInputs& inputs,
                           const std::optional<ThroughputEstimate>& speed, const PriceBook& prices);

}  // namespace canirun
