// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/engine.hpp>
#include <canirun/throughput.hpp>
#include <optional>
#include <string>
#include <vector>

namespace canirun {

/// Storage types whose weights cost about the same to unpack.
enum class WeightClass : std::uint8_t { f16, bf16, q8, q4, q4_k, q5_k, q6_k, q2_k, iq4, iq, mxfp4, int4 };
constexpr auto enum_names(WeightClass) {
  return std::array<std::string_view, 12>{"f16",  "bf16", "q8",  "q4", "q4_k",  "q5_k",
                                          "q6_k", "q2_k", "iq4", "iq", "mxfp4", "int4"};
}
WeightClass weight_class(TensorType type);

/// The peak rate of the device that prefill is measured against.
enum class ComputeUnit : std::uint8_t { fp32, fp16, int8 };
constexpr auto enum_names(ComputeUnit) { return std::array<std::string_view, 3>{"fp32", "fp16", "int8"}; }

/// What one class of weights costs on a device.
struct WeightCost {
  WeightClass weights = WeightClass::f16;
  std::optional<double> decode_flops_per_weight;  ///< fp32 operations to unpack and multiply one weight
  std::optional<double> prefill_slowdown;         ///< time of a batched product relative to q4_k; 1: the same
};

/// What decode takes on a backend for one class of weights, against what the vendor's own takes: kernels of different hands
/// are good at different types.
struct WeightSlowdown {
  WeightClass weights = WeightClass::f16;
  double decode_slowdown = 1;
};

/// Measured over estimated: `low` is the 10th percentile, `high` the 90th. Both > 0, low <= 1 <= high.
struct SpeedSpread {
  double low = 0.6;
  double high = 1.4;
};

/// How much slower than the vendor's own backend another one is; 1: the same.
struct BackendSpeed {
  Backend backend = Backend::vulkan;
  double weight_slowdown = 1;
  double kv_slowdown = 1;
  double prefill_slowdown = 1;
  double attention_slowdown = 1;
  double overhead_slowdown = 1;     ///< of launches and synchronisation
  double f16_prefill_slowdown = 1;  ///< of 16-bit weights, on top
  double bf16_prefill_slowdown = 1;
  double bf16_expert_slowdown = 1;          ///< of routed experts stored in bf16, on top: decode
  double bf16_expert_prefill_slowdown = 1;  ///< and prefill
  std::vector<WeightSlowdown> weights = {};
  /// Where its runs scatter differently from those of the vendor's own backend: drivers and versions differ.
  std::optional<SpeedSpread> decode_spread = {}, prefill_spread = {};
};

/// Time relative to llama.cpp on the same files; 1: the same.
struct EngineSpeed {
  Engine engine = Engine::llama_cpp;
  double decode_slowdown = 1;
  double prefill_slowdown = 1;
};

/// A device known to be off its family's line, for a reason that its record does not carry (ECC on graphics memory).
struct DeviceSlowdown {
  std::string device;  ///< record id
  double decode_slowdown = 1;
};

/// What a family of devices makes of its spec sheet. One record each in data/speed/; data/speed/README.md says how each
/// constant was fitted. A member that is absent is looked up in the record named by `inherits`.
struct SpeedConstants {
  std::string id;        ///< "ada", "ampere/8.0", "cpu/x86", "class/nvidia"
  std::string inherits;  ///< "class/nvidia"; "" ends the chain

  std::optional<double> bandwidth_fraction;               ///< of spec bandwidth that weight reads reach
  std::optional<double> bandwidth_reference_bytes_per_s;  ///< where bandwidth_fraction holds
  std::optional<double> bandwidth_exponent;               ///< the fraction goes with (bandwidth / reference) to this power
  /// What engines get from the memory of several sockets goes with their number to 1 + this: pages lie where they were
  /// first written, and cores of the other socket fetch them over the link.
  std::optional<double> socket_exponent;
  std::optional<double> kv_bandwidth_fraction;  ///< of the weight read rate that cache reads reach
  std::optional<double> kv_grouping_exponent;   ///< that rate goes with (query heads per K/V head / 4) to this power
  std::optional<double> kv_slowdown_without_flash_attention;
  std::optional<double> attention_flops_slowdown;  ///< decode attention against fp32 peak; 0: never compute-bound
  std::optional<double> layer_overhead_s;          ///< per plain layer and token
  std::optional<double> token_overhead_s;          ///< per token: sampling, launch, synchronisation
  std::optional<double> overhead_slowdown_without_flash_attention;
  std::optional<double> expert_slowdown;        ///< reads of routed experts against dense weights
  std::optional<double> recurrent_layer_units;  ///< overhead of a linear-attention or SSM layer, in plain layers
  std::optional<double> moe_layer_units;        ///< overhead of a layer with experts, in plain layers
  std::optional<double> norm_layer_units;       ///< of one that norms its results too (Gemma): more kernels

