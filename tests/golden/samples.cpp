// SPDX-License-Identifier: MIT
// Samples name only the members they are about; new members of the vocabulary must not break them.
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
#include "samples.hpp"

#include <canirun/units.hpp>

namespace canirun::samples {
namespace {

constexpr std::uint64_t mib(double count) { return static_cast<std::uint64_t>(count * static_cast<double>(k_mib)); }

ModelSpec dense_model(std::string id, std::string name, std::size_t layers, std::uint64_t parameters) {
  ModelSpec model;
  model.id = std::move(id);
  model.name = std::move(name);
  model.vendor = "Alibaba";
  model.licence = "Apache-2.0";
  model.hf_repo = "Qwen/Qwen2.5-Coder-7B-Instruct";
  model.ollama_tag = "qwen2.5-coder:7b";
  model.architecture = "qwen2";
  model.parameter_count = parameters;
  model.context_limit_tokens = 131072;
  model.vocab_size = 152064;
  model.layers.assign(layers, LayerSpec{});
  model.provenance = {
      .basis = Basis::published, .source = "config.json of the model's repository", .retrieved = "2026-11-20"};
  return model;
}

QuantScheme quant(std::string id) {
  QuantScheme scheme;
  scheme.id = std::move(id);
  scheme.provenance = {.basis = Basis::published, .source = "llama-quant.cpp", .retrieved = "2026-11-20"};
  return scheme;
}

PoolMemory pool_memory(std::uint32_t pool, const MemoryParts& parts, std::uint64_t usable) {
  return {
      .pool = pool, .parts = parts, .used_bytes = parts.total(), .required_bytes = parts.total(), .usable_bytes = usable};
}

LocalCost local_cost() {
  LocalCost cost;
  cost.active_w = 402;
  cost.prefill_w = 470;
  cost.idle_w = 12;
  cost.watts_basis = Basis::measured;
  cost.kwh_per_day = 0.42;
  cost.electricity_usd_per_kwh = 0.1831;
  cost.electricity_usd_per_year = 17.7;
  cost.cash_usd_per_day = 0.077;
  cost.usd_per_day = 0.077;
  cost.usd_per_year = 17.7;
  cost.economic_usd_per_year = 455;
  cost.usd_per_year_range = {13.1, 17.7, 24.9};
  cost.marginal_usd_per_mtok_output = 0.151;
  cost.marginal_usd_per_mtok_input = 0.004;
  cost.price_source = "street prices";
  cost.price_date = "2026-11-20";
  return cost;
}

CostEstimate money() {
  CostEstimate cost;
  cost.local_own = local_cost();
  cost.local_buy = local_cost();
  cost.local_buy->hardware_price_known = true;
  cost.local_buy->hardware_price_usd = 2362;
  cost.local_buy->resale_usd = 1052;
  cost.local_buy->capital_usd_per_year = 437;
  cost.local_buy->usd_per_year = 454.7;
  cost.local_buy->usd_per_day = 1.98;
  cost.local_buy->usd_per_year_range = {310, 454.7, 690};
  cost.capacity = {.active_hours_per_day = 0.6,
                   .utilisation = 0.075,
                   .feasible = true,
                   .max_output_tokens_per_day = 320'000,
                   .prefill_bound = false,
                   .prefill_hours_per_day = 0.1,
                   .decode_hours_per_day = 0.5,
                   .hours_available_per_day = 8,
                   .allowed_utilisation = 0.8};
  cost.api = {{.price_id = "anthropic/claude-sonnet-4.5",
               .name = "Claude Sonnet 4.5",
               .provider = "Anthropic",
               .usd_per_day = 1.10,
               .usd_per_year = 253,
               .usd_per_year_range = {152, 253, 380},
               .input_usd_per_mtok = 3,
               .output_usd_per_mtok = 15,
               .cache_read_usd_per_mtok = 0.3,
               .price_date = "2026-09-23",
               .cache_discount = true,
               .grows_usd_per_year = 253},
              {.price_id = "deepinfra/qwen2.5-coder-7b",
               .name = "Qwen2.5-Coder 7B",
               .provider = "DeepInfra",
               .same_model = true,
               .usd_per_day = 0.05,
               .usd_per_year = 11.5,
               .usd_per_year_range = {7, 11.5, 17},
               .input_usd_per_mtok = 0.03,
               .output_usd_per_mtok = 0.09,
               .price_date = "2026-05-01",
               .price_is_old = true,
               .grows_usd_per_year = 11.5}};
  cost.rent = RentCost{.hardware = "RTX 4090",
                       .provider = "RunPod",
                       .usd_per_hour = 0.69,
                       .hours_per_day = 8,
                       .usd_per_year = 1269.6,
                       .price_source = "a price list",
                       .price_date = "2026-09-23"};
  cost.rent_serverless = RentCost{.hardware = "RTX 4090",
                                  .provider = "RunPod serverless",
                                  .usd_per_hour = 1.1,
                                  .hours_per_day = 1.5,
                                  .usd_per_year = 379.5,
                                  .serverless = true,
                                  .start_s = 80,
                                  .price_source = "a price list",
                                  .price_date = "2026-09-23"};
  cost.hybrid = HybridCost{.local_share = 0.5, .escalation_share = 0.2, .usd_per_day = 0.52, .usd_per_year = 119.6};
  cost.break_even = {{.ownership = Ownership::buy,
                      .output_tokens_per_day = 41'000,
                      .times_stated_use = 1.4,
                      .payback_months = 29.7,
                      .simple_payback_months = 24.1,
                      .against = "anthropic/claude-sonnet-4.5"},
                     {.ownership = Ownership::buy,
                      .never = true,
                      .reason = "the API costs less than the electricity",
                      .against = "deepinfra/qwen2.5-coder-7b"}};
  cost.drivers = {{.name = "usage x0.5-x2", .swing_usd_per_year = 380}, {.name = "API price", .swing_usd_per_year = 228}};
  cost.payback = {{.what = "card price over API bill", .months = 24.1},
                  {.what = "electricity counted", .months = 29.7},
                  {.what = "working days", .months = std::nullopt}};
  cost.leaves_out = {"the PC around the card", "waiting time"};
  cost.output_tokens_per_day = 30'000;
  cost.input_tokens_per_day = 180'000;
  cost.cached_tokens_per_day = 180'000;
  cost.active_days_per_year = 230;
  return cost;
}

Capability coding_assists() {
  Capability capability;
  capability.task = Task::coding;
  capability.level = CapabilityLevel::assists;
  capability.score = 0.41;
  capability.gap_to_reference = 0.33;
  capability.reference = "Claude Sonnet 4.5";
  capability.grade = "C";
  capability.evidence = {{.benchmark = "SWE-bench Verified",
                          .local_value = 21.4,
                          .reference_value = 77.2,
                          .self_reported = false,
                          .weight = 1,
                          .source = "https://example.org/leaderboard",
                          .retrieved = "2026-10-01"},
                         {.benchmark = "HumanEval",
                          .local_value = 88.4,
                          .reference_value = std::nullopt,
                          .self_reported = true,
                          .weight = 0.3,
                          .source = "model card",
                          .retrieved = "2026-10-01"}};
  return capability;
}

Question coding_question(std::uint32_t context) {
  Question question;
  question.settings.context_tokens = context;
  question.usage.id = "coding_chat";
  question.usage.task = Task::coding;
  question.usage.prompt_tokens = 2048;
  question.usage.depth_tokens = 4096;
  return question;
}

}  // namespace

Sample fits() {
  Sample sample;
  sample.request = {.id = std::nullopt,
                    .model = "qwen2.5-coder-7b",
                    .quant = "Q4_K_M",
                    .depth_tokens = 4096,
                    .prompt_tokens = 2048,
                    .profile = "coding_chat"};
  sample.machine = workstation();
  sample.model = dense_model("qwen2.5-coder-7b", "Qwen2.5-Coder 7B Instruct", 28, 7'615'616'512);
  sample.quant = quant("Q4_K_M");
  sample.question = coding_question(16384);

  const MemoryParts card{
      .weights_bytes = mib(4168), .kv_cache_bytes = mib(896), .compute_bytes = mib(304), .runtime_overhead_bytes = mib(420)};
  const MemoryParts host{.weights_bytes = mib(292), .compute_bytes = mib(39), .output_bytes = mib(0.58)};
  Assessment& result = sample.assessment;
  result.weights.file_bytes = 4'683'073'632;
  result.placed.placement = {.status = FitStatus::fits,
                             .fits_now = true,
                             .fits_idle = true,
                             .layers = {},
                             .output_pool = 1,
                             .gpu_layers = 29,
                             .expert_layers_on_cpu = 0,
                             .headroom_bytes = static_cast<std::int64_t>(mib(16740)),
                             .limiting_pool = 1,
                             .max_context_tokens = 131072};
  result.placed.memory.parts = card;
  result.placed.memory.parts.weights_bytes += host.weights_bytes;
  result.placed.memory.parts.compute_bytes += host.compute_bytes;
  result.placed.memory.parts.output_bytes += host.output_bytes;
  result.placed.memory.pools = {pool_memory(0, host, 56 * k_gib), pool_memory(1, card, 22 * k_gib)};
  result.placed.memory.kv_bytes_per_token = 57344;

  ThroughputEstimate speed;
  speed.decode_tokens_per_s = {118, 135, 152};
  speed.prefill_tokens_per_s = {5200, 8100, 10400};
  speed.time_to_first_token_s = {0.21, 0.26, 0.4};
  speed.roofline_tokens_per_s = 219;
  speed.pools = {
      {.pool = 1, .weight_bytes = 4.37e9, .kv_bytes = 0.23e9, .effective_bandwidth_bytes_per_s = 760e9, .seconds = 0.0074}};
  speed.by_depth = {{.depth_tokens = 0, .decode_tokens_per_s = {124, 141, 158}},
                    {.depth_tokens = 4096, .decode_tokens_per_s = {118, 135, 152}},
                    {.depth_tokens = 16384, .decode_tokens_per_s = {96, 110, 124}},
                    {.depth_tokens = 32768, .decode_tokens_per_s = {80, 92, 104}}};
  speed.how_known = "constants of ada, fitted on 212 measured runs";
  result.speed = speed;
  result.usability = {.level = UsabilityLevel::fast, .reason = "135 tok/s typical, first word after 0.3 s"};
  result.capability = coding_assists();
  result.cost = money();
  result.verdict = {.answer = canirun::Answer::hybrid,
                    .yes = true,
                    .worth_it = true,
                    .reasons = {{"fits", "fits with 16.3 GiB to spare"},
                                {"assists", "assists with coding, clearly behind Claude Sonnet 4.5"},
                                {"cheaper_local", "a day costs $0.08 here, $0.52 with both, $1.10 at the API"}},
                    .suggestions = {},
                    .confidence = Confidence::high};
  return sample;
}

Sample split() {
  Sample sample = fits();
  sample.request.model = "qwen3-coder-30b-a3b";
  sample.request.on = "RTX 4090";
  sample.model = dense_model("qwen3-coder-30b-a3b", "Qwen3-Coder 30B-A3B Instruct", 48, 30'532'122'624);
  sample.model.architecture = "qwen3moe";
  sample.model.active_parameter_count = 3'300'000'000;
  sample.model.ollama_tag = "qwen3-coder:30b";
  sample.quant = quant("Q8_0");
  sample.question.settings.kv_type_k = sample.question.settings.kv_type_v = TensorType::q8_0;
  sample.question.settings.parallel = 2;
  Assessment& result = sample.assessment;
  result.weights.file_bytes = 32'483'935'392;
  result.placed.placement = {.status = FitStatus::fits_offloaded,
                             .fits_now = true,
                             .fits_idle = true,
                             .layers = {},
                             .output_pool = 1,
                             .gpu_layers = 49,
                             .expert_layers_on_cpu = 17,
                             .headroom_bytes = static_cast<std::int64_t>(mib(310)),
                             .limiting_pool = 1,
                             .max_context_tokens = 20480};
  const MemoryParts card{.weights_bytes = mib(20900),
                         .kv_cache_bytes = mib(816),
                         .compute_bytes = mib(302),
                         .runtime_overhead_bytes = mib(420)};
  const MemoryParts host{.weights_bytes = mib(10070), .compute_bytes = mib(36), .output_bytes = mib(1.2)};
  result.placed.memory.parts = {.weights_bytes = mib(30970),
                                .kv_cache_bytes = mib(816),
                                .compute_bytes = mib(338),
                                .output_bytes = mib(1.2),
                                .runtime_overhead_bytes = mib(420)};
  result.placed.memory.pools = {pool_memory(0, host, 56 * k_gib), pool_memory(1, card, 22 * k_gib)};
  result.speed->decode_tokens_per_s = {31, 38, 47};
  result.usability = {.level = UsabilityLevel::comfortable, .reason = "38 tok/s typical"};
  result.verdict.answer = canirun::Answer::run_local;
  result.verdict.confidence = Confidence::medium;
  result.verdict.suggestions = {{"canirun check qwen3-coder-30b-a3b --quant Q4_K_M", "everything on the GPU"}};
  return sample;
}

Sample too_big() {
  Sample sample = fits();
  sample.request = {.id = "row 7",
                    .model = "llama-3.3-70b",
                    .quant = "Q4_K_M",
                    .depth_tokens = 4096,
                    .prompt_tokens = 2048,
                    .profile = "chat_light"};
  sample.machine = laptop();
  sample.model = dense_model("llama-3.3-70b", "Llama 3.3 70B Instruct", 80, 70'553'706'496);
  sample.model.vendor = "Meta";
  sample.model.hf_repo = "meta-llama/Llama-3.3-70B-Instruct";
  sample.model.ollama_tag = "llama3.3:70b";
  sample.model.architecture = "llama";
  sample.question.usage.task = Task::chat;
  Assessment& result = sample.assessment;
  result.weights.file_bytes = 42'520'398'464;
  result.placed.placement = {
      .status = FitStatus::does_not_fit, .headroom_bytes = -static_cast<std::int64_t>(mib(34900)), .limiting_pool = 0};
  result.placed.memory.parts = {
      .weights_bytes = mib(40543), .kv_cache_bytes = mib(5120), .compute_bytes = mib(324), .output_bytes = mib(0.49)};
  result.placed.memory.pools = {pool_memory(0, result.placed.memory.parts, 11 * k_gib)};
  result.speed = std::nullopt;
  result.usability = {};
  result.capability = {};
  result.capability.grade = "?";
  result.cost = money();
  result.cost.api.resize(1);
  result.cost.local_own.reset();
  result.cost.local_buy.reset();
  result.cost.rent.reset();
  result.cost.rent_serverless.reset();
  result.cost.hybrid.reset();
  result.cost.capacity = {};
  result.cost.break_even.clear();
  result.cost.payback.clear();
  result.cost.drivers.clear();
  result.cost.local_own_missing = "it does not run here";
  result.cost.local_buy_missing = "it does not run here";
  result.verdict = {.answer = canirun::Answer::cannot_run,
                    .yes = false,
                    .worth_it = false,
                    .reasons = {{"does_not_fit", "needs 44.9 GiB, 11.0 GiB usable: 34.1 GiB missing"}},
                    .suggestions = {{"canirun check llama-3.1-8b", "the same family at 8B: 5.3 GiB"},
                                    {"canirun check llama-3.3-70b --on \"2x RTX 3090\"", "48 GiB of GPU memory"}},
                    .confidence = Confidence::high};
  return sample;
}

Sample hostile() {
  Sample sample = fits();
  sample.model.name =
      "Evil\x1b[31m\x07Model\r\n\xe2\x80\xae"
      "7B \xff 模型";
  sample.model.hf_repo = "a/b; rm -rf $HOME";
  sample.model.ollama_tag = "x'y";
  sample.machine.devices[1].name = "RTX\x1b]0;title\x07 4090";
  sample.assessment.verdict.reasons.front().text = "fits\x1b[2J";
  return sample;
}

}  // namespace canirun::samples
