// SPDX-License-Identifier: MIT
#include "report/explain.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <canirun/names.hpp>
#include <set>

#include "report/money.hpp"
#include "report/numbers.hpp"
#include "report/phrases.hpp"
#include "report/serving_phrases.hpp"

namespace canirun::report {
namespace {

const MemoryPool* pool_at(const Machine& machine, std::uint32_t index) {
  return index < machine.pools.size() ? &machine.pools[index] : nullptr;
}

/// "Q4_K_M, llamafile on cuda, 2k in the cache: 103 tok/s, estimated 90-118; a prompt of 512 tokens at ... (source)".
std::string published_phrase(const PublishedRun& run) {
  std::string text = fmt::format("{}, {}{}, {} in the cache: ", run.quant, run.program,
                                 run.backend.empty() ? "" : " on " + run.backend, format_context(run.depth_tokens));
  const auto speed = [](const PublishedSpeed& of) {
    return fmt::format("{} tok/s, estimated {}", format_rate(of.measured), format_rate_range(of.estimate));
  };
  if (run.decode) text += speed(*run.decode);
  if (run.prefill) {
    text += run.decode ? "; " : "";
    text += run.prompt_tokens ? fmt::format("a prompt of {} tokens at ", format_context(*run.prompt_tokens))
                              : "prompts of 16 to 4096 tokens at ";
    text += speed(*run.prefill);
  }
  return fmt::format("{} ({})", text, run.source);
}

std::string tokens_a_day(double tokens, std::string_view what) { return fmt::format("{} {}", format_tokens(tokens), what); }

}  // namespace

void explain_speed(Page& page, const Answer& answer) {
  if (!answer.assessment.speed) return;
  const ThroughputEstimate& speed = *answer.assessment.speed;
  page.detail("formula", "tokens a second = 1 / sum over pools of (bytes read per token / effective bandwidth + overhead)");
  for (const PoolTime& time : speed.pools) {
    const MemoryPool* pool = pool_at(answer.machine, time.pool);
    if (pool == nullptr || time.seconds <= 0) continue;
    std::string text = fmt::format("{} GB of weights", format_significant(time.weight_bytes / 1e9, 2));
    if (time.kv_bytes > 0) text += fmt::format(" + {} GB of cache", format_significant(time.kv_bytes / 1e9, 2));
    text += fmt::format(" per token at {}", format_bandwidth(time.effective_bandwidth_bytes_per_s));
    if (pool->bandwidth_bytes_per_s) {
      text += fmt::format(" ({} of {})", format_percent(time.effective_bandwidth_bytes_per_s / *pool->bandwidth_bytes_per_s),
                          format_bandwidth(*pool->bandwidth_bytes_per_s));
    }
    page.detail(pool->id, text + fmt::format(", {} ms with overhead", format_significant(time.seconds * 1e3, 3)));
  }
  page.detail("decode",
              fmt::format("low {}, typical {}, high {} tok/s; never above {} (bytes / nominal bandwidth)",
                          format_rate(speed.decode_tokens_per_s.low), format_rate(speed.decode_tokens_per_s.typical),
                          format_rate(speed.decode_tokens_per_s.high), format_rate(speed.roofline_tokens_per_s)));
  page.detail(
      "prefill",
      fmt::format("low {}, typical {}, high {} tok/s for a {}-token prompt", format_rate(speed.prefill_tokens_per_s.low),
                  format_rate(speed.prefill_tokens_per_s.typical), format_rate(speed.prefill_tokens_per_s.high),
                  format_context(answer.question.usage.prompt_tokens)));
  std::vector<std::string> depths;
  std::size_t widest = 0;
  for (const DepthSpeed& at : speed.by_depth) widest = std::max(widest, format_context(at.depth_tokens).size());
  for (const DepthSpeed& at : speed.by_depth) {
    depths.push_back(fmt::format("{:>{}} in the cache: {} tok/s", format_context(at.depth_tokens), widest,
                                 format_rate_range(at.decode_tokens_per_s)));
  }
  if (!depths.empty()) page.details("by depth", depths);
  std::vector<std::string> published;
  for (const PublishedRun& run : answer.published) published.push_back(published_phrase(run));
  if (!published.empty()) page.details("measured by others", published);
  if (speed.concurrent) page.detail("at once", concurrency_source(answer.question.settings));
  if (speed.speculative) page.detail("drafting", drafting_source(*speed.speculative));
  if (const std::string split = split_source(answer.question.settings); !split.empty() && speed.pools.size() > 1)
    page.detail("several GPUs", split);
  page.detail("limited by", words_for(speed.bottleneck));
  page.detail("basis", speed.how_known.empty() ? std::string(name_of(speed.basis))
                                               : fmt::format("{}: {}", name_of(speed.basis), speed.how_known));
  if (!answer.assessment.usability.reason.empty()) page.detail("level", answer.assessment.usability.reason);
}

void explain_capability(Page& page, const Answer& answer) {
  const Capability& capability = answer.assessment.capability;
  for (const CapabilityEvidence& evidence : capability.evidence) {
    std::string text = format_score(evidence.local_value);
    text += evidence.reference_value
                ? fmt::format(" against {} of {}", format_score(*evidence.reference_value), reference_name(answer))
                : std::string(", none for the API model");
    if (evidence.self_reported) text += ", reported by its maker";
    page.detail(evidence.benchmark, fmt::format("{}; {}{}", text, evidence.source,
                                                evidence.retrieved.empty() ? "" : " (" + evidence.retrieved + ")"));
  }
  if (capability.gap_to_reference) {
    page.detail("gap", fmt::format("{} of the scale, weighted over the figures both have{}",
                                   format_significant(*capability.gap_to_reference, 2),
                                   *capability.gap_to_reference < 0 ? " (this model is ahead)" : ""));
  }
}

void explain_cost(Page& page, const Answer& answer) {
  const CostEstimate& cost = answer.assessment.cost;
  page.detail(
      "use",
      fmt::format("{} profile: {}, {}, {} a day, {} days a year", answer.request.profile,
                  tokens_a_day(cost.input_tokens_per_day, "tokens in"), tokens_a_day(cost.cached_tokens_per_day, "cached"),
                  tokens_a_day(cost.output_tokens_per_day, "out"), format_significant(cost.active_days_per_year, 3)));
  if (const LocalCost* local = compared_local(cost)) {
    page.detail("electricity",
                fmt::format("{} kWh a day x {}/kWh; {} decoding, {} reading prompts, {} idle ({})",
                            format_significant(local->kwh_per_day, 2),
                            format_usd(local->electricity_usd_per_kwh, cost.currency), format_watts(local->active_w),
                            format_watts(local->prefill_w), format_watts(local->idle_w), name_of(local->watts_basis)));
    if (local->hardware_price_known) {
      page.detail(
          "hardware",
          fmt::format("{} now, {} when sold: {} a year{}{}", format_usd(local->hardware_price_usd, cost.currency),
                      format_usd(local->resale_usd, cost.currency), format_usd(local->capital_usd_per_year, cost.currency),
                      local->price_source.empty() ? "" : "; " + local->price_source,
                      local->price_date.empty() ? "" : " (" + local->price_date + ")"));
    }
    page.detail("a year here", fmt::format("{}-{}, typical {}", format_usd(local->usd_per_year_range.low, cost.currency),
                                           format_usd(local->usd_per_year_range.high, cost.currency),
                                           format_usd(local->usd_per_year, cost.currency)));
  }
  for (const ApiCost& api : cost.api) {
    page.detail(api.same_model ? "same model hosted" : "API",
                fmt::format("{} ({}): {} in, {} cached, {} out per million tokens of {}{}: {} a year", api.name,
                            api.provider, format_usd(api.input_usd_per_mtok, cost.currency),
                            api.cache_read_usd_per_mtok ? format_usd(*api.cache_read_usd_per_mtok, cost.currency)
                                                        : "no discount when",
                            format_usd(api.output_usd_per_mtok, cost.currency), api.price_date,
                            api.price_is_old ? " (old price)" : "", format_usd(api.usd_per_year, cost.currency)));
  }
  page.details("moves it most", driver_phrases(cost));
  page.details("leaves out", cost.leaves_out);
}

void explain_sources(Page& page, const Answer& answer) {
  page.detail("model", provenance_phrase(answer.model.provenance));
  page.detail("quant", provenance_phrase(answer.quant.provenance));
  std::set<std::string> seen;
  for (const MemoryPool& pool : answer.machine.pools) {
    if (pool.bandwidth_bytes_per_s) {
      page.detail(pool.id, fmt::format("{} {}; {}", format_bandwidth(*pool.bandwidth_bytes_per_s), pool.description,
                                       provenance_phrase(pool.bandwidth_provenance)));
    }
  }
  for (const Device& device : answer.machine.devices) {
    if (!device.how_known.empty() && seen.insert(device.name + device.how_known).second)
      page.detail(device.id, device.name + ": " + device.how_known);
  }
  if (!answer.head.catalog_date.empty()) page.detail("catalog", answer.head.catalog_date);
}

}  // namespace canirun::report
