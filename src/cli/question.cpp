// SPDX-License-Identifier: MIT
#include "cli/question.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "cli/amount.hpp"

namespace canirun::cli {
namespace {

// Limits that no machine or engine of today reaches; beyond them a number is a slip of the finger.
constexpr std::uint32_t k_most_sequences = 4096;
constexpr std::uint32_t k_most_batch = 1U << 20U;
constexpr std::uint32_t k_most_layers = 99999;
constexpr std::uint32_t k_most_threads = 4096;
constexpr double k_most_usd = 1e9;
constexpr double k_most_watts = 1e6;

/// "20/month", "$200/year", "20": a month when it does not say.
Subscription subscription_asked(RequestChecker& checker, const Request& request, const Currency& currency,
                                const std::string& text) {
  constexpr double k_months = 12;
  Subscription subscription{.name = text, .usd_per_month = 0};
  const std::size_t slash = text.find('/');
  const std::string period = slash == std::string::npos ? "month" : text.substr(slash + 1);
  const bool yearly = period == "year" || period == "yr" || period == "y";
  if (!yearly && period != "month" && period != "mo" && period != "m") {
    checker.reject({"money/subscriptions", "subscription"}, fmt::format("\"{}\" is neither a month nor a year", period),
                   "a price and its period, such as 20/month or 200/year");
    return subscription;
  }
  const std::string given = text.substr(0, slash);
  if (given.find_first_of("0123456789") == std::string::npos) {
    checker.reject({"money/subscriptions", "subscription"}, fmt::format("\"{}\" is no price", text),
                   "a price and its period, such as 20/month or 200/year");
    return subscription;
  }
  amount(checker, request, currency, json::Word{given}, {"money/subscriptions", "subscription"}, 0, 1e6,
         subscription.usd_per_month);
  if (yearly) subscription.usd_per_month /= k_months;
  return subscription;
}

/// ISO date of the clock, for the age of prices.
std::string today() {
  const std::chrono::year_month_day date{std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now())};
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

}  // namespace

std::uint32_t sharers_of_context(const EngineSettings& settings) {
  const bool is_each_ones_own = settings.engine == Engine::vllm || settings.engine == Engine::mlx;
  return is_each_ones_own ? 1 : std::max(1U, settings.parallel);
}

EngineSettings settings_asked(RequestChecker& checker, const Request& request) {
  EngineSettings settings;
  checker.choice(request.engine, {"engine", "engine"}, settings.engine);
  checker.choice(request.engine_mode, {"engine_mode", "engine-mode"}, settings.mode);
  checker.choice(request.backend, {"backend", "backend"}, settings.backend);
  checker.tokens(request.context_tokens, {"context_tokens", "ctx"}, settings.context_tokens);
  checker.count(request.parallel, {"parallel", "parallel"}, 1, k_most_sequences, settings.parallel);
  // What is assumed is enough for one request, so it is as much for each of several.
  if (!request.context_tokens) settings.context_tokens *= sharers_of_context(settings);
  checker.choice(request.kv_type, {"kv_type", "kv-type"}, settings.kv_type_k);
  settings.kv_type_v = settings.kv_type_k;
  checker.choice(request.kv_type_k, {"kv_type_k", "kv-type-k"}, settings.kv_type_k);
  checker.choice(request.kv_type_v, {"kv_type_v", "kv-type-v"}, settings.kv_type_v);
  checker.count(request.batch, {"batch", "batch"}, 1, k_most_batch, settings.batch);
  checker.count(request.ubatch, {"ubatch", "ubatch"}, 1, k_most_batch, settings.ubatch);
  checker.count_or_auto(request.max_output_rows, {"max_output_rows", "max-output-rows"}, 1, k_most_batch,
                        settings.max_output_rows);
  checker.count_or_auto(request.gpu_layers, {"gpu_layers", "gpu-layers"}, 0, k_most_layers, settings.gpu_layers);
  checker.count_or_auto(request.cpu_moe_layers, {"cpu_moe_layers", "cpu-moe-layers"}, 0, k_most_layers,
                        settings.cpu_moe_layers);
  checker.count_or_auto(request.threads, {"threads", "threads"}, 1, k_most_threads, settings.threads);
  checker.choice(request.split_mode, {"split_mode", "split-mode"}, settings.split_mode);
  if (settings.split_mode != SplitMode::layer && settings.engine != Engine::llama_cpp)
    checker.reject({"split_mode", "split-mode"}, "is a setting of llama.cpp", "leave it out, or use --engine llama.cpp");
  settings.kv_unified = request.kv_unified.value_or(settings.kv_unified);
  settings.flash_attn = request.flash_attn.value_or(settings.flash_attn);
  settings.swa_full = request.swa_full.value_or(settings.swa_full);
  settings.op_offload = request.op_offload.value_or(settings.op_offload);
  settings.repack = request.repack.value_or(settings.repack);
  return settings;
}

UsageProfile usage_asked(RequestChecker& checker, const Request& request, UsageProfile usage) {
  checker.choice(request.task, {"task", "task"}, usage.task);
  const UseRequest& use = request.use;

  // Tokens of a day said directly: so many requests of this size replace the profile's mix, cached input included.
  std::optional<double> requests, input, output;
  checker.number(use.requests_per_day, {"use/requests_per_day", "requests-per-day"}, 1, 1e9, requests);
  checker.number(use.input_tokens, {"use/input_tokens", "input-tokens"}, 0, 1e8, input);
  checker.number(use.output_tokens, {"use/output_tokens", "output-tokens"}, 0, 1e8, output);
  if (requests) {
    usage.fresh_input_tokens_per_day = *requests * input.value_or(0);
    usage.output_tokens_per_day = *requests * output.value_or(0);
    usage.cache_read_tokens_per_day = 0;
    usage.cache_write_tokens_per_day = 0;
  } else if (input || output) {
    checker.reject(input ? KeyName{"use/input_tokens", "input-tokens"} : KeyName{"use/output_tokens", "output-tokens"},
                   fmt::format("needs {} beside it", checker.name_of({"use/requests_per_day", "requests-per-day"})));
  }

  checker.count(use.people, {"use/people", "people"}, 1, 1000000, usage.people);
  checker.number(use.active_days_per_year, {"use/active_days_per_year", "days"}, 1, 366, usage.active_days_per_year);
  if (use.hours_per_day) {
    checker.number(use.hours_per_day, {"use/hours_per_day", "hours"}, 0.1, 24, usage.hours_available_per_day);
    usage.hours_powered_per_day = std::max(usage.hours_available_per_day, std::min(usage.hours_powered_per_day, 24.0));
  }
  return usage;
}

CostInputs money_asked(RequestChecker& checker, const Request& request) {
  const MoneyRequest& asked = request.money;
  CostInputs money;
  money.today = today();
  money.currency = currency_asked(checker, request);
  const auto usd = [&](const std::optional<json::Word>& word, KeyName key, double low, double high, auto& out) {
    amount(checker, request, money.currency, word, key, low, high, out);
  };
  checker.choice(asked.ownership, {"money/ownership", "own"}, money.ownership);
  usd(asked.hardware_price_usd, {"money/hardware_price_usd", "hw-price"}, 0, k_most_usd, money.hardware_price_usd);
  usd(asked.electricity_usd_per_kwh, {"money/electricity_usd_per_kwh", "kwh"}, 0, 10, money.electricity_usd_per_kwh);
  checker.number(asked.active_w, {"money/active_w", "watts"}, 1, k_most_watts, money.active_w);
  checker.number(asked.idle_w, {"money/idle_w", "idle-watts"}, 0, k_most_watts, money.idle_w);
  checker.number(asked.years_kept, {"money/years_kept", "years"}, 0.25, 30, money.years_kept);
  checker.number(asked.annual_value_loss, {"money/annual_value_loss", "value-loss"}, 0, 1, money.annual_value_loss);
  checker.number(asked.prefix_cache_hit_share, {"money/prefix_cache_hit_share", "cache-hit"}, 0, 1,
                 money.prefix_cache_hit_share);
  checker.number(asked.reasoning_multiplier_api, {"money/reasoning_multiplier_api", "reasoning-api"}, 1, 1000,
                 money.reasoning_multiplier_api);
  checker.number(asked.reasoning_multiplier_local, {"money/reasoning_multiplier_local", "reasoning-local"}, 1, 1000,
                 money.reasoning_multiplier_local);
  checker.number(asked.maintenance_hours_per_month, {"money/maintenance_hours_per_month", "upkeep-hours"}, 0, 744,
                 money.maintenance_hours_per_month);
  usd(asked.maintenance_usd_per_hour, {"money/maintenance_usd_per_hour", "upkeep-rate"}, 0, 100000,
      money.maintenance_usd_per_hour);
  checker.number(asked.finance_rate, {"money/finance_rate", "finance-rate"}, 0, 1, money.finance_rate);
  money.region = asked.region.value_or(money.region);
  money.dedicated = asked.dedicated.value_or(money.dedicated);
  money.host_included = asked.host_included.value_or(money.host_included);
  money.batch_api = asked.batch_api.value_or(money.batch_api);
  checker.number(asked.api_fee_share, {"money/api_fee_share", "api-fee"}, 0, 1, money.api_fee_share);
  usd(asked.api_minimum_usd_per_month, {"money/api_minimum_usd_per_month", "api-minimum"}, 0, 1e6,
      money.api_minimum_usd_per_month);
  checker.number(asked.peak_share, {"money/peak_share", "peak-share"}, 0, 1, money.peak_share);
  checker.number(asked.discount_rate, {"money/discount_rate", "discount-rate"}, 0, 1, money.discount_rate);
  for (const std::string& price : asked.subscriptions)
    money.subscriptions.push_back(subscription_asked(checker, request, money.currency, price));

  // Heat is wanted or in the way, never both at once.
  checker.number(asked.heating_share, {"money/heating_share", "heating"}, 0, 1, money.heating_share);
  checker.number(asked.cooling_share, {"money/cooling_share", "cooling"}, 0, 1, money.cooling_share);
  usd(asked.heat_usd_per_kwh, {"money/heat_usd_per_kwh", "heat-price"}, 0, 10, money.heat_usd_per_kwh);
  if (money.heating_share + money.cooling_share > 1)
    checker.reject({"money/cooling_share", "cooling"}, "heating and cooling are more than a whole year together");
  if (asked.heat_usd_per_kwh && money.heating_share <= 0)
    checker.reject({"money/heat_usd_per_kwh", "heat-price"}, "is the price of heat nobody wants",
                   "say for which share of the year, as in: --heating 0.5");
  return money;
}

Floors floors_asked(RequestChecker& checker, const Request& request) {
  Floors floors;
  checker.number(request.min_decode_tokens_per_s, {"min_decode_tokens_per_s", "min-tps"}, 0, 1e6,
                 floors.min_decode_tokens_per_s);
  checker.number(request.max_time_to_first_token_s, {"max_time_to_first_token_s", "max-ttft"}, 0, 1e6,
                 floors.max_time_to_first_token_s);
  return floors;
}

void adapt_to_model(RequestChecker& checker, const Request& request, const ModelSpec& model, Question& question) {
  EngineSettings& settings = question.settings;
  UsageProfile& usage = question.usage;
  const std::uint32_t sharers = sharers_of_context(settings);
  if (!request.context_tokens && model.context_limit_tokens > 0) {
    const std::uint64_t most = std::uint64_t{model.context_limit_tokens} * sharers;
    settings.context_tokens = static_cast<std::uint32_t>(std::min<std::uint64_t>(settings.context_tokens, most));
  }
  // Requests at once fill a shared context together; one of them alone may have all of a cache that is not divided.
  const std::uint32_t usual = std::max(1U, settings.context_tokens / sharers);
  const std::uint32_t most = settings.kv_unified ? settings.context_tokens : usual;
  checker.tokens(request.prompt_tokens, {"prompt_tokens", "prompt"}, usage.prompt_tokens);
  if (!request.prompt_tokens) usage.prompt_tokens = std::min(usage.prompt_tokens, usual);

  constexpr KeyName depth{"depth_tokens", "depth"};
  if (request.depth_tokens && request.depth_tokens->text == "0") {
    usage.depth_tokens = 0;  // an empty cache is a depth, though no number of tokens
  } else {
    checker.tokens(request.depth_tokens, depth, usage.depth_tokens);
  }
  if (!request.depth_tokens) usage.depth_tokens = std::min(usage.depth_tokens, usual);
  const std::string share = most == settings.context_tokens ? "" : fmt::format(" that each of {} requests has", sharers);
  for (const auto& [asked, key, value] :
       {std::tuple{request.prompt_tokens.has_value(), KeyName{"prompt_tokens", "prompt"}, usage.prompt_tokens},
        std::tuple{request.depth_tokens.has_value(), depth, usage.depth_tokens}}) {
    if (asked && value > most) {
      checker.reject(key, fmt::format("{} tokens do not fit into the context of {}{}", value, most, share),
                     fmt::format("raise {} or lower this", checker.name_of({"context_tokens", "ctx"})));
    }
  }
}

}  // namespace canirun::cli
