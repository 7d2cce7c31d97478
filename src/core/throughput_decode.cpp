// SPDX-License-Identifier: MIT
// Decode: every token reads all active weights and the cache. A place's time is
//   sqrt((bytes / effective bandwidth)^2 + (unpacking / fp32 peak)^2)     weights; the two overlap in part
//   + cache bytes / effective cache bandwidth + attention flops           attention
//   + fixed work per layer and per token                                  launches, synchronisation, sampling
// Places work one after the other, except under tensor parallelism. Several sequences share the read of the weights
// (throughput_batch.cpp), and each reads a cache of its own.
#include <algorithm>
#include <cmath>

#include "core/throughput_batch.hpp"

namespace canirun {
namespace {

/// Bytes of one layer's cache, weighed by how its shape is read: the more query heads share a read, the more there is to do.
double weighed_cache_bytes(const MixingWork& work, double exponent) {
  constexpr double k_most_sharing = 8, k_usual_sharing = 4;
  if (exponent == 0 || work.cache_bytes <= 0) return work.cache_bytes;
  return work.cache_bytes / std::pow(std::clamp(work.grouping, 1.0, k_most_sharing) / k_usual_sharing, exponent);
}

struct SiteMixing : MixingWork {
  double weighed_bytes = 0;
};

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

/// Layers that several GPUs work on together, each at an even part, whatever the plan's places say: the slowest is waited
/// for, and they meet twice a layer. By rows (which llama.cpp has given up) they meet after each matrix, by way of one GPU.
struct SharedLayers {
  double gpus = 0, bytes = 0, slowest_s_per_byte = 0, all_roofline_s = 0, layers = 0, layer_s = 0;

