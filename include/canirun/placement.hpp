// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/memory.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace canirun {

enum class FitStatus : std::uint8_t { fits, fits_offloaded, does_not_fit };
constexpr auto enum_names(FitStatus) { return std::array<std::string_view, 3>{"fits", "fits_offloaded", "does_not_fit"}; }

/// Where things went. Pools are indices into Machine::pools. The one source of both memory and speed.
struct LayerPlacement {
  std::uint8_t pool = 0;         ///< attention, KV, dense FFN, shared experts
  std::uint8_t expert_pool = 0;  ///< routed experts
};
struct Placement {
  FitStatus status = FitStatus::does_not_fit;
  bool fits_now = false;   ///< with the memory that is free at this moment
  bool fits_idle = false;  ///< with the whole memory of the pools, less what the system keeps
  std::vector<LayerPlacement> layers;
  std::uint8_t output_pool = 0;
  std::uint32_t gpu_layers = 0;            ///< as -ngl counts: blocks on a GPU, + 1 when the output is there
  std::uint32_t expert_layers_on_cpu = 0;  ///< as -ncmoe counts
  std::int64_t headroom_bytes = 0;         ///< of the tightest pool; negative: what is missing
  std::uint32_t limiting_pool = 0;
  /// Largest context, as -c takes it, at which the same kind of placement fits (all on the GPU; or any split); null if none.
  std::optional<std::uint32_t> max_context_tokens;
};

struct PlacedMemory {
  Placement placement;
  MemoryEstimate memory;
  MemoryParts beside;  ///< what of it runs beside the model (projector, adapters, draft model), all pools together
};

/// Memory of a model for a placement that is already decided. Total.
MemoryEstimate estimate_memory(const Machine& machine, const ModelSpec& model, const WeightTable& weights,
                               const EngineSettings& settings, const Placement& placement);

/// The GPUs an engine works with, in the order in which layers are shared out over them (largest first: the first also
/// computes with what stays on the host), as indices into Machine::devices; and what drives them.
struct EngineDevices {
  std::vector<std::uint32_t> gpus;
  Backend backend = Backend::cpu;
};
EngineDevices engine_devices(const Machine& machine, const EngineSettings& settings);

/// How much of an answer is wanted.
enum class Effort : std::uint8_t {
  answer,   ///< all of it, exactly
  ranking,  ///< no largest context; the scratch buffers of split placements from a quick look, a few percent of them off
};

struct MemoryQuestion;

/// Places one model on one machine, at one quant after the other: what does not depend on how the weights are stored
/// (sites, caches, the scratch buffers of layouts that fetch no weights) is worked out once.
class Placer {
 public:
  /// All three have to outlive it. `model.layers` must not be empty.
  Placer(const Machine& machine, const ModelSpec& model, const EngineSettings& settings);
  Placer(Placer&&) noexcept;
  Placer(const Placer&) = delete;
  Placer& operator=(Placer&&) = delete;
  Placer& operator=(const Placer&) = delete;
  ~Placer();

  /// Finds where the model goes (everything on GPU; else the experts of as few layers as it takes to the host, first
  /// layers first, as -ncmoe does; else fewer layers; else CPU), honouring forced gpu_layers / cpu_moe_layers, and what
  /// that takes. Total: a model that fits nowhere gets the best attempt with status does_not_fit and negative headroom.
  PlacedMemory place(const WeightTable& weights, Effort effort = Effort::answer);

 private:
  std::unique_ptr<MemoryQuestion> question_;
};

/// The same for one quant alone.
PlacedMemory place(const Machine& machine, const ModelSpec& model, const WeightTable& weights,
                   const EngineSettings& settings, Effort effort = Effort::answer);

}  // namespace canirun
