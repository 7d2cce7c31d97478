// SPDX-License-Identifier: MIT
// Prefill: a micro-batch of prompt tokens shares one read of the weights, so it is compute-bound once it is a few
// dozen tokens long. A micro-batch takes
//   sqrt((flops / effective compute)^2 + (bytes / effective bandwidth)^2) + fixed work per layer,
// and attention grows with the square of the prompt; without flash attention its scores go through memory, too. A batch of
// 512 touches nearly every expert of a layer, each with few rows, which is why experts run below the dense rate.
#include <algorithm>
#include <cmath>

#include "core/throughput_plan.hpp"

namespace canirun {
namespace {

constexpr double k_read_fraction = 0.86;  // of spec bandwidth, streaming whole weights
// Flops per byte of bandwidth when no rate of the device is known: the middle of the 133 GPUs with published runs, of which
// a tenth lies below 12 and a tenth above 93.
constexpr double k_unknown_compute_share = 31;
constexpr double k_offload_batch = 32;               // tokens from which the engine computes CPU layers on the GPU
constexpr double k_unknown_link_bytes_per_s = 12e9;  // about PCIe 3.0 x16 or 4.0 x8, when nothing is known of the link
constexpr double k_recurrent_layer_units = 2;        // overhead of a linear-attention or SSM layer, in plain layers
constexpr double k_moe_layer_extra = 0.5;            // overhead of a layer with experts, in plain layers

double compute_rate(const SiteLoad& load) {
  return load.speed.prefill_flops_per_s > 0 ? load.speed.prefill_flops_per_s
                                            : load.bandwidth_bytes_per_s * k_unknown_compute_share;
}
double attention_rate(const SiteLoad& load) {
  constexpr double k_share = 0.3;
  return load.speed.attention_flops_per_s > 0 ? load.speed.attention_flops_per_s : compute_rate(load) * k_share;
}

/// A mapped file is not locked in memory: the driver copies it piece by piece into memory of its own, which goes over the
/// link from there, one after the other. Weights of an 8B and of gpt-oss 20B went to an H100 (63 GB/s) at 7 to 10 GB/s.
double through_staging(double link_bytes_per_s) {
  constexpr double k_staging_bytes_per_s = 12e9;
  return 1 / (1 / link_bytes_per_s + 1 / k_staging_bytes_per_s);
}

double link_rate(const ThroughputPlan& plan, std::uint32_t gpu_pool, std::uint32_t host_pool) {
  for (const Link& link : plan.machine.links) {
    const bool joins = (link.from_pool == host_pool && link.to_pool == gpu_pool) ||
                       (link.to_pool == host_pool && link.from_pool == gpu_pool);
    if (joins && link.bandwidth_bytes_per_s > 0) return through_staging(link.bandwidth_bytes_per_s);
  }
  return through_staging(k_unknown_link_bytes_per_s);
}

/// Seconds of all weight products of one place for a micro-batch. `streamed_from_link` > 0: the weights lie on the host
/// and are copied over at that rate; `worker` is then the GPU.
double products_s(const ThroughputPlan& plan, const SiteLoad& load, const SiteLoad& worker, double tokens,
                  double streamed_from_link) {
  const double dense_bytes = load.dense_bytes - load.output_bytes;
  const double slowdown = worker.mix.prefill_slowdown;
  const double rate = compute_rate(worker);
  double flops_s = 2 * dense_bytes * load.mix.weights_per_byte * tokens * slowdown / rate;
  double bytes = dense_bytes;
  if (load.all_expert_bytes > 0) {
    const double rows_per_expert = tokens * plan.expert_share;
    const double inefficiency = worker.speed.prefill_expert_slowdown *
                                (1 + worker.speed.prefill_expert_rows / rows_per_expert) *
                                (1 + load.mix.bf16_share * (worker.speed.bf16_expert_prefill_slowdown - 1));
    flops_s += 2 * load.expert_bytes * load.mix.weights_per_byte * tokens * slowdown / rate * inefficiency;
    bytes += load.all_expert_bytes * (1 - std::pow(1 - plan.expert_share, tokens));
  }
  const double read_rate = streamed_from_link > 0 ? streamed_from_link : worker.bandwidth_bytes_per_s * k_read_fraction;
  return std::hypot(flops_s, bytes / read_rate);
}

double layer_units(const ThroughputPlan& plan, std::size_t site) {
  DeviceSpeed speed;
  speed.recurrent_layer_units = k_recurrent_layer_units;
  double units = 0;
  for (std::size_t i = 0; i < plan.layout.layer_site.size(); ++i) {
    if (plan.layout.layer_site[i] != site) continue;
    const LayerSpec& layer = plan.model.layers[i];
    units += overhead_units({.attention = layer.attention}, speed);
    if (layer.feed_forward == FeedForwardKind::moe || layer.feed_forward == FeedForwardKind::moe_and_dense) {
      units += k_moe_layer_extra;
    }
  }
  return units;
}

/// Rate of a layer's attention relative to one with 4 query heads a K/V head of length 128: more queries share a read of
/// K and V, longer heads fill the tiles worse.
double attention_shape_rate(const LayerSpec& layer, const DeviceSpeed& speed) {
  constexpr double k_most_sharing = 8, k_usual_sharing = 4, k_longest_head = 288, k_usual_head = 128;
  const bool latent = layer.attention == AttentionKind::mla;  // all heads share one row of more than 512
  const double sharing = latent ? k_most_sharing : double{1} * layer.head_count / std::max(1U, layer.head_count_kv);
  const double head =
      latent ? k_longest_head : std::min(k_longest_head, (double{1} * layer.key_length + layer.value_length) / 2);
  if (head <= 0) return 1;
  return std::pow(std::clamp(sharing, 1.0, k_most_sharing) / k_usual_sharing, speed.attention_grouping_exponent) *
         std::pow(head / k_usual_head, speed.attention_head_exponent);
}

bool same_shape(const LayerSpec& a, const LayerSpec& b) {
  return a.attention == b.attention && a.head_count == b.head_count && a.head_count_kv == b.head_count_kv &&
         a.key_length == b.key_length && a.value_length == b.value_length;
}

/// Attention of `tokens` new tokens on one place: each sees what was cached and, on average, half of the others.
double attention_s(const ThroughputPlan& plan, std::size_t site, const SiteLoad& worker, double tokens, double depth) {
  const double rate = attention_rate(worker), read_rate = worker.bandwidth_bytes_per_s * k_read_fraction;
  double seconds = 0, token_s = 0;
  const LayerSpec* last = nullptr;
  for (std::size_t i = 0; i < plan.layout.layer_site.size(); ++i) {
    if (plan.layout.layer_site[i] != site) continue;
    const LayerSpec& layer = plan.model.layers[i];
    if (last == nullptr || !same_shape(*last, layer)) {
      const double flops = attention_flops_per_visible_token(plan.model, layer);
      token_s = flops / (rate * attention_shape_rate(layer, worker.speed));
      if (worker.speed.score_bytes > 0) token_s += layer.head_count * worker.speed.score_bytes / read_rate;
      last = &layer;
    }
    seconds += tokens * visible_tokens(plan.model, layer, depth + tokens / 2) * token_s;
  }
  return seconds;
}

}  // namespace

PrefillTime prefill_time(const ThroughputPlan& plan, double tokens, double depth_tokens) {
  const double batch = std::clamp(double{1} * plan.settings.ubatch, 1.0, std::max(tokens, 1.0));
  const double batches = std::max(tokens / batch, 1.0);
  PrefillTime time{.site_s = std::vector<double>(plan.loads.size(), 0.0)};
  double seconds = 0, pipeline_gain = 0, engine_slowdown = 0;
  double gpus = 0;
  for (std::size_t i = 0; i < plan.loads.size(); ++i) {
    const SiteLoad& load = plan.loads[i];
    if (!load.used()) continue;
    const bool streamed = i == k_host_site && plan.loads.size() > 1 && plan.settings.op_offload &&
                          batch >= k_offload_batch && plan.loads[1].pool != load.pool;
    const SiteLoad& worker = streamed ? plan.loads[1] : load;
    double link = streamed ? link_rate(plan, worker.pool, load.pool) : 0;
    double batch_s = products_s(plan, load, worker, batch, link);
    if (streamed) batch_s = std::min(batch_s, products_s(plan, load, load, batch, 0));
    batch_s += worker.speed.prefill_layer_overhead_s * layer_units(plan, i);
    const double site_s = batch_s * batches + attention_s(plan, i, worker, tokens, depth_tokens);
    seconds += site_s;
    time.site_s[i] = site_s;
    engine_slowdown = std::max(engine_slowdown, worker.speed.engine_prefill_slowdown);
    if (i != k_host_site) {
      gpus += 1;
      pipeline_gain = std::max(pipeline_gain, worker.speed.pipeline_gain);
    }
  }
  if (plan.tensor_parallel) {
    constexpr double k_tensor_parallel_gain = 0.6;  // exponent: two GPUs give 1.5 times the rate of one
    seconds /= std::pow(gpus, k_tensor_parallel_gain);
  } else if (gpus > 1) {
    // Micro-batches follow each other through the GPUs: m batches over g places take m + g - 1 steps instead of m * g.
    const double ideal = batches * gpus / (batches + gpus - 1);
    seconds /= 1 + (ideal - 1) * std::min(pipeline_gain, 1.0);
  }
  time.total_s = seconds * engine_slowdown;
  return time;
}

}  // namespace canirun