  void add(const SiteLoad& load, double moved_s, double roofline, double meeting_s) {
    const double here = load.dense_bytes + load.expert_bytes;
    gpus += 1;
    bytes += here;
    layers += load.layers;
    if (here > 0) slowest_s_per_byte = std::max(slowest_s_per_byte, moved_s / here);
    all_roofline_s += roofline;
    layer_s = std::max(layer_s, meeting_s);
  }
  [[nodiscard]] double seconds() const { return gpus > 0 ? slowest_s_per_byte * bytes / gpus : 0; }
  [[nodiscard]] double roofline_s() const { return gpus > 0 ? all_roofline_s / gpus : 0; }
  [[nodiscard]] double meetings_s(SplitMode mode) const {
    constexpr double k_matrices = 7, k_usual_gpus = 2, k_usual_meetings = 2;
    const double rows = mode == SplitMode::row ? k_matrices / k_usual_meetings * gpus / k_usual_gpus : 1;
    return layers * layer_s * rows;
  }
};

/// What one place does in a step, in seconds.
struct SiteTime {
  double weight_bytes = 0, kv_bytes = 0;                  ///< read; the second with recurrent state
  double roofline_s = 0;                                  ///< those over spec bandwidth
  double moved_s = 0, fixed_s = 0;                        ///< reading and computing; launches
  double bandwidth_s = 0, compute_s = 0, overhead_s = 0;  ///< what it waits for, before the engine's own slowdown
};

/// Of the time that weights take, the part in which they are unpacked and multiplied, not read.
double unpacking_share(const SiteLoad& load, double expert_bytes) {
  const WeightTime dense = weight_time(load, load.dense_bytes), experts = weight_time(load, expert_bytes);
  const double unpacking_s = dense.unpacking_s + experts.unpacking_s;
  const double all_s = unpacking_s + dense.reading_s + experts.reading_s;
  return all_s > 0 ? unpacking_s / all_s : 0;
}

SiteTime site_time(const ThroughputPlan& plan, const SiteLoad& load, const SiteMixing& mixing, double tokens) {
  const DeviceSpeed& speed = load.speed;
  const double expert_bytes = touched_expert_bytes(plan, load, tokens);
  const double weights_s = batch_weights_s(plan, load, tokens);

  const double read_rate = load.bandwidth_bytes_per_s * speed.bandwidth_fraction;
  const double cache_s = mixing.weighed_bytes / (read_rate * speed.kv_bandwidth_fraction) * speed.kv_slowdown;
  const double attention_s = speed.fp32_flops_per_s > 0 ? mixing.attention_flops * speed.attention_flops_slowdown /
                                                              speed.fp32_flops_per_s * speed.kv_slowdown
                                                        : 0;
  const double state_s = mixing.state_bytes / read_rate;

  SiteTime time;
  time.weight_bytes = load.dense_bytes + expert_bytes;
  time.kv_bytes = mixing.cache_bytes + mixing.state_bytes;
  time.roofline_s = (time.weight_bytes + time.kv_bytes) / load.bandwidth_bytes_per_s;
  time.moved_s = std::max(weights_s + cache_s + attention_s + state_s, time.roofline_s) * speed.engine_decode_slowdown;

  const double launches = tokens > 1 ? speed.batch.launch_slowdown : 1;
  time.overhead_s = speed.layer_overhead_s * load.units * speed.overhead_slowdown * launches;
  time.fixed_s = time.overhead_s * speed.engine_decode_slowdown;

  const double unpacking = unpacking_share(load, expert_bytes);
  time.bandwidth_s = weights_s * (1 - unpacking) + cache_s + state_s;
  time.compute_s = weights_s * unpacking + attention_s;
  return time;
}

}  // namespace

DecodeTime decode_time(const ThroughputPlan& plan, double depth_tokens, double tokens, std::optional<double> caches) {
  DecodeTime result;
  result.sites.resize(plan.loads.size());
  const double requests = caches.value_or(tokens);
  const std::vector<SiteMixing> mixing = mixing_by_site(plan, depth_tokens, tokens, requests);
  SharedLayers shared;
  double serial_s = 0, token_overhead_s = 0, engine_slowdown = 0, pool_hop_s = 0, host_hop_s = 0;

  for (std::size_t i = 0; i < plan.loads.size(); ++i) {
    const SiteLoad& load = plan.loads[i];
    if (!load.used()) continue;
    const DeviceSpeed& speed = load.speed;
    const SiteTime here = site_time(plan, load, mixing[i], tokens);
    result.sites[i] = {.weight_bytes = here.weight_bytes, .kv_bytes = here.kv_bytes, .seconds = here.moved_s + here.fixed_s};
    result.bandwidth_s += here.bandwidth_s;
    result.compute_s += here.compute_s;
    result.overhead_s += here.overhead_s;
    serial_s += here.fixed_s;  // under tensor parallelism too every GPU launches every layer
    if (plan.tensor_parallel && i != k_host_site) {
      shared.add(load, here.moved_s, here.roofline_s, speed.batch.tensor_parallel_layer_s);
    } else {
      serial_s += here.moved_s;
      result.roofline_s += here.roofline_s;
    }
    // Once a token, however many places there are: the slowest one's.
    token_overhead_s = std::max(token_overhead_s, speed.token_overhead_s * speed.overhead_slowdown +
                                                      speed.batch.request_s * std::max(0.0, requests - 1));
    engine_slowdown = std::max(engine_slowdown, speed.engine_decode_slowdown);
    pool_hop_s = std::max(pool_hop_s, speed.pool_hop_s);
    host_hop_s = std::max(host_hop_s, speed.host_hop_s);
  }
  result.overhead_s += token_overhead_s;
  result.link_s = plan.host_hops * host_hop_s +
                  (plan.tensor_parallel ? shared.meetings_s(plan.settings.split_mode) : plan.gpu_hops * pool_hop_s);
  result.roofline_s += shared.roofline_s();
  result.total_s = serial_s + shared.seconds() + (token_overhead_s + result.link_s) * engine_slowdown;
  return result;
}

}  // namespace canirun
