// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "json/archive.hpp"

namespace canirun::cli {

/// What the user says about money. Keys of the request's "money" object; every one has a flag.
struct MoneyRequest {
  std::optional<std::string> ownership;  ///< "own" | "buy"
  std::optional<json::Word> hardware_price_usd, electricity_usd_per_kwh;
  std::optional<std::string> region;
  std::optional<json::Word> active_w, idle_w, years_kept, annual_value_loss, prefix_cache_hit_share;
  std::optional<json::Word> reasoning_multiplier_api, reasoning_multiplier_local;
  std::optional<json::Word> maintenance_hours_per_month, maintenance_usd_per_hour, finance_rate;
  std::optional<bool> dedicated, host_included, batch_api;
  std::vector<std::string> subscriptions;  ///< "20/month", "200/year"
  std::optional<json::Word> api_fee_share, api_minimum_usd_per_month, peak_share, discount_rate;
  std::optional<std::string> currency;  ///< of amounts and texts, with how much of it one USD buys
  std::optional<json::Word> per_usd;
  std::optional<json::Word> heating_share, heat_usd_per_kwh, cooling_share;
};

/// How much it is used, where that differs from the profile.
struct UseRequest {
  std::optional<json::Word> requests_per_day;             ///< with the two below: tokens of a day
  std::optional<json::Word> input_tokens, output_tokens;  ///< of one request
  std::optional<json::Word> people, active_days_per_year, hours_per_day;
};

/// One question as it was asked, in the user's words; nothing is checked yet. A line of `check --requests` and the flags
/// of the command line fill the same struct; what is absent keeps the default of the thing it describes.
struct Request {
  /// Which names errors use: "--ctx" when it came from flags, "/context_tokens" when from JSON.
  enum class From { flags, json };
  From from = From::flags;

  std::optional<json::Word> id;
  std::string model;
  std::optional<std::string> quant;
  // the machine, when it is not this one
  std::optional<std::string> on;
  std::optional<json::Word> ram, vram, bandwidth;
  // how the engine is run
  std::optional<std::string> engine, engine_mode, backend;
  std::optional<json::Word> context_tokens, parallel, batch, ubatch, max_output_rows, gpu_layers, cpu_moe_layers, threads;
  std::optional<std::string> kv_type, kv_type_k, kv_type_v, split_mode;
  std::optional<bool> kv_unified, flash_attn, swa_full, op_offload, repack;
  // what runs beside the model
  std::optional<std::string> mmproj;  ///< a file, a size, or "auto"
  std::vector<std::string> lora;      ///< files or sizes
  std::optional<std::string> draft;   ///< a model, named as any
  // what for
  std::optional<std::string> profile, task, vs;
  std::optional<json::Word> prompt_tokens, depth_tokens;
  std::optional<json::Word> min_decode_tokens_per_s, max_time_to_first_token_s;
  std::optional<bool> private_data, air_gapped;
  std::optional<std::string> residency;
  std::vector<std::string> also_vs;  ///< opponents beside `vs`
  UseRequest use;
  MoneyRequest money;
};

template <class Archive>
void fields(Archive& a, MoneyRequest& m) {
  a.optional("ownership", m.ownership);
  a.optional("hardware_price_usd", m.hardware_price_usd);
  a.optional("electricity_usd_per_kwh", m.electricity_usd_per_kwh);
  a.optional("region", m.region);
  a.optional("active_w", m.active_w);
  a.optional("idle_w", m.idle_w);
  a.optional("years_kept", m.years_kept);
  a.optional("annual_value_loss", m.annual_value_loss);
  a.optional("prefix_cache_hit_share", m.prefix_cache_hit_share);
  a.optional("reasoning_multiplier_api", m.reasoning_multiplier_api);
  a.optional("reasoning_multiplier_local", m.reasoning_multiplier_local);
  a.optional("maintenance_hours_per_month", m.maintenance_hours_per_month);
  a.optional("maintenance_usd_per_hour", m.maintenance_usd_per_hour);
  a.optional("finance_rate", m.finance_rate);
  a.optional("dedicated", m.dedicated);
  a.optional("host_included", m.host_included);
  a.optional("batch_api", m.batch_api);
  a.optional("subscriptions", m.subscriptions);
  a.optional("api_fee_share", m.api_fee_share);
  a.optional("api_minimum_usd_per_month", m.api_minimum_usd_per_month);
  a.optional("peak_share", m.peak_share);
  a.optional("discount_rate", m.discount_rate);
  a.optional("currency", m.currency);
  a.optional("per_usd", m.per_usd);
  a.optional("heating_share", m.heating_share);
  a.optional("heat_usd_per_kwh", m.heat_usd_per_kwh);
  a.optional("cooling_share", m.cooling_share);
}

template <class Archive>
void fields(Archive& a, UseRequest& u) {
  a.optional("requests_per_day", u.requests_per_day);
  a.optional("input_tokens", u.input_tokens);
  a.optional("output_tokens", u.output_tokens);
  a.optional("people", u.people);
  a.optional("active_days_per_year", u.active_days_per_year);
  a.optional("hours_per_day", u.hours_per_day);
}

template <class Archive>
void fields(Archive& a, Request& r) {
  a.optional("id", r.id);
  a.required("model", r.model);
  a.optional("quant", r.quant);
  a.optional("on", r.on);
  a.optional("ram", r.ram);
  a.optional("vram", r.vram);
  a.optional("bandwidth", r.bandwidth);
  a.optional("context_tokens", r.context_tokens);
  a.optional("parallel", r.parallel);
  a.optional("kv_unified", r.kv_unified);
  a.optional("kv_type", r.kv_type);
  a.optional("kv_type_k", r.kv_type_k);
  a.optional("kv_type_v", r.kv_type_v);
  a.optional("flash_attn", r.flash_attn);
  a.optional("swa_full", r.swa_full);
  a.optional("batch", r.batch);
  a.optional("ubatch", r.ubatch);
  a.optional("max_output_rows", r.max_output_rows);
  a.optional("gpu_layers", r.gpu_layers);
  a.optional("cpu_moe_layers", r.cpu_moe_layers);
  a.optional("split_mode", r.split_mode);
  a.optional("op_offload", r.op_offload);
  a.optional("repack", r.repack);
  a.optional("engine", r.engine);
  a.optional("engine_mode", r.engine_mode);
  a.optional("backend", r.backend);
  a.optional("threads", r.threads);
  a.optional("mmproj", r.mmproj);
  a.optional("lora", r.lora);
  a.optional("draft", r.draft);
  a.optional("depth_tokens", r.depth_tokens);
  a.optional("prompt_tokens", r.prompt_tokens);
  a.optional("profile", r.profile);
  a.optional("task", r.task);
  a.optional("vs", r.vs);
  a.optional("min_decode_tokens_per_s", r.min_decode_tokens_per_s);
  a.optional("max_time_to_first_token_s", r.max_time_to_first_token_s);
  a.optional("private", r.private_data);
  a.optional("air_gapped", r.air_gapped);
  a.optional("residency", r.residency);
  a.optional("also_vs", r.also_vs);
  a.optional("use", r.use);
  a.optional("money", r.money);
}

}  // namespace canirun::cli
