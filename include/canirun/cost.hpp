// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <canirun/currency.hpp>
#include <canirun/evidence.hpp>
#include <canirun/machine.hpp>
#include <canirun/model.hpp>
#include <canirun/throughput.hpp>
#include <canirun/usage.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace canirun {

/// What requests with more input than `above_tokens` cost: all of such a request, not only what is above.
struct PriceTier {
  double above_tokens = 0;
  double input_usd_per_mtok = 0;
  std::optional<double> cache_read_usd_per_mtok, cache_write_usd_per_mtok;
  double output_usd_per_mtok = 0;
};
/// What requests cost in some hours of the day.
struct PriceWindow {
  std::string from_utc, to_utc;  ///< "01:00", "04:00"
  double input_usd_per_mtok = 0;
  std::optional<double> cache_read_usd_per_mtok, cache_write_usd_per_mtok;
  double output_usd_per_mtok = 0;
};
/// Price of one model at one provider, USD per million tokens. Data: data/prices/.
struct ApiPrice {
  std::string id;  ///< "openai/gpt-4o-mini"
  std::vector<std::string> aliases;
  std::string provider, model_name;
  std::string open_model;  ///< catalog model id when these are open weights ("llama-3.1-8b"); "" otherwise
  double input_usd_per_mtok = 0;
  std::optional<double> cache_read_usd_per_mtok;
  std::optional<double> cache_write_usd_per_mtok;
  double output_usd_per_mtok = 0;
  double batch_discount = 0;
  std::optional<double> above_tokens;  ///< a request with more input than this is billed at a tier that is not on record
  std::vector<PriceTier> tiers;        ///< lowest first
  std::vector<PriceWindow> windows;    ///< hours with another price; the rest of the day costs what is above
  double fee_share = 0;                ///< on top of every bill, such as a fee on bought credit
  double minimum_usd_per_month = 0;    ///< billed however little is used
  std::vector<std::string> regions;    ///< where the data is said to stay, as --residency names it; empty: not known
  std::string served_precision;        ///< "fp8" when the host says so; "" unknown
  std::string valid_until;             ///< ISO date a promotional price ends; "" open-ended
  bool default_comparator = false;     ///< what `--vs` means when nobody says
  std::optional<double> context_tokens = {};  ///< most tokens of one request, its answer included
  std::string released = {};                  ///< ISO date, as exact as it is known
  std::vector<std::string> input_kinds = {};  ///< "text", "image", "audio", ...; empty: not known
  std::optional<bool> open_weights = {};
  std::vector<QualityFigure> quality;  ///< for the capability gate
  Provenance provenance;               ///< `retrieved` is the date of the price
  std::string notes;
};
/// A region in which a provider promises to process requests.
struct RegionOffer {
  std::string region;             ///< "EU", "US"
  double surcharge_share = 0;     ///< on top of the price there
  std::vector<std::string> only;  ///< ids of the prices it is offered for; empty: all of the provider's
  std::string condition;          ///< what else it takes: "a Business plan"; "" nothing
};
/// What a provider says of all it sells. Data: data/prices/providers/.
struct ProviderTerms {
  std::string id;  ///< the part of a price's id before the slash, of a rental's id after it
  std::string name;
  std::vector<RegionOffer> regions;  ///< none: it promises no region, or nobody knows (see `regions_provenance`)
  std::optional<Provenance> regions_provenance;
  std::optional<double> fee_share;  ///< on every bill, such as on credit that is bought
  std::optional<Provenance> fee_provenance;
  std::optional<double> storage_usd_per_gb_month;  ///< weights kept beside rented hardware while it is off, per 1e9 bytes
  std::optional<Provenance> storage_provenance;
  std::string notes;
};
/// What a machine or card costs and draws. Watts of cards are board watts; of whole systems wall watts.
struct HardwarePrice {
  std::string id;                           ///< "rtx-4090"
  std::vector<std::string> device_records;  ///< device record ids it prices
  std::string name;
  bool whole_system = false;
  std::optional<std::uint64_t> memory_bytes;  ///< decides between records of the same device
  std::optional<Range> new_usd, used_usd;
  std::optional<Provenance> new_provenance, used_provenance;
  std::optional<Range> inference_w;     ///< low: small or MoE model, high: dense model or prefill
  std::optional<double> idle_w;         ///< bare
  std::optional<double> idle_loaded_w;  ///< with a model resident
  std::optional<double> board_limit_w;  ///< of the card, or the most the whole system draws
  std::string resale_class;
  Provenance provenance;  ///< of the watts
  std::string notes;
};
struct ResaleClass {
  std::string id;
  Range annual_value_loss;  ///< optimistic, base, pessimistic share a year
  Provenance provenance;
  std::string notes;
};
struct RentalPrice {
  std::string id;        ///< "rtx-4090/runpod-secure"
  std::string hardware;  ///< HardwarePrice id
  std::string provider;
  Range usd_per_hour;
  bool community = false;                  ///< somebody's own machine: no promise that data stays private
  bool serverless = false;                 ///< billed by the second, dearer, with a cold start
  std::optional<Range> cold_start_s = {};  ///< until the first token after it was off; none: 45 to 120 s
  Provenance provenance;
};
struct ElectricityPrice {
  std::string region;  ///< "US", "US-CA", "DE"
  std::string name;
  std::optional<double> usd_per_kwh;
  std::optional<double> co2_g_per_kwh;
  Provenance provenance;
  std::string notes;
};
struct HostDefaults {
  std::string id = "pc";
  Range cost_usd;                ///< PC without GPU
  Range idle_w, active_extra_w;  ///< wall
  double psu_efficiency = 0.9;
  Provenance provenance;
  std::string notes;
};
/// All prices the cost module may use, loaded once.
struct PriceBook {
  std::vector<ApiPrice> api;
  std::vector<HardwarePrice> hardware;
  std::vector<ResaleClass> resale;
  std::vector<RentalPrice> rental;
  std::vector<ProviderTerms> providers;
  std::vector<ElectricityPrice> electricity;
  HostDefaults host;
};

