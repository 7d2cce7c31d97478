// SPDX-License-Identifier: MIT
// The part of the assessment document that says how fast, and what others measured.
#include "report/sections.hpp"

namespace canirun::report {
namespace {

void write_concurrency(Node& node, const ThroughputEstimate& speed) {
  if (!speed.concurrent) return node.set_null("concurrency");
  const ConcurrentSpeed& many = *speed.concurrent;
  node.object("concurrency", [&](Node entry) {
    entry.set("requests", many.sequences);
    entry.set("each_tokens_per_s", many.each_tokens_per_s);
    entry.set("total_tokens_per_s", many.total_tokens_per_s);
    entry.set("expert_share_touched", many.expert_share_touched);
    entry.set("cache_bytes_per_step", many.cache_bytes);
    entry.set("most_requests", many.most_sequences);
    entry.set("basis", Basis::assumed);
  });
}

void write_speculation(Node& node, const ThroughputEstimate& speed) {
  if (!speed.speculative) return node.set_null("speculative");
  const SpeculativeSpeed& drafted = *speed.speculative;
  node.object("speculative", [&](Node entry) {
    entry.set("drafting", drafted.kind);
    entry.set("decode_tokens_per_s", drafted.decode_tokens_per_s);
    entry.set("draft_tokens", drafted.draft_tokens);
    entry.set("acceptance_share", drafted.acceptance);
    entry.set("tokens_per_check", drafted.tokens_per_step);
    entry.set("draft_step_s", drafted.draft_step_s);
    entry.set("check_step_s", drafted.check_step_s);
    entry.set("speedup", drafted.speedup);
    entry.set("basis", drafted.basis);
    entry.set("source", drafted.source);
  });
}

void set_published(Node& entry, std::string_view key, const std::optional<PublishedSpeed>& speed) {
  if (!speed) return entry.set_null(key);
  entry.object(key, [&](Node inner) {
    inner.set("measured_tokens_per_s", speed->measured);
    inner.set("estimate_tokens_per_s", speed->estimate);
  });
}

void write_published(Node& node, const std::vector<PublishedRun>& runs) {
  node.objects("published_runs", runs, [](Node entry, const PublishedRun& run) {
    entry.set("quant", run.quant);
    entry.set("program", run.program);
    entry.set("build", run.build);
    entry.set("backend", run.backend);
    entry.set("depth_tokens", run.depth_tokens);
    entry.set("prompt_tokens", run.prompt_tokens);
    set_published(entry, "decode", run.decode);
    set_published(entry, "prefill", run.prefill);
    entry.set("source", run.source);
  });
}

}  // namespace

void write_throughput(Node root, const Answer& answer) {
  if (!answer.assessment.speed) return root.set_null("throughput");
  const ThroughputEstimate& speed = *answer.assessment.speed;
  root.object("throughput", [&](Node node) {
    node.set("decode_tokens_per_s", speed.decode_tokens_per_s);
    node.set("prefill_tokens_per_s", speed.prefill_tokens_per_s);
    node.set("time_to_first_token_s", speed.time_to_first_token_s);
    node.set("roofline_tokens_per_s", speed.roofline_tokens_per_s);
    node.set("bottleneck", speed.bottleneck);
    node.set("basis", speed.basis);
    node.set("how_known", speed.how_known);
    node.objects("pools", speed.pools, [&](Node entry, const PoolTime& time) {
      set_pool(entry, "pool", answer.machine, time.pool);
      entry.set("weight_bytes_per_token", time.weight_bytes);
      entry.set("kv_bytes_per_token", time.kv_bytes);
      entry.set("effective_bandwidth_bytes_per_s", time.effective_bandwidth_bytes_per_s);
      entry.set("seconds_per_token", time.seconds);
    });
    node.objects("by_depth", speed.by_depth, [](Node entry, const DepthSpeed& at) {
      entry.set("depth_tokens", at.depth_tokens);
      entry.set("decode_tokens_per_s", at.decode_tokens_per_s);
    });
    write_concurrency(node, speed);
    write_speculation(node, speed);
    if (!answer.published.empty()) write_published(node, answer.published);
  });
}

}  // namespace canirun::report
