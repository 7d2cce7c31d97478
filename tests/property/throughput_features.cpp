// SPDX-License-Identifier: MIT
// Not a test: writes what tests/reference/fit_speed.py fits on, one published run a line, when asked for by its tag:
//   property "[.features]" > features.jsonl
// Everything here comes from the catalog and the plan; nothing depends on the constants that are fitted.
#include <fmt/format.h>

#include <canirun/names.hpp>
#include <catch2/catch.hpp>
#include <cstdio>
#include <map>

#include "core/throughput_plan.hpp"
#include "json/text.hpp"
#include "throughput_runs.hpp"

using namespace canirun;
using namespace throughput_reference;

namespace {

/// Bytes and elements read for one token, by class of weights.
std::string weights_json(const WeightTable& weights) {
  std::map<std::string_view, std::pair<double, double>> sum;
  for (std::size_t i = 0; i < weights.bytes_by_type.size(); ++i) {
    if (weights.bytes_by_type[i] == 0) continue;
    const TensorTypeTraits block = traits(static_cast<TensorType>(i));
    auto& [bytes, elements] = sum[name_of(weight_class(static_cast<TensorType>(i)))];
    bytes += static_cast<double>(weights.bytes_by_type[i]);
    elements += static_cast<double>(weights.bytes_by_type[i]) / block.block_bytes * block.block_elements;
  }
  std::string text;
  for (const auto& [name, amount] : sum) {
    text += fmt::format("{}\"{}\":[{:.8g},{:.8g}]", text.empty() ? "" : ",", name, amount.first, amount.second);
  }
  return "{" + text + "}";
}

/// Layers of one place by what their fixed work depends on, and their attention by shape:
/// [query heads a K/V head, head length, flops a visible token, window or 0, heads, layers].
std::string layers_json(const ThroughputPlan& plan, std::size_t site) {
  DeviceSpeed recurrent;
  recurrent.moe_layer_units = 1;
  double plain = 0, linear = 0, mixture = 0, normed = 0;
  std::map<std::array<double, 5>, double> shapes;
  for (std::size_t i = 0; i < plan.layout.layer_site.size(); ++i) {
    if (plan.layout.layer_site[i] != site) continue;
    const LayerSpec& layer = plan.model.layers[i];
    recurrent.recurrent_layer_units = 0;
    const double without = overhead_units(layer, recurrent);
    recurrent.recurrent_layer_units = 1;
    linear += overhead_units(layer, recurrent) - without;
    plain += without;
    normed += norms_results(plan.model) ? 1 : 0;
    if (layer.feed_forward == FeedForwardKind::moe || layer.feed_forward == FeedForwardKind::moe_and_dense) mixture += 1;
    if (visible_tokens(plan.model, layer, 1) <= 0) continue;
    const bool latent = layer.attention == AttentionKind::mla;
    const double sharing = latent ? 8 : double{1} * layer.head_count / std::max(1U, layer.head_count_kv);
    const double head = latent ? 288 : (double{1} * layer.key_length + layer.value_length) / 2;
    const double seen = visible_tokens(plan.model, layer, 1e9);
    shapes[{sharing, head, attention_flops_per_visible_token(plan.model, layer), seen < 1e9 ? seen : 0,
            double{1} * layer.head_count}] += 1;
  }
  std::string text;
  for (const auto& [shape, count] : shapes) {
    text += fmt::format("{}[{},{},{},{},{},{}]", text.empty() ? "" : ",", shape[0], shape[1], shape[2], shape[3], shape[4],
                        count);
  }
  return fmt::format("\"plain\":{},\"linear\":{},\"mixture\":{},\"normed\":{},\"shapes\":[{}]", plain, linear, mixture,
                     normed, text);
}

std::string site_json(const ThroughputPlan& plan, std::size_t site, double depth) {
  const SiteLoad& load = plan.loads[site];
  const Device* device = nullptr;
  if (site != k_host_site) device = &plan.machine.devices[plan.sites.device[site]];
  for (const Device& other : plan.machine.devices) {
    if (site == k_host_site && other.kind == DeviceKind::cpu) device = &other;
  }
  MixingWork sum;
  for (std::size_t i = 0; i < plan.layout.layer_site.size(); ++i) {
    if (plan.layout.layer_site[i] != site) continue;
    const MixingWork work = mixing_work(plan.model, plan.model.layers[i], plan.settings, depth);
    sum.cache_bytes += work.cache_bytes;
    sum.state_bytes += work.state_bytes;
    sum.attention_flops += work.attention_flops;
  }
  const auto figure = [&](std::optional<double> Device::* member) {
    return device != nullptr ? (device->*member).value_or(0) : 0;
  };
  std::string records;
  if (load.speed.record != nullptr) records = load.speed.record->id;
  return fmt::format(
      "{{\"site\":{},\"record\":\"{}\",\"class_only\":{},\"device\":\"{}\",\"arch\":\"{}\",\"isa\":\"{}\",\"cores\":{},"
      "\"tdp\":{:.8g},\"clock\":{:.8g},"
      "\"bandwidth\":{:.8g},\"dense\":{:.8g},\"experts\":{:.8g},\"all_experts\":{:.8g},\"output\":{:.8g},\"cache\":{:.8g},"
      "\"state\":{:.8g},\"attention\":{:.8g},\"fp32\":{:.8g},\"fp32_used\":{:.8g},\"fp32_batch\":{:.8g},\"fp16\":{:.8g},"
      "\"int8\":{:.8g},{}}}",
      site, records, load.speed.class_only, device != nullptr ? device->record_id : "",
      device != nullptr ? device->architecture : "", name_of(plan.machine.cpu.isa), plan.machine.cpu.physical_cores,
      figure(&Device::tdp_w), figure(&Device::boost_clock_hz), load.bandwidth_bytes_per_s, load.dense_bytes,
      load.expert_bytes, load.all_expert_bytes, load.output_bytes, sum.cache_bytes, sum.state_bytes, sum.attention_flops,
      figure(&Device::fp32_flops_per_s), load.speed.fp32_flops_per_s,
      site == k_host_site ? cpu_flops_per_s(plan.machine, device, std::nullopt) : load.speed.fp32_flops_per_s,
      figure(&Device::fp16_flops_per_s), figure(&Device::int8_ops_per_s), layers_json(plan, site));
}

}  // namespace

TEST_CASE("what the constants are fitted on", "[.features]") {
  for (const Run& run : runs()) {
    const Setup asked = setup_of(run);
    const ThroughputPlan plan =
        make_plan(asked.machine, asked.model, asked.weights, asked.settings, asked.placed.placement, data().books().speeds);
    std::string sites;
    for (std::size_t i = 0; i < plan.loads.size(); ++i) {
      if (!plan.loads[i].used()) continue;
      sites += (sites.empty() ? "" : ",") + site_json(plan, i, asked.usage.depth_tokens);
    }
    const ThroughputEstimate speed = asked.estimate();
    fmt::print(
        "{{\"weights\":{},\"expert_share\":{:.8g},\"gpu_hops\":{},\"host_hops\":{},\"tensor_parallel\":{},\"ubatch\":{},"
        "\"roofline\":{:.8g},\"decode\":{:.8g},\"prefill\":{:.8g},\"sites\":[{}]}}\n",
        weights_json(asked.weights), plan.expert_share, plan.gpu_hops, plan.host_hops, plan.tensor_parallel,
        asked.settings.ubatch, speed.roofline_tokens_per_s, speed.decode_tokens_per_s.typical,
        speed.prefill_tokens_per_s.typical, sites);
  }
}
