// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/correction.hpp>
#include <canirun/machine.hpp>
#include <canirun/model.hpp>
#include <canirun/placement.hpp>
#include <canirun/quant.hpp>
#include <canirun/speed.hpp>
#include <canirun/throughput.hpp>
#include <canirun/usage.hpp>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

/// Runs measured on a machine, and what follows from them for everything that is estimated on it.
namespace canirun {

/// Tokens a second of one part of a run, with what it depends on.
struct MeasuredRate {
  double tokens_per_s = 0;
  std::uint32_t tokens = 0;        ///< written (decode) or read (prefill); 0: not said
  std::uint32_t depth_tokens = 0;  ///< in the cache beforehand (prefill) or on average meanwhile (decode)
  std::optional<double> spread;    ///< standard deviation of the repetitions over their mean
};

/// One measured run. What its source did not say is absent, never guessed.
struct Measurement {
  std::string model;       ///< id of the catalog; "": a model it does not know
  std::string model_name;  ///< as the source calls it
  std::string quant;       ///< id of the catalog; "": not said
  Engine engine = Engine::llama_cpp;
  Backend backend = Backend::automatic;  ///< automatic: the one the engine would choose here
  std::optional<std::uint32_t> gpu_layers, cpu_moe_layers, threads;
  std::optional<bool> flash_attn;
  std::optional<std::uint32_t> parallel;  ///< requests at once; nothing: nobody knows
  std::optional<MeasuredRate> decode, prefill;
  std::optional<double> time_to_first_token_s;
  std::uint32_t repetitions = 1;
  bool busy = false;         ///< the machine had other work
  bool speculative = false;  ///< a draft model wrote part of it
  std::string source;        ///< "llama-bench", "ollama", "server", ...
  std::string engine_version;
  std::string measured_on;  ///< ISO date; "": not said
};

/// Where a run took place.
struct RunPlace {
  Backend backend = Backend::cpu;
  PlacementKind placement = PlacementKind::cpu;
  bool operator==(const RunPlace&) const = default;
};
RunPlace run_place(const Machine& machine, const ModelSpec& model, const EngineSettings& settings,
                   const Placement& placement);

/// What would have been said of such a run, with no correction applied. The placement is the run's own where it says so;
/// memory that is taken at this moment (by the very server that is measured) does not count.
struct ExpectedRun {
  RunPlace place;
  std::optional<Range> decode_tokens_per_s, prefill_tokens_per_s;
  double decode_bytes_per_token = 0;    ///< weights, cache and state
  double roofline_tokens_per_s = 0;     ///< decode with every byte at nominal bandwidth
  double prefill_ops_per_token = 0;     ///< multiplications and additions with weights
  double peak_ops_per_s = 0;            ///< of all devices used, in their fastest number format; 0: unknown
  bool nominal_bandwidth_known = true;  ///< by the parts' records, not by a read test or a guess
};
/// Nothing when the model's dimensions or the bandwidth of its memory are unknown.
std::optional<ExpectedRun> expected_run(const Machine& machine, const ModelSpec& model, const QuantScheme& quant,
                                        const Measurement& run, const SpeedBook& speeds);

/// Why nothing of this kind can have been that fast; empty when it may have. `expected` is null for unknown models.
std::string why_impossible(const Measurement& run, const ExpectedRun* expected);

/// Why a run, true as it may be, says nothing about other estimates; empty when it does. With `expected` a run that is far
/// from anything this machine does is one of those.
std::string why_not_calibrating(const Measurement& run, const ExpectedRun* expected = nullptr);

/// A run with what is known about its model. The references outlive the call.
struct CalibrationCase {
  const Measurement& run;
  const ModelSpec& model;
  const QuantScheme& quant;
};
/// Corrections of the estimates on this machine, one for each engine, backend and kind of placement that was measured.
/// Runs that are impossible, or say nothing, are left out.
std::vector<SpeedCorrection> calibrate(const Machine& machine, std::span<const CalibrationCase> cases,
                                       const SpeedBook& speeds);

/// Bandwidth that the runs prove a memory to have: bytes read per token times tokens a second, of runs that lie in it
/// alone. Nothing when there is none.
std::optional<double> proven_bandwidth(const Machine& machine, std::span<const CalibrationCase> cases, std::uint32_t pool,
                                       const SpeedBook& speeds);

/// Applies what is known about this machine (Machine::corrections) to an estimate: rates, ranges, times, basis and how it is
/// known. Never above the roofline. Without a matching correction the estimate stays as it is.
void correct_estimate(ThroughputEstimate& estimate, const Machine& machine, const ModelSpec& model, const std::string& quant,
                      const EngineSettings& settings, const Placement& placement, const UsageProfile& usage);

/// Bandwidth of a GPU's memory, in specification terms, by what copies within it reach (bytes read plus bytes written, a
/// second). A healthy card copies at about k_copy_share of its specification and reads at about the same share, which is
/// assumed. Copies that are a little slower say nothing; much slower ones lower the figure. Never above `known`.
double bandwidth_by_copies(double copy_bytes_per_s, std::optional<double> known_bytes_per_s);
/// Copies within the card's memory over its specification, by vkpeak's README (read 2026-11): 381 of 448 GB/s on an RTX 5060
/// Ti, 290 of 320 on an RX 9060 XT. The lower one.
inline constexpr double k_copy_share = 0.85;

/// Share of its processor time that this machine loses to other guests of the host, as far as it is worth counting: 0 below
/// a few percent, and never nearly all.
double stolen_share(const Machine& machine);

/// The same machine tomorrow and after a new driver: processor, cores in use, graphics devices, sizes of memory in GiB. No
/// serial numbers, no names of people or hosts.
std::string machine_key(const Machine& machine);

}  // namespace canirun
