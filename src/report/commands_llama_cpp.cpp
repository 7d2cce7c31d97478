// SPDX-License-Identifier: MIT
// The line for llama.cpp's server: exactly this placement and these settings.
#include <fmt/format.h>

#include <algorithm>

#include "report/commands_parts.hpp"

namespace canirun::report {
namespace {

bool has_gpu(const Machine& machine) {
  return std::any_of(machine.devices.begin(), machine.devices.end(), [](const Device& device) {
    return device.kind == DeviceKind::discrete_gpu || device.kind == DeviceKind::integrated_gpu;
  });
}

/// `-ngl`: all layers is any number above them.
std::string gpu_layers_flag(std::uint32_t gpu_layers, std::size_t model_layers) {
  if (gpu_layers <= model_layers) return fmt::format(" -ngl {}", gpu_layers);
  return model_layers < 99 ? " -ngl 99" : " -ngl 999";
}

/// `-ts`: layers of each GPU, the output (and prediction layers before it, which are counted and not loaded) with the one
/// that has it. The engine shares out by what is free when it
/// starts; this says it as it was placed. Nothing where one GPU has them all.
std::string tensor_split_flag(const Machine& machine, const ModelSpec& model, const Placement& placement) {
  std::vector<std::size_t> layers(machine.pools.size(), 0);
  for (const LayerPlacement& layer : placement.layers) {
    if (layer.pool < layers.size()) ++layers[layer.pool];
  }
  if (placement.output_pool < layers.size()) layers[placement.output_pool] += 1 + model.next_token_layers;
  std::string counts;
  std::size_t used = 0;
  for (const Device& device : machine.devices) {
    const bool splits = device.kind == DeviceKind::discrete_gpu && device.pool < layers.size();
    if (!splits) continue;
    counts += fmt::format("{}{}", counts.empty() ? "" : ",", layers[device.pool]);
    used += layers[device.pool] > 0 ? 1U : 0U;
  }
  return used > 1 ? " -ts " + shell_word(counts) : std::string();
}

std::string llama_cpp_flags(const Machine& machine, const ModelSpec& model, const EngineSettings& settings,
                            const Placement& placement) {
  const EngineSettings defaults;
  std::string flags;
  if (has_gpu(machine)) flags += gpu_layers_flag(placement.gpu_layers, model.layers.size());
  if (settings.split_mode != SplitMode::layer) flags += fmt::format(" -sm {}", name_of(settings.split_mode));
  if (settings.split_mode != SplitMode::none) flags += tensor_split_flag(machine, model, placement);
  if (placement.expert_layers_on_cpu > 0) flags += fmt::format(" -ncmoe {}", placement.expert_layers_on_cpu);
  flags += fmt::format(" -c {}", settings.context_tokens);
  flags += fmt::format(" -np {}", settings.parallel);  // left out, the server makes four slots of one cache
  if (settings.parallel > 1 && settings.kv_unified) flags += " -kvu";
  if (settings.batch != defaults.batch) flags += fmt::format(" -b {}", settings.batch);
  if (settings.ubatch != defaults.ubatch) flags += fmt::format(" -ub {}", settings.ubatch);
  flags += settings.flash_attn ? " -fa on" : " -fa off";
  if (settings.kv_type_k != TensorType::f16) flags += fmt::format(" -ctk {}", name_of(settings.kv_type_k));
  if (settings.kv_type_v != TensorType::f16) flags += fmt::format(" -ctv {}", name_of(settings.kv_type_v));
  if (settings.swa_full) flags += " --swa-full";
  if (!settings.op_offload) flags += " --no-op-offload";
  if (settings.threads) flags += fmt::format(" -t {}", *settings.threads);
  return flags;
}

/// A file that runs beside the model: the one that was named, or what one would be called.
std::string file_or(const std::string& file, std::string_view usual) {
  return shell_word(file.empty() ? std::string(usual) : file);
}

std::string beside_flags(const LaunchExtras& extras) {
  std::string flags;
  if (extras.projector) flags += " --mmproj " + file_or(*extras.projector, "mmproj.gguf");
  for (const std::string& adapter : extras.adapters) flags += " --lora " + file_or(adapter, "adapter.gguf");
  if (extras.draft == nullptr) return flags;
  const ModelSpec& draft = *extras.draft;
  const std::string& repo = draft.gguf_repo.empty() && is_gguf_repository(draft.hf_repo) ? draft.hf_repo : draft.gguf_repo;
  if (!draft.local_path.empty()) return flags + " -md " + shell_word(draft.local_path) + " -ngld 99";
  if (!repo.empty()) return flags + " -hfd " + shell_word(repo + ":" + extras.draft_quant) + " -ngld 99";
  return flags + " -md " + shell_word(fmt::format("{}-{}.gguf", draft.id, extras.draft_quant)) + " -ngld 99";
}

}  // namespace

LaunchCommand llama_cpp_command(const LaunchQuestion& question) {
  const ModelSpec& model = question.model;
  const QuantScheme& quant = question.quant;
  LaunchCommand line{
      .engine = Engine::llama_cpp, .command = {}, .environment = {}, .base_url = "http://localhost:8080/v1", .note = {}};
  const bool is_address = model.gguf_file.starts_with("http://") || model.gguf_file.starts_with("https://");
  const bool is_the_file = model.stored && model.stored->quant == quant.id && model.stored->format == QuantFormat::gguf;
  if (is_the_file && !model.local_path.empty()) {
    line.command = fmt::format("llama-server -m {}", shell_word(model.local_path));
  } else if (is_the_file && is_address) {
    line.command = fmt::format("llama-server --model-url {}", shell_word(model.gguf_file));
  } else if (!model.gguf_repo.empty()) {
    // ModelScope speaks the hub's language at an address of its own.
    const bool elsewhere = model.gguf_repo.starts_with(k_model_scope);
    const std::string repo = elsewhere ? model.gguf_repo.substr(k_model_scope.size()) : model.gguf_repo;
    if (elsewhere) line.environment = "MODEL_ENDPOINT=https://modelscope.cn/";
    line.command = is_the_file && !model.gguf_file.empty()
                       ? fmt::format("llama-server -hf {} -hff {}", shell_word(repo), shell_word(model.gguf_file))
                       : fmt::format("llama-server -hf {}", shell_word(repo + ":" + quant.id));
  } else if (is_gguf_repository(model.hf_repo)) {
    line.command = fmt::format("llama-server -hf {}", shell_word(model.hf_repo + ":" + quant.id));
  } else {
    line.command = fmt::format("llama-server -m {}", shell_word(fmt::format("{}-{}.gguf", model.id, quant.id)));
    line.note = model.hf_repo.empty() ? fmt::format("the file: any {} GGUF of {}", quant.id, model.name)
                                      : fmt::format("the file: any {} GGUF of {}", quant.id, model.hf_repo);
  }
  line.command += llama_cpp_flags(question.machine, model, question.settings, question.placement);
  line.command += beside_flags(question.extras);
  return line;
}

}  // namespace canirun::report
