// SPDX-License-Identifier: MIT
// Weights of a step over several tokens. They are read once for all, but the kernels differ with the number of tokens:
//   one token      sqrt((bytes / bandwidth)^2 + (unpacking / fp32 peak)^2)
//   a few          the same kernels: every further token unpacks and multiplies again, sqrt(reading^2 + (n unpackings)^2)
//   more           kernels of a prompt: they read slower and multiply whole tiles, reading * slowdown + products
// Sources: llama.cpp's MMVQ_MAX_BATCH_SIZE (CUDA), ne11_mm_min and ne21_mm_id_min (Metal), mul_mat_vec_max_cols (Vulkan).
// Of routed experts a step reads those that some token picks.
#include "core/throughput_batch.hpp"

#include <algorithm>
#include <cmath>

namespace canirun {
namespace {

/// fp32 work of one further token at `bytes` of weights, by the kernels of a single one.
double column_s(const SiteLoad& load, double bytes) {
  if (load.speed.fp32_flops_per_s <= 0) return 0;
  const BatchSpeed& batch = load.speed.batch;
  const double flops =
      load.mix.decode_flops_per_byte * batch.column_unpacking + load.mix.weights_per_byte * batch.column_flops_per_weight;
  return bytes * flops / load.speed.fp32_flops_per_s;
}

/// Products of `rows` tokens with `bytes` of weights, by the kernels of a prompt.
double products_s(const SiteLoad& load, double bytes, double rows) {
  const double flops = 2 * bytes * load.mix.weights_per_byte * rows;
  if (load.speed.own_product_flops_per_s > 0) return flops / load.speed.own_product_flops_per_s;
  if (load.speed.prefill_flops_per_s <= 0) return 0;
  return flops * load.mix.prefill_slowdown * load.speed.batch.matrix_product_slowdown / load.speed.prefill_flops_per_s;
}

double dense_s(const SiteLoad& load, double tokens) {
  const BatchSpeed& batch = load.speed.batch;
  const WeightTime one = weight_time(load, load.dense_bytes);
  if (tokens <= 1) return one.seconds;
  if (tokens <= batch.vector_columns)
    return std::hypot(one.reading_s, one.unpacking_s + column_s(load, load.dense_bytes) * (tokens - 1));
  return one.seconds * batch.matrix_read_slowdown + products_s(load, load.dense_bytes, std::max(tokens, batch.matrix_rows));
}

double experts_s(const ThroughputPlan& plan, const SiteLoad& load, double tokens) {
  const BatchSpeed& batch = load.speed.batch;
  if (load.expert_bytes <= 0) return 0;
  const double touched = touched_expert_bytes(plan, load, tokens);
  if (tokens <= 1) return weight_time(load, touched).seconds;
  if (tokens <= batch.expert_columns) {
    const WeightTime read = weight_time(load, batch.experts_read_once ? touched : load.expert_bytes * tokens);
    const double further_s = column_s(load, load.expert_bytes) * batch.expert_column_slowdown * (tokens - 1);
    return std::hypot(read.reading_s, weight_time(load, load.expert_bytes).unpacking_s + further_s);
  }
  const double rows_each = std::max(tokens * load.expert_bytes / touched, batch.expert_rows);
  const double slowdown = batch.expert_product_slowdown * load.speed.prefill_expert_slowdown;
  return weight_time(load, touched).seconds + products_s(load, touched, rows_each) * slowdown;
}

}  // namespace

WeightTime weight_time(const SiteLoad& load, double bytes) {
  WeightTime time;
  time.reading_s = bytes / (load.bandwidth_bytes_per_s * load.speed.bandwidth_fraction);
  const double flops = bytes * load.mix.decode_flops_per_byte;
  time.unpacking_s = load.speed.fp32_flops_per_s > 0 ? flops / load.speed.fp32_flops_per_s : 0;
  time.seconds = std::hypot(time.reading_s, time.unpacking_s);
  return time;
}

double touched_share(const ThroughputPlan& plan, const BatchSpeed& batch, double tokens) {
  if (tokens <= 1) return plan.expert_share;
  // Few experts are picked about evenly, many are not: popularity falls exponentially with the rank.
  constexpr double k_even_experts = 8;
  constexpr int k_ranks = 32;
  const double experts = plan.model.moe ? plan.model.moe->expert_count : k_even_experts;
  const double fall = batch.routing_concentration * std::max(0.0, 1 - k_even_experts / std::max(1.0, experts));
  if (fall < 0.01) return 1 - std::pow(1 - plan.expert_share, tokens);
  double sum = 0;
  for (int rank = 0; rank < k_ranks; ++rank) {
    const double popularity = fall / (1 - std::exp(-fall)) * std::exp(-fall * (rank + 0.5) / k_ranks);
    sum += 1 - std::pow(1 - std::min(1.0, plan.expert_share * popularity), tokens);
  }
  return std::clamp(sum / k_ranks, plan.expert_share, 1.0);
}

double touched_expert_bytes(const ThroughputPlan& plan, const SiteLoad& load, double tokens) {
  if (tokens <= 1) return load.expert_bytes;
  return std::max(load.expert_bytes, load.all_expert_bytes * touched_share(plan, load.speed.batch, tokens));
}

double batch_weights_s(const ThroughputPlan& plan, const SiteLoad& load, double tokens) {
  const double bf16_experts = 1 + load.mix.bf16_share * (load.speed.bf16_expert_slowdown - 1);
  const double experts = experts_s(plan, load, tokens) * load.speed.expert_slowdown * bf16_experts;
  return (dense_s(load, tokens) + experts) * load.speed.weight_slowdown * load.mix.decode_slowdown;
}

}  // namespace canirun
