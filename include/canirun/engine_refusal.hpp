// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/engine.hpp>
#include <canirun/model.hpp>
#include <canirun/verdict.hpp>
#include <optional>
#include <string>

namespace canirun {

/// Why an engine would not start a model with these settings, whatever the memory.
struct EngineRefusal {
  std::string reason;   ///< "V of the KV cache as q8_0 needs flash attention"
  std::string instead;  ///< flags of `canirun check` with which it starts: "--flash-attn on"
  std::string effect;   ///< what they change
};
/// Nothing when it starts. Known of llama.cpp, and of what runs it. Source: llama_init_from_model of llama-context.cpp.
std::optional<EngineRefusal> engine_refusal(const ModelSpec& model, const EngineSettings& settings);

/// The same about the machine, whatever the model: cards too old for vLLM, backends that cannot split matrices by rows.
std::optional<EngineRefusal> machine_refusal(const Machine& machine, const EngineSettings& settings);

/// What an engine refuses does not run here; the nearest setting that it takes is suggested.
void hold_to_engine(Verdict& verdict, const Machine& machine, const ModelSpec& model, const EngineSettings& settings);

}  // namespace canirun
