// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/capability.hpp>
#include <canirun/cost.hpp>
#include <canirun/usage.hpp>

#include "catalog/fields_quality.hpp"
#include "json/fields_evidence.hpp"

/// Field lists of everything in data/usage, data/prices and data/capability.
namespace canirun {

template <class Archive>
void fields(Archive& a, UsageProfile& value) {
  a.required("id", value.id);
  a.optional("aliases", value.aliases);
  a.required("name", value.name);
  a.required("task", value.task);
  a.required("fresh_input_tokens_per_day", value.fresh_input_tokens_per_day);
  a.optional("cache_write_tokens_per_day", value.cache_write_tokens_per_day);
  a.optional("cache_read_tokens_per_day", value.cache_read_tokens_per_day);
  a.required("output_tokens_per_day", value.output_tokens_per_day);
  a.required("prompt_tokens", value.prompt_tokens);
  a.required("depth_tokens", value.depth_tokens);
  a.required("active_days_per_year", value.active_days_per_year);
  a.required("hours_available_per_day", value.hours_available_per_day);
  a.required("hours_powered_per_day", value.hours_powered_per_day);
  a.required("interactive", value.interactive);
  a.optional("people", value.people);
  a.optional("simple_share", value.simple_share);
  a.optional("escalation_share", value.escalation_share);
  a.required("provenance", value.provenance);
  a.optional("notes", value.notes);
}

template <class Archive>
void fields(Archive& a, PriceTier& value) {
  a.required("above_tokens", value.above_tokens);
  a.required("input_usd_per_mtok", value.input_usd_per_mtok);
  a.optional("cache_read_usd_per_mtok", value.cache_read_usd_per_mtok);
  a.optional("cache_write_usd_per_mtok", value.cache_write_usd_per_mtok);
  a.required("output_usd_per_mtok", value.output_usd_per_mtok);
}

template <class Archive>
void fields(Archive& a, PriceWindow& value) {
  a.required("from_utc", value.from_utc);
  a.required("to_utc", value.to_utc);
  a.required("input_usd_per_mtok", value.input_usd_per_mtok);
  a.optional("cache_read_usd_per_mtok", value.cache_read_usd_per_mtok);
  a.optional("cache_write_usd_per_mtok", value.cache_write_usd_per_mtok);
  a.required("output_usd_per_mtok", value.output_usd_per_mtok);
}

template <class Archive>
void fields(Archive& a, ApiPrice& value) {
  a.required("id", value.id);
  a.optional("aliases", value.aliases);
  a.required("provider", value.provider);
  a.required("model_name", value.model_name);
  a.optional("open_model", value.open_model);
  a.required("input_usd_per_mtok", value.input_usd_per_mtok);
  a.optional("cache_read_usd_per_mtok", value.cache_read_usd_per_mtok);
  a.optional("cache_write_usd_per_mtok", value.cache_write_usd_per_mtok);
  a.required("output_usd_per_mtok", value.output_usd_per_mtok);
  a.optional("batch_discount", value.batch_discount);
  a.optional("above_tokens", value.above_tokens);
  a.optional("tiers", value.tiers);
  a.optional("windows", value.windows);
  a.optional("fee_share", value.fee_share);
  a.optional("minimum_usd_per_month", value.minimum_usd_per_month);
  a.optional("regions", value.regions);
  a.optional("served_precision", value.served_precision);
  a.optional("valid_until", value.valid_until);
  a.optional("default_comparator", value.default_comparator);
  a.optional("context_tokens", value.context_tokens);
  a.optional("released", value.released);
  a.optional("input_kinds", value.input_kinds);
  a.optional("open_weights", value.open_weights);
  a.optional("quality", value.quality);
  a.required("provenance", value.provenance);
  a.optional("notes", value.notes);
}

template <class Archive>
void fields(Archive& a, RegionOffer& value) {
  a.required("region", value.region);
  a.optional("surcharge_share", value.surcharge_share);
  a.optional("only", value.only);
  a.optional("condition", value.condition);
}

template <class Archive>
void fields(Archive& a, ProviderTerms& value) {
  a.required("id", value.id);
  a.required("name", value.name);
  a.optional("regions", value.regions);
  a.optional("regions_provenance", value.regions_provenance);
  a.optional("fee_share", value.fee_share);
  a.optional("fee_provenance", value.fee_provenance);
  a.optional("storage_usd_per_gb_month", value.storage_usd_per_gb_month);
  a.optional("storage_provenance", value.storage_provenance);
  a.optional("notes", value.notes);
}

template <class Archive>
void fields(Archive& a, HardwarePrice& value) {
  a.required("id", value.id);
  a.optional("device_records", value.device_records);
  a.required("name", value.name);
  a.required("whole_system", value.whole_system);
  a.optional("memory_bytes", value.memory_bytes);
  a.optional("new_usd", value.new_usd);
  a.optional("used_usd", value.used_usd);
  a.optional("new_provenance", value.new_provenance);
  a.optional("used_provenance", value.used_provenance);
  a.optional("inference_w", value.inference_w);
  a.optional("idle_w", value.idle_w);
  a.optional("idle_loaded_w", value.idle_loaded_w);
  a.optional("board_limit_w", value.board_limit_w);
  a.required("resale_class", value.resale_class);
  a.required("provenance", value.provenance);
  a.optional("notes", value.notes);
}

template <class Archive>
void fields(Archive& a, ResaleClass& value) {
  a.required("id", value.id);
  a.required("annual_value_loss", value.annual_value_loss);
  a.required("provenance", value.provenance);
  a.optional("notes", value.notes);
}

template <class Archive>
void fields(Archive& a, RentalPrice& value) {
  a.required("id", value.id);
  a.required("hardware", value.hardware);
  a.required("provider", value.provider);
  a.required("usd_per_hour", value.usd_per_hour);
  a.optional("community", value.community);
  a.optional("serverless", value.serverless);
  a.optional("cold_start_s", value.cold_start_s);
  a.required("provenance", value.provenance);
}

/// The region is the record's id.
template <class Archive>
void fields(Archive& a, ElectricityPrice& value) {
  a.required("id", value.region);
  a.required("name", value.name);
  a.optional("usd_per_kwh", value.usd_per_kwh);
  a.optional("co2_g_per_kwh", value.co2_g_per_kwh);
  a.required("provenance", value.provenance);
  a.optional("notes", value.notes);
}

template <class Archive>
void fields(Archive& a, HostDefaults& value) {
  a.required("id", value.id);
  a.required("cost_usd", value.cost_usd);
  a.required("idle_w", value.idle_w);
  a.required("active_extra_w", value.active_extra_w);
  a.required("psu_efficiency", value.psu_efficiency);
  a.required("provenance", value.provenance);
  a.optional("notes", value.notes);
}

template <class Archive>
void fields(Archive& a, BenchmarkMeaning& value) {
  a.required("id", value.id);
  a.required("benchmark", value.benchmark);
  a.required("task", value.task);
  a.required("weight", value.weight);
  a.required("close_within", value.close_within);
  a.required("assists_within", value.assists_within);
  a.required("scale_low", value.scale_low);
  a.required("scale_high", value.scale_high);
  a.required("provenance", value.provenance);
  a.optional("notes", value.notes);
}

/// One record, id "default".
template <class Archive>
void fields(Archive& a, UsabilityThresholds& value) {
  a.required("id", value.id);
  a.required("unusable_below_tokens_per_s", value.unusable_below_tokens_per_s);
  a.required("batch_only_below_tokens_per_s", value.batch_only_below_tokens_per_s);
  a.required("readable_below_tokens_per_s", value.readable_below_tokens_per_s);
  a.required("comfortable_below_tokens_per_s", value.comfortable_below_tokens_per_s);
  a.required("slow_first_token_s", value.slow_first_token_s);
  a.required("provenance", value.provenance);
  a.optional("notes", value.notes);
}

}  // namespace canirun
