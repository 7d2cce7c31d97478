// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/engine.hpp>
#include <canirun/machine.hpp>
#include <canirun/model.hpp>
#include <canirun/names.hpp>
#include <canirun/placement.hpp>
#include <optional>
#include <string>
#include <vector>

#include "report/report.hpp"

namespace canirun::report {

/// One shell word: quoted when the shell would take it apart, stripped of control characters.
std::string shell_word(std::string_view text);

/// What to type to serve a model with one engine, and where its OpenAI-compatible interface then listens.
struct LaunchCommand {
  Engine engine = Engine::llama_cpp;
  std::string command;      ///< one shell line; file and repository names quoted when they need it
  std::string environment;  ///< "NAME=value ..." the engine's server must have been started with; "" when none
  std::string base_url;     ///< "http://localhost:8080/v1"
  std::string note;         ///< what the line cannot say; "" when nothing
};

/// What runs beside the model, and the names of its files; an empty name: nobody said it.
struct LaunchExtras {
  std::optional<std::string> projector;
  std::vector<std::string> adapters;
  std::optional<DraftKind> drafting;
  const ModelSpec* draft = nullptr;
  std::string draft_quant;
  std::optional<std::uint32_t> draft_tokens;  ///< proposals of a round, as the estimate has them
};
LaunchExtras launch_extras(const Question& question, const RequestEcho& echo, const Assessment& assessment);

/// The engines that can run this model and quant on this machine, the asked-for engine first, then llama.cpp, Ollama,
/// vLLM, MLX. The flags say exactly the placement and the settings the estimate was made for.
std::vector<LaunchCommand> launch_commands(const Machine& machine, const ModelSpec& model, const QuantScheme& quant,
                                           const EngineSettings& settings, const Placement& placement,
                                           const LaunchExtras& extras = {});

}  // namespace canirun::report