enum class Ownership : std::uint8_t { own, buy };
constexpr auto enum_names(Ownership) { return std::array<std::string_view, 2>{"own", "buy"}; }

/// A flat price for a seat, whatever is used of it.
struct Subscription {
  std::string name;  ///< as given: "20/month"
  double usd_per_month = 0;
};
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
  std::optional<double> repair_share_per_year;  ///< of the price; default 2 % of a used part, 0 of a new one
  double prefix_cache_hit_share = 0.9;          ///< h: of cache-read tokens that the local engine does not prefill again
  double reasoning_multiplier_api = 1;          ///< rho
  double reasoning_multiplier_local = 1;
  double maintenance_hours_per_month = 0;
  double maintenance_usd_per_hour = 0;
  double finance_rate = 0;
  bool dedicated = false;        ///< machine is on for this alone: full idle watts count
  bool always_on = false;        ///< 24 hours on every day of the year (implies nothing about `dedicated`)
  double overhead_share = 0.05;  ///< o: scheduling and tokenising on top of the model's seconds
  bool host_included = false;    ///< price of the PC around the card counts too
  bool batch_api = false;
  std::string versus;                    ///< API model the user names (a price id); "" = the default
  std::vector<std::string> also_versus;  ///< price ids of further opponents, in the order asked
  std::vector<Subscription> subscriptions;
  std::optional<double> api_fee_share;              ///< instead of the price record's
  std::optional<double> api_minimum_usd_per_month;  ///< instead of the price record's
  double peak_share = 0;                            ///< of the use in hours that cost more (PriceWindow)
  double discount_rate = 0.05;                      ///< a year, for what later money is worth today
  double weights_bytes = 0;                         ///< of the model's file, kept beside a rented GPU; 0: not known
  std::string residency;                            ///< region the data must stay in; "": anywhere
  double heating_share = 0;                         ///< of the year in which the heat is wanted
  std::optional<double> heat_usd_per_kwh = {};  ///< what a kWh of the heat it replaces costs; none: as much as electricity
  double cooling_share = 0;                     ///< of the year in which its heat has to be taken out again
  Currency currency = {};                       ///< of texts; every figure is in USD
  std::string today;                            ///< ISO date for the age of prices; "" = age is not judged
};

