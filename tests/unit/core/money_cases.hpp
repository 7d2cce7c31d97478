// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/cost.hpp>
#include <canirun/verdict.hpp>

/// A small world for the money and verdict tests: one card, one model, a handful of prices. Figures are made up and round.
namespace canirun::money_cases {

inline Machine one_card() {
  Machine machine;
  machine.origin = "--on RTX Test";
  machine.cpu.physical_cores = 8;
  machine.pools.resize(2);
  machine.pools[0].id = "host";
  machine.pools[0].total_bytes = 64ULL << 30U;
  machine.pools[1].id = "gpu0";
  machine.pools[1].kind = PoolKind::gpu;
  machine.pools[1].total_bytes = 24ULL << 30U;
  Device cpu;
  cpu.id = "cpu";
  cpu.kind = DeviceKind::cpu;
  cpu.tdp_w = 100;
  Device gpu;
  gpu.id = "gpu0";
  gpu.kind = DeviceKind::discrete_gpu;
  gpu.vendor = Vendor::nvidia;
  gpu.name = "RTX Test";
  gpu.record_id = "nvidia/test";
  gpu.architecture = "ada";
  gpu.pool = 1;
  machine.devices = {cpu, gpu};
  return machine;
}

inline Machine cpu_only() {
  Machine machine = one_card();
  machine.devices.pop_back();
  machine.pools.pop_back();
  return machine;
}

inline ModelSpec dense_model() {
  ModelSpec model;
  model.id = "model-8b";
  model.name = "Model 8B";
  model.parameter_count = 8'000'000'000;
  return model;
}

inline ThroughputEstimate speed(double decode, double prefill) {
  ThroughputEstimate estimate;
  estimate.decode_tokens_per_s = Range::around(decode, 1.1);
  estimate.prefill_tokens_per_s = Range::around(prefill, 1.2);
  estimate.time_to_first_token_s = Range::around(2000 / prefill, 1.2);
  return estimate;
}

inline ApiPrice api(const char* id, double input, double output, const char* open_model = "") {
  ApiPrice price;
  price.id = id;
  price.provider = "Provider";
  price.model_name = id;
  price.open_model = open_model;
  price.input_usd_per_mtok = input;
  price.output_usd_per_mtok = output;
  price.provenance = {.basis = Basis::published, .source = "list", .retrieved = "2026-09-23"};
  return price;
}

inline PriceBook book() {
  PriceBook prices;
  prices.api = {api("dear/frontier", 2, 10), api("cheap/model-8b", 0.05, 0.08, "model-8b"),
                api("dearer/model-8b", 0.2, 0.4, "model-8b")};
  prices.api[0].default_comparator = true;
  HardwarePrice card;
  card.id = "test-card";
  card.name = "RTX Test";
  card.device_records = {"nvidia/test"};
  card.used_usd = Range{1000, 1200, 1500};
  card.used_provenance = Provenance{.basis = Basis::published, .source = "seen", .retrieved = "2026-09"};
  card.inference_w = Range{200, 280, 360};
  card.idle_w = 10;
  card.idle_loaded_w = 19;
  card.board_limit_w = 450;
  card.resale_class = "card";
  card.provenance.basis = Basis::published;
  prices.hardware = {card};
  prices.resale = {{.id = "card", .annual_value_loss = {0.05, 0.2, 0.4}, .provenance = {}, .notes = {}}};
  prices.rental.resize(2);
  prices.rental[0].provider = "Open";
  prices.rental[0].usd_per_hour = {0.2, 0.3, 0.4};
  prices.rental[0].community = true;
  prices.rental[1].provider = "Closed";
  prices.rental[1].usd_per_hour = {0.6, 0.7, 0.8};
  for (RentalPrice& rental : prices.rental) rental.hardware = "test-card";
  prices.electricity.resize(2);
  prices.electricity[0].region = "US";
  prices.electricity[0].usd_per_kwh = 0.2;
  prices.electricity[0].co2_g_per_kwh = 400;
  prices.electricity[1].region = "XX";
  prices.host.cost_usd = {900, 1500, 2200};
  prices.host.idle_w = {25, 40, 90};
  prices.host.active_extra_w = {5, 20, 60};
  return prices;
}

inline UsageProfile chat_day() {
  UsageProfile usage;
  usage.id = "chat";
  usage.fresh_input_tokens_per_day = 100'000;
  usage.cache_read_tokens_per_day = 200'000;
  usage.output_tokens_per_day = 40'000;
  return usage;
}

}  // namespace canirun::money_cases
