// SPDX-License-Identifier: MIT
#pragma once
#include <optional>

#include "report/commands.hpp"

/// One function an engine; nothing where it cannot run the model.
namespace canirun::report {

/// Everything a line says.
struct LaunchQuestion {
  const Machine& machine;
  const ModelSpec& model;
  const QuantScheme& quant;
  const EngineSettings& settings;
  const Placement& placement;
  const LaunchExtras& extras;
};

LaunchCommand llama_cpp_command(const LaunchQuestion& question);
std::optional<LaunchCommand> ollama_command(const LaunchQuestion& question);

/// Repositories of ModelScope are written with it in front.
inline constexpr std::string_view k_model_scope = "modelscope.cn/";
bool is_gguf_repository(const std::string& repo);

}  // namespace canirun::report
