// SPDX-License-Identifier: MIT
// Decode: every token reads all active weights and the cache. A place's time is
//   sqrt((bytes / effective bandwidth)^2 + (unpacking / fp32 peak)^2)     weights; the two overlap in part
//   + cache bytes / effective cache bandwidth + attention flops           attention
//   + fixed work per layer and per token                                  launches, synchronisation, sampling
// Places work one after the other, except under tensor parallelism. Several sequences share the read of the weights: of the
// experts they touch 1 - (1 - share)^n on average, the products of all but the first go at the rate of a prompt's, and
// each reads a cache of its own.
#include <algorithm>
#include <cmath>

#include "core/throughput_plan.hpp"

namespace canirun {
namespace {

struct WeightTime {
  double seconds = 0;
  double reading_s = 0, unpacking_s = 0;
};

WeightTime weight_time(const SiteLoad& load, double bytes) {
  WeightTime time;
  time.reading_s = bytes / (load.bandwidth_bytes_per_s * load.speed.bandwidth_fraction);
  const double flops = bytes * load.mix.decode_flops_per_byte;
  time.unpacking_s = load.speed.fp32_flops_per_s > 0 ? flops / load.speed.fp32_flops_per_s : 0;
  time.seconds = std::hypot(time.reading_s, time.unpacking_s);
  return time;
}

/// Bytes of one layer's cache, weighed by how its shape is read: the more query heads share a read, the more there is to do.
double weighed_cache_bytes(const MixingWork& work, double exponent) {
  constexpr double k_most_sharing = 8, k_usual_sharing = 4;
  if (exponent == 0 || work.cache_bytes <= 0) return work.cache_bytes;
  return work.cache_bytes / std::pow(std::clamp(work.grouping, 1.0, k_most_sharing) / k_usual_sharing, exponent);
}

struct SiteMixing : MixingWork {
  double weighed_bytes = 0;
};

double expert_bytes_of(const ThroughputPlan& plan, const SiteLoad& load, double tokens) {
  if (tokens <= 1) return load.expert_bytes;
  return std::max(load.expert_bytes, load.all_expert_bytes * (1 - std::pow(1 - plan.expert_share, tokens)));
}

/// Products of the tokens beyond the first.
double shared_products_s(const SiteLoad& load, double tokens) {
  if (tokens <= 1 || load.speed.prefill_flops_per_s <= 0) return 0;
  const double bytes = load.dense_bytes + load.expert_bytes * load.speed.prefill_expert_slowdown;
  return 2 * bytes * load.mix.weights_per_byte * (tokens - 1) * load.mix.prefill_slowdown / load.speed.prefill_flops_per_s;
}

std::vector<SiteMixing> mixing_by_site(const ThroughputPlan& plan, double depth, double tokens, double caches) {
  std::vector<SiteMixing> sum(plan.loads.size());
  for (std::size_t i = 0; i < plan.layout.layer_site.size(); ++i) {
    MixingWork work = mixing_work(plan.model, plan.model.layers[i], plan.settings, depth);
    work.cache_bytes *= caches;
    work.state_bytes *= caches;
    work.attention_flops *= tokens;
    const std::uint8_t site = plan.layout.layer_site[i];
    SiteMixing& here = sum[site];
    here.weighed_bytes += weighed_cache_bytes(work, plan.loads[site].speed.kv_grouping_exponent);
    here.cache_bytes += work.cache_bytes;
    here.state_bytes += work.state_bytes;
    here.attention_flops += work.attention_flops;
  }
  return sum;
}

}  // namespace

DecodeTime decode_time(const ThroughputPlan& plan, double depth_tokens, double tokens, std::optional<double> caches) {
  DecodeTime result;
  result.sites.resize(plan.loads.size());
  const std::vector<SiteMixing> mixing = mixing_by_site(plan, depth_tokens, tokens, caches.value_or(tokens));
  double parallel_s = 0, parallel_roofline_s = 0, parallel_gpus = 0, serial_s = 0, token_overhead_s = 0, engine_slowdown = 0,
         pool_hop_s = 0, host_hop_s = 0;

  for (std::size_t i = 0; i < plan.loads.size(); ++i) {
    const SiteLoad& load = plan.loads[i];
    if (!load.used()) continue;
    const DeviceSpeed& speed = load.speed;
    const WeightTime dense = weight_time(load, load.dense_bytes);
    const double expert_bytes = expert_bytes_of(plan, load, tokens);
    const WeightTime experts = weight_time(load, expert_bytes);
    const double bf16_experts = 1 + load.mix.bf16_share * (speed.bf16_expert_slowdown - 1);
    const double read_s = (dense.seconds + experts.seconds * speed.expert_slowdown * bf16_experts) * speed.weight_slowdown;
    const double weights_s = std::hypot(read_s, shared_products_s(load, tokens));

    const double read_rate = load.bandwidth_bytes_per_s * speed.bandwidth_fraction;
    const double cache_s = (mixing[i].weighed_bytes / (read_rate * speed.kv_bandwidth_fraction)) * speed.kv_slowdown;
    const double attention_s =
        speed.fp32_flops_per_s > 0 ? mixing[i].attention_flops * speed.attention_flops_slowdown / speed.fp32_flops_per_s : 0;
    const double attention_slow_s = attention_s * speed.kv_slowdown;
    const double state_s = mixing[i].state_bytes / read_rate;

    const double per_unit_s = speed.layer_overhead_s * (plan.tensor_parallel ? speed.tensor_parallel_units : 1);
    const double overhead_s = per_unit_s * load.units * speed.overhead_slowdown;
    const double bytes = load.dense_bytes + expert_bytes + mixing[i].cache_bytes + mixing[i].state_bytes;
    const double roofline_s = bytes / load.bandwidth_bytes_per_s;
    const double busy_s =
        std::max(weights_s + cache_s + attention_slow_s + state_s, roofline_s) * speed.engine_decode_slowdown +
        overhead_s * speed.engine_decode_slowdown;

    const double unpacking_s = dense.unpacking_s + experts.unpacking_s;
    const double reading_s = dense.reading_s + experts.reading_s;
    const double unpacking_share = unpacking_s / std::max(unpacking_s + reading_s, 1e-12);
    result.bandwidth_s += weights_s * (1 - unpacking_share) + cache_s + state_s;
    result.compute_s += weights_s * unpacking_share + attention_slow_s;
    result.overhead_s += overhead_s;

    result.sites[i] = {.weight_bytes = load.dense_bytes + expert_bytes,
                       .kv_bytes = mixing[i].cache_bytes + mixing[i].state_bytes,
                       .seconds = busy_s};
    if (plan.tensor_parallel && i != k_host_site) {
      // Every layer is cut evenly, whatever the plan's places say.
      parallel_s += busy_s;
      parallel_roofline_s += roofline_s;
      parallel_gpus += 1;
    } else {
      serial_s += busy_s;
      result.roofline_s += roofline_s;
    }
    token_overhead_s = std::max(token_overhead_s, speed.token_overhead_s * speed.overhead_slowdown);
    engine_slowdown = std::max(engine_slowdown, speed.engine_decode_slowdown);
    pool_hop_s = std::max(pool_hop_s, speed.pool_hop_s);
    host_hop_s = std::max(host_hop_s, speed.host_hop_s);
  }
  result.overhead_s += token_overhead_s;
  result.link_s = (plan.tensor_parallel ? 0 : plan.gpu_hops * pool_hop_s) + plan.host_hops * host_hop_s;
  if (parallel_gpus > 0) {
    parallel_s /= parallel_gpus;
    result.roofline_s += parallel_roofline_s / parallel_gpus;
  }
  result.total_s = serial_s + parallel_s + (token_overhead_s + result.link_s) * engine_slowdown;
  return result;
}

}  // namespace canirun