  std::optional<ComputeUnit> prefill_unit;
  std::optional<double> prefill_fraction;          ///< of that unit's peak, q4_k
  std::optional<double> prefill_core_exponent;     ///< a processor's peak goes with (cores / 8) to this power: shared power
  std::optional<double> prefill_layer_overhead_s;  ///< per layer and micro-batch
  std::optional<double> prefill_attention_fraction;   ///< attention against weight products, flop for flop
  std::optional<double> attention_grouping_exponent;  ///< its rate goes with (query heads per K/V head / 4) to this power
  std::optional<double> attention_head_exponent;      ///< and with (head length / 128) to this one
  std::optional<double> prefill_slowdown_without_flash_attention;
  std::optional<double> attention_slowdown_without_flash_attention;
  /// Bytes moved for every score of a query and a key: without flash attention they are written out, masked, summed and
  /// read again, which is what small models with many heads wait for.
  std::optional<double> score_bytes_without_flash_attention;
  std::optional<double> prefill_expert_slowdown;
  std::optional<double> prefill_expert_rows;  ///< batch rows an expert needs to reach half its rate

  std::optional<double> pool_hop_s;     ///< handing a token from one GPU to the next
  std::optional<double> host_hop_s;     ///< between a GPU and the CPU
  std::optional<double> pipeline_gain;  ///< share of ideal pipelining that several GPUs reach in prefill
  std::optional<double> windows_overhead_slowdown, windows_prefill_slowdown;
  /// Rates of the cores go with (power limit / design power) to this power when a limit is set below it; memory does not.
  std::optional<double> power_limit_exponent;
  /// Design power a card has for each operation per second of its unit's peak, in J: the middle of its family. One with less
  /// (a small or passive card with many units) can't hold the peak's clock; its rate goes with the missing share to
  /// `power_starved_exponent`.
  std::optional<double> prefill_joules_per_operation, power_starved_exponent;
  std::optional<double> unpacking_slowdown;  ///< decode_flops_per_weight times this: how a family does it against its class
  std::optional<double> laptop_slowdown, laptop_prefill_slowdown;  ///< of laptop GPUs: power, heat, a slower host

  std::vector<WeightCost> weight_costs;
  std::vector<BackendSpeed> backends;
  std::vector<EngineSpeed> engines;
  std::vector<DeviceSlowdown> devices;
  std::optional<SpeedSpread> decode_spread, prefill_spread;
  /// Models with experts scatter more: both ends of a range to this power.
  std::optional<double> mixture_spread_exponent, mixture_prefill_spread_exponent;

