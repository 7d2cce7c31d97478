// SPDX-License-Identifier: MIT
#include "cli/planning.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <canirun/units.hpp>

#include "catalog/device_record.hpp"
#include "cli/quant_choice.hpp"
#include "report/commands.hpp"
#include "report/numbers.hpp"

namespace canirun::cli {
namespace {

/// A dearer machine is worth a row when it writes this much faster than every cheaper one.
constexpr double k_worth_a_row = 1.15;
constexpr std::size_t k_most_rows = 10;
constexpr std::array<std::uint32_t, 3> k_card_counts = {1, 2, 4};
/// Two cards of less are no machine anybody builds.
constexpr std::uint64_t k_least_card_bytes = 8 * k_gib;
constexpr std::string_view k_host_ram = "64GiB";

double typical_speed(const report::PlanRow& row) { return row.decode_tokens_per_s ? row.decode_tokens_per_s->typical : 0; }

/// Nobody buys a machine to run a model at less than three bits a weight, unless just that was asked for.
bool is_worth_buying_for(const QuantScheme& quant, const Request& request) {
  const std::vector<std::string_view> one = {quant.id};
  return request.quant.has_value() || three_bit_count(one) == 1;
}

/// A machine that is bought for a model should hold it with every copy the engine makes, not just once they are dropped.
bool has_room(const Assessment& result) {
  const std::vector<PoolMemory>& pools = result.placed.memory.pools;
  return std::all_of(pools.begin(), pools.end(),
                     [](const PoolMemory& pool) { return pool.used_bytes <= pool.usable_bytes; });
}

/// The bar of a plan: it runs, meets every floor, and a person can read along unless a speed was asked for.
bool is_usable(const Answered& answered) {
  const Assessment& result = answered.assessment;
  const bool asked = answered.question.question.floors.min_decode_tokens_per_s.has_value();
  return result.verdict.yes && (asked || result.usability.level >= UsabilityLevel::readable);
}

/// `--on` for a priced machine: its device with the memory that the price is for.
std::string wish_for(const HardwarePrice& price, const catalog::DeviceRecord& device, std::uint32_t count) {
  std::string text = count > 1 ? fmt::format("{}x {}", count, device.name) : device.name;
  if (!price.memory_bytes || (!price.whole_system && device.memory_gib.size() < 2)) return text;
  const std::string size = fmt::format("{}GB", *price.memory_bytes / k_gib);
  if (text.find(size) == std::string::npos) text += " " + size;
  return text;
}

/// Was the machine understood as the one that has the price?
bool is_the_priced_one(const Machine& machine, const HardwarePrice& price) {
  if (!price.memory_bytes) return true;
  const auto close = [&](const MemoryPool& pool) {
    const double ratio = static_cast<double>(pool.total_bytes) / static_cast<double>(*price.memory_bytes);
    return ratio > 0.85 && ratio < 1.1;
  };
  return std::any_of(machine.pools.begin(), machine.pools.end(), close);
}

report::PlanRow row_of(const Answered& answered, const HardwarePrice& price, const std::string& on, std::uint32_t count) {
  const Assessment& result = answered.assessment;
  report::PlanRow row;
  row.hardware = count > 1 ? fmt::format("{}x {}", count, price.name) : price.name;
  row.on = on;
  row.used = !price.new_usd || (price.used_usd && price.used_usd->typical < price.new_usd->typical);
  const std::optional<Provenance>& from = row.used ? price.used_provenance : price.new_provenance;
  row.price_date = from ? from->retrieved : price.provenance.retrieved;
  row.quant = answered.question.quant->id;
  row.status = result.placed.placement.status;
  row.usability = result.usability.level;
  if (result.speed) {
    row.decode_tokens_per_s = result.speed->decode_tokens_per_s;
    row.time_to_first_token_s = result.speed->time_to_first_token_s;
  }
  if (result.cost.local_buy) row.usd_per_day = result.cost.local_buy->usd_per_day;
  const auto point = std::find_if(result.cost.break_even.begin(), result.cost.break_even.end(),
                                  [](const BreakEven& each) { return each.ownership == Ownership::buy; });
  if (point != result.cost.break_even.end() && !point->never) row.payback_months = point->payback_months;
  return row;
}

/// What the command for one of the machines has to repeat to be about the same question.
std::string repeated_flags(const Request& request) {
  std::string flags;
  const auto add = [&](std::string_view name, const std::optional<std::string>& value) {
    if (value) flags += fmt::format(" --{} {}", name, report::shell_word(*value));
  };
  const auto text = [](const std::optional<json::Word>& word) { return word ? std::optional(word->text) : std::nullopt; };
  add("quant", request.quant);
  add("ctx", text(request.context_tokens));
  add("kv-type", request.kv_type);
  add("parallel", text(request.parallel));
  add("engine", request.engine);
  add("backend", request.backend);
  add("profile", request.profile);
  add("task", request.task);
  add("vs", request.vs);
  return flags;
}

/// Price of a machine, new or used, whichever is cheaper, with the PC around cards unless that is there already.
std::optional<Range> price_usd(const HardwarePrice& price, std::uint32_t count, const Range& host_usd) {
  const bool use_new = price.new_usd && (!price.used_usd || price.new_usd->typical < price.used_usd->typical);
  const std::optional<Range>& part = use_new ? price.new_usd : price.used_usd;
  if (!part) return std::nullopt;
  return price.whole_system ? *part : part->scaled(count) + host_usd;
}

class Planner {
 public:
  Planner(Session& session, const Request& request) : session_(session), request_(request) {
    if (!request_.ram) request_.ram = json::Word{std::string(k_host_ram)};
    has_pc_ = request_.money.ownership == "own";
    host_usd_ = has_pc_ ? Range{} : session_.catalog().books().prices.host.cost_usd;
    request_.money.ownership = "buy";
  }