struct ApiCost {
  std::string price_id, name, provider;
  bool same_model = false;  ///< the same open weights, hosted
  double usd_per_day = 0;
  double usd_per_year = 0;
  Range usd_per_year_range;
  double input_usd_per_mtok = 0, output_usd_per_mtok = 0;
  std::optional<double> cache_read_usd_per_mtok;
  std::string price_date;
  bool price_is_old = false;          ///< older than 90 days at CostInputs::today
  bool cache_discount = false;        ///< false: cached tokens are billed as fresh ones
  bool subscription = false;          ///< a flat price: it does not grow with use
  bool asked = false;                 ///< an opponent that somebody named
  double long_request_share = 0;      ///< of the requests, billed at a tier
  double batch_discount = 0;          ///< taken off; 0: none
  double fee_usd_per_year = 0;        ///< fees and what a minimum adds, contained in the figures above
  double grows_usd_per_year = 0;      ///< the part that grows with use, its fees included
  double minimum_usd_per_year = 0;    ///< billed however little is used
  bool stays_in_region = true;        ///< false: not known to keep the data where it has to stay
  double region_surcharge_share = 0;  ///< contained in the figures above
  std::string region_note = {};       ///< what that region takes besides, or why it is not promised
};
struct Capacity {
  double active_hours_per_day = 0;  ///< act_h
  double utilisation = 0;           ///< of the hours available
  bool feasible = false;
  double max_output_tokens_per_day = 0;  ///< same mix of tokens, at the allowed utilisation
  bool prefill_bound = false;
  double prefill_hours_per_day = 0, decode_hours_per_day = 0;  ///< without overhead
  double hours_available_per_day = 0;
  double allowed_utilisation = 0;  ///< 0.8 when someone waits, 0.95 for batch; halved when several share one slot
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
  double capital_usd_per_year = 0;  ///< (P - R) / Y
  double finance_usd_per_year = 0, maintenance_usd_per_year = 0, repairs_usd_per_year = 0;
  double cash_usd_per_day = 0;       ///< electricity and upkeep: what owning it already costs
  double usd_per_day = 0;            ///< total / active days
  double usd_per_year = 0;           ///< L; for hardware already owned: what is paid in cash, capital left out
  double economic_usd_per_year = 0;  ///< L with the capital charge; owned hardware is worth what it would sell for today
  Range usd_per_year_range;
  double marginal_usd_per_mtok_output = 0, marginal_usd_per_mtok_input = 0;
  double heat_credit_usd_per_year = 0;  ///< heating that need not be paid for; taken off
  double cooling_usd_per_year = 0;      ///< contained
  double co2_kg_per_year = 0;           ///< 0 when the grid's intensity is unknown
  std::string price_source, price_date;
};
struct BreakEven {
  Ownership ownership = Ownership::buy;
  bool never = false;
  std::string reason;  ///< why never, or what binds
  std::optional<double> output_tokens_per_day;
  std::optional<double> times_stated_use;
  std::optional<double> payback_months;         ///< cash, no resale; none: never
  std::optional<double> simple_payback_months;  ///< price over API bill, as if running it were free
  bool beyond_capacity = false;
  std::string against;            ///< price id
  std::optional<double> npv_usd;  ///< of running it here instead, over the years kept, in today's money; none: no price
};
struct RentCost {
  std::string hardware, provider;
  double usd_per_hour = 0, hours_per_day = 0, usd_per_year = 0;
  std::optional<double> hours_until_buying_pays;  ///< rent-or-buy point of the same hardware
  bool community = false, serverless = false;
  double start_s = 0;               ///< of each cold start; 0: held all the time
  double storage_usd_per_year = 0;  ///< contained; 0 also when the provider's price is not on record
  std::string price_source = {}, price_date = {};
};
/// A share of the requests stays here, the rest goes to the API compared with; failed attempts are paid twice.
struct HybridCost {
  double local_share = 0;       ///< q, of requests
  double escalation_share = 0;  ///< e
  double usd_per_day = 0, usd_per_year = 0;
};
/// One line of the sensitivity table: how far the difference (API - local) moves when this input does.
struct Driver {
  std::string name;
  double swing_usd_per_year = 0;
  std::string unit = {};                          ///< of the two below: "x", "USD/kWh", "tok/s"
  std::optional<double> now = {}, flips_at = {};  ///< what it is taken at; where the cheaper side changes. None: nowhere
};
/// One of the kinds of work in a mix, and where it would be done.
struct SplitPart {
  std::string profile, name;
  bool local = false;
  double usd_per_year_api = 0;  ///< all of it at the API
  double escalation_share = 0;  ///< of the local attempts that are tried again there
};
/// Kinds of work divided between here and the API.
struct Split {
  std::string name;  ///< "cheapest", "meets_the_bar", "all_local", "all_api"
  std::vector<SplitPart> parts;
  double usd_per_year = 0;
  double active_hours_per_day = 0;  ///< of this machine
  bool feasible = true;             ///< the machine can do its part in the hours there are
};
/// One point of the curves that `--plot` draws.
struct CumulativePoint {
  double month = 0, local_usd = 0, api_usd = 0;
};
/// One step of the pay-back sum: what the months become when this is counted too.
struct PaybackStep {
  std::string what;
  std::optional<double> months;  ///< none: never
};
struct CostEstimate {
  Ownership ownership = Ownership::own;              ///< which of the two columns the verdict compares
  std::optional<LocalCost> local_own, local_buy;     ///< "already own it" and "would buy it"
  std::string local_own_missing, local_buy_missing;  ///< why a column is empty
  Capacity capacity;
  std::vector<ApiCost> api;  ///< [0] the one compared with (--vs), then the same open model when hosted
  std::optional<RentCost> rent, rent_serverless = {};
  std::optional<HybridCost> hybrid;
  std::vector<BreakEven> break_even;    ///< against api[0], then the cheapest same model; `buy` when priced, then `own`
  std::vector<Driver> drivers;          ///< top three, by size
  std::vector<Split> splits;            ///< of a mix, when there is one
  std::vector<PaybackStep> payback;     ///< from the simplest sum to the whole one; empty without a price
  std::vector<std::string> leaves_out;  ///< what the figures do not contain, and warnings that change how to read them
  double output_tokens_per_day = 0, input_tokens_per_day = 0, cached_tokens_per_day = 0;
  double active_days_per_year = 0;
  Currency currency = {};   ///< of texts; every figure is in USD
  bool interactive = true;  ///< someone waits for the answers (from the profile)
};

/// The API price that `versus` names (id, or alias, exactly), the default comparator for "", or null.
const ApiPrice* find_api_price(const PriceBook& prices, std::string_view versus);

/// USD per active day for one person's profile times `people`, at an API. rho multiplies the billed output.
double api_usd_per_day(const ApiPrice& price, const UsageProfile& usage, double reasoning_multiplier, bool batch);

/// Source of every formula: data/prices/README.md. `speed` null: cost of the API side only.
CostEstimate estimate_cost(const Machine& machine, const ModelSpec& model, const UsageProfile& usage,
                           const CostInputs& inputs, const std::optional<ThroughputEstimate>& speed,
                           const PriceBook& prices);

}  // namespace canirun