  std::uint32_t rows = 0;   ///< measured runs it was fitted on
  std::uint32_t parts = 0;  ///< different devices among them
  Provenance provenance;
  std::string notes;
};
/// What an engine pays for several tokens in one step (requests at once, or proposals that are checked), and how it shares a
/// layer out over GPUs. One record for each engine and vendor in data/speed/serving.json ("llama.cpp/nvidia"); a member that
/// is absent is looked up in the record named by `inherits`. data/speed/README.md says what each means.
struct BatchCosts {
  std::string id, inherits;
  std::optional<std::uint32_t>
      vector_columns;                      ///< most tokens the kernels of a single token are used for; 0: they never are
  std::optional<double> column_unpacking;  ///< of the unpacking of a weight, done again for every further token
  std::optional<double> column_flops_per_weight;   ///< and fp32 operations beside that
  std::optional<double> matrix_read_slowdown;      ///< reads of the kernels for many tokens against those for one
  std::optional<double> matrix_product_slowdown;   ///< their products against those of a prompt
  std::optional<std::uint32_t> matrix_rows;        ///< rows of a tile: fewer tokens cost as many
  std::optional<std::uint32_t> expert_columns;     ///< as vector_columns, of routed experts
  std::optional<std::uint32_t> expert_rows;        ///< as matrix_rows
  std::optional<bool> experts_read_once;           ///< by those kernels, however many tokens want one; else once for each
  std::optional<double> expert_column_slowdown;    ///< a further token's work at routed experts against dense weights
  std::optional<double> expert_product_slowdown;   ///< as matrix_product_slowdown, on top of prefill's for experts
  std::optional<double> launch_slowdown;           ///< of a layer's overhead: recorded launches are for one token only
  std::optional<double> routing_concentration;     ///< how unevenly a router of many experts picks; 0: evenly
  std::optional<double> product_fraction;          ///< engines with products of their own: of the 16-bit peak, in a batch
  std::optional<double> prefill_fraction;          ///< and for a prompt
  std::optional<double> least_bandwidth_fraction;  ///< and reads of their own: never below this
  std::optional<double> least_kv_bandwidth_fraction;
  std::optional<double> request_s;                ///< of the host, for every further request of a step
  std::optional<double> tensor_parallel_layer_s;  ///< GPUs that share every layer meet twice in it
  std::optional<SpeedSpread> spread;              ///< measured over estimated, beside what one token's estimate scatters
  std::uint32_t rows = 0;                         ///< published batches it was fitted on
  Provenance provenance;
  std::string notes;
};

/// Share of proposed tokens that the large model keeps, for one way of drafting; data/speed/drafts.json.
struct DraftEvidence {
  std::string id;
  DraftKind kind = DraftKind::model;
  std::optional<Task> task;  ///< of the text; absent: mixed
  Range share;               ///< that one more proposal is kept when those before it were
  Provenance provenance;
  std::string notes;
};

struct SpeedBook {
  std::vector<SpeedConstants> architectures;
  std::vector<BatchCosts> batches{};
  std::vector<DraftEvidence> drafts{};
};

/// Decode, prefill and time to first token of a placed model. Total; unknown bandwidth gives nullopt.
std::optional<ThroughputEstimate> estimate_throughput(const Machine& machine, const ModelSpec& model,
                                                      const WeightTable& weights, const EngineSettings& settings,
                                                      const PlacedMemory& placed, const UsageProfile& usage,
                                                      const SpeedBook& speeds);

/// Decode with `sequences` requests at once, each with `usage.depth_tokens` behind it. Physics on the constants of one
/// request, held against a few published batches (tests/property/throughput_batches.cpp) and not fitted: assumed. Whether
/// the caches fit is for the memory model to say (EngineSettings::parallel). Total; unknown bandwidth or no sequence gives
/// nullopt.
std::optional<ConcurrentSpeed> concurrent_speed(const Machine& machine, const ModelSpec& model, const WeightTable& weights,
                                                const EngineSettings& settings, const PlacedMemory& placed,
                                                const UsageProfile& usage, const SpeedBook& speeds, std::uint32_t sequences);

/// How many requests at once fit with the context that `settings` give one, as long as the model stays where `status`
/// says (wholly on the GPU, or split). At least settings.parallel; at most what the engine serves.
std::uint32_t most_sequences(const Machine& machine, const ModelSpec& model, const WeightTable& weights,
                             const EngineSettings& settings, FitStatus status);

/// Share of the proposed tokens that the large model keeps. Assumed: it depends on both and on the text.
struct DraftAcceptance {
  DraftKind kind = DraftKind::model;
  Range share{.low = 0.5, .typical = 0.7, .high = 0.85};
  /// Leviathan, Kalman, Matias, "Fast Inference from Transformers via Speculative Decoding", tables 2 and 3: 0.53 to 0.9.
  std::string source = "Leviathan et al. 2023 (arXiv:2211.17192): 0.5 to 0.9 between models of one family";
};
/// What is published for this way of drafting and this kind of text, else for any text.
DraftAcceptance draft_acceptance(const SpeedBook& speeds, DraftKind kind, Task task);
/// Expected tokens of one check of `draft_tokens` proposals, each kept with probability `share`, the first one refused
/// ending the run: (1 - share^(n+1)) / (1 - share). Source: the same paper, equation 1.
double tokens_per_check(double share, std::uint32_t draft_tokens);

/// Speed of a target with a draft model from the times of their steps: `check_step_s[n]` is a step of the target over n + 1
/// tokens (n = 0: plain decoding). Picks the number of proposals that is fastest. Total; nothing to propose gives nullopt.
std::optional<SpeculativeSpeed> speculative_speed(const std::vector<double>& check_step_s, double draft_step_s,
                                                  const DraftAcceptance& acceptance);

/// Who drafts: `model` is the small model, or the layers of the model itself that predict further tokens
/// (DraftKind::mtp); null with DraftKind::ngram, whose proposals cost nothing. Pointers outlive the call only.
struct Drafting {
  DraftKind kind = DraftKind::model;
  const ModelSpec* model = nullptr;
  const WeightTable* weights = nullptr;
};
/// The layers of a model that predict further tokens, as a model of their own: one layer, and the bytes that lie in memory
/// beside the model (its output matrix is the model's). Nothing when the model has none.
std::optional<ModelSpec> next_token_model(const ModelSpec& model);
WeightTable next_token_weights(const ModelSpec& model, const WeightTable& weights);
/// A head trained to draft for this model (EAGLE-3), as those published are made: one dense layer of the model's widths, a
/// vocabulary of 32,000. Weights: of that head in `quant`, which is half precision.
std::optional<ModelSpec> eagle_model(const ModelSpec& model);
WeightTable eagle_weights(const ModelSpec& head, const QuantScheme& quant);

/// The same for a placed model; the draft lies where it fits beside it. Its basis is never better than assumed.
std::optional<SpeculativeSpeed> speculative_decode(const Machine& machine, const ModelSpec& model,
                                                   const WeightTable& weights, const EngineSettings& settings,
                                                   const PlacedMemory& placed, const UsageProfile& usage,
                                                   const SpeedBook& speeds, const Drafting& drafting);

}  // namespace canirun