  /// A priced machine at the smallest number of cards that does; nothing when it has no price or never does.
  std::optional<report::PlanRow> best_of(const HardwarePrice& price) {
    if (price.device_records.empty()) return std::nullopt;
    const Result<catalog::DeviceRecord> device = session_.catalog().device(price.device_records.front());
    if (!device || !price_usd(price, 1, host_usd_)) return std::nullopt;
    ++tried;
    for (const std::uint32_t count : k_card_counts) {
      if (count > 1 && (price.whole_system || price.memory_bytes.value_or(0) < k_least_card_bytes)) break;
      std::optional<report::PlanRow> row = try_machine(price, *device, count);
      if (row) return row;
    }
    return std::nullopt;
  }

  std::size_t tried = 0;

 private:
  std::optional<report::PlanRow> try_machine(const HardwarePrice& price, const catalog::DeviceRecord& device,
                                             std::uint32_t count) {
    Request request = request_;
    request.on = wish_for(price, device, count);
    if (price.whole_system) request.ram.reset();
    request.money.host_included = !price.whole_system && !has_pc_;
    Result<Resolved> resolved = session_.resolver().resolve(request);
    if (!resolved || !is_the_priced_one(*resolved->machine, price)) return std::nullopt;
    Answered answered{.question = std::move(*resolved), .assessment = {}};
    const Resolved& asked = answered.question;
    answered.assessment = assess(*asked.machine, *asked.model, *asked.quant, asked.question, session_.catalog().books());
    if (!is_usable(answered) || !has_room(answered.assessment) || !is_worth_buying_for(*asked.quant, request))
      return std::nullopt;
    report::PlanRow row = row_of(answered, price, *request.on, count);
    row.price_usd = *price_usd(price, count, host_usd_);
    return row;
  }

  Session& session_;
  Request request_;
  Range host_usd_;
  bool has_pc_ = false;  ///< --own: only the card is bought
};

/// Keeps what no cheaper machine does as well.
std::vector<report::PlanRow> frontier(std::vector<report::PlanRow> rows) {
  std::stable_sort(rows.begin(), rows.end(), [](const report::PlanRow& a, const report::PlanRow& b) {
    return a.price_usd.typical != b.price_usd.typical ? a.price_usd.typical < b.price_usd.typical
                                                      : typical_speed(a) > typical_speed(b);
  });
  std::vector<report::PlanRow> kept;
  double fastest = 0;
  for (report::PlanRow& row : rows) {
    if (!kept.empty() && typical_speed(row) < fastest * k_worth_a_row) continue;
    fastest = std::max(fastest, typical_speed(row));
    kept.push_back(std::move(row));
  }
  if (kept.size() > k_most_rows) kept.resize(k_most_rows);
  return kept;
}

}  // namespace

report::Plan make_plan(Session& session, const Request& request, const Answered& here, std::optional<double> budget_usd) {
  const PriceBook& prices = session.catalog().books().prices;
  report::Plan plan{.head = session.head(),
                    .model = *here.question.model,
                    .question = here.question.question,
                    .versus = {},
                    .here = std::nullopt,
                    .changes = {},
                    .flags = repeated_flags(request),
                    .budget_usd = budget_usd,
                    .has_pc = request.money.ownership == "own",
                    .rows = {},
                    .tried = 0,
                    .usable = 0,
                    .cheapest_over_budget = std::nullopt};
  if (const ApiPrice* api = find_api_price(prices, here.question.question.money.versus)) plan.versus = api->model_name;
  if (is_usable(here)) {
    plan.here = here.assessment.speed ? fmt::format("{} at {} tok/s", here.question.quant->id,
                                                    report::format_rate_range(here.assessment.speed->decode_tokens_per_s))
                                      : here.question.quant->id;
  }
  for (const Suggestion& suggestion : here.assessment.verdict.suggestions) {
    if (!here.assessment.verdict.yes && suggestion.command.starts_with("canirun check ")) {
      plan.changes.push_back(suggestion.command);
    }
  }

  Planner planner(session, request);
  std::vector<report::PlanRow> usable;
  for (const HardwarePrice& price : prices.hardware) {
    if (std::optional<report::PlanRow> row = planner.best_of(price)) usable.push_back(std::move(*row));
  }
  plan.tried = planner.tried;
  plan.usable = usable.size();
  plan.rows = frontier(usable);
  if (budget_usd) {
    const auto over = [&](const report::PlanRow& row) { return row.price_usd.typical > *budget_usd; };
    const auto first = std::find_if(plan.rows.begin(), plan.rows.end(), over);
    if (first != plan.rows.end()) plan.cheapest_over_budget = *first;
    std::erase_if(plan.rows, over);
  }
  return plan;
}

}  // namespace canirun::cli
