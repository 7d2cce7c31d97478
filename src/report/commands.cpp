// SPDX-License-Identifier: MIT
#include "report/commands.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <canirun/tensor_parallel.hpp>
#include <optional>

#include "report/text.hpp"

namespace canirun::report {

std::string shell_word(std::string_view text) {
  const std::string clean = safe_text(text);
  const bool plain = !clean.empty() && std::all_of(clean.begin(), clean.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("._/:=@%+,-").find(c) != std::string_view::npos;
  });
  if (plain) return clean;
  std::string quoted = "'";
  for (const char c : clean) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

namespace {

bool has_gpu(const Machine& machine) {
  return std::any_of(machine.devices.begin(), machine.devices.end(), [](const Device& device) {
    return device.kind == DeviceKind::discrete_gpu || device.kind == DeviceKind::integrated_gpu;
  });
}
std::size_t count_gpus(const Machine& machine, std::optional<Vendor> vendor = std::nullopt) {
  return static_cast<std::size_t>(std::count_if(machine.devices.begin(), machine.devices.end(), [&](const Device& device) {
    return device.kind == DeviceKind::discrete_gpu && (!vendor || device.vendor == *vendor);
  }));
}
bool is_apple(const Machine& machine) {
  return std::any_of(machine.devices.begin(), machine.devices.end(),
                     [](const Device& device) { return device.vendor == Vendor::apple; });
}
constexpr std::string_view k_model_scope = "modelscope.cn/";
bool is_gguf_repository(const std::string& repo) { return repo.ends_with("-GGUF") || repo.ends_with("-gguf"); }

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
  return used > 1 ? " -ts " + counts : std::string();
}

std::string llama_cpp_flags(const Machine& machine, const ModelSpec& model, const EngineSettings& settings,
                            const Placement& placement) {
  const EngineSettings defaults;
  std::string flags;
  if (has_gpu(machine)) flags += gpu_layers_flag(placement.gpu_layers, model.layers.size());
  flags += tensor_split_flag(machine, model, placement);
  if (placement.expert_layers_on_cpu > 0) flags += fmt::format(" -ncmoe {}", placement.expert_layers_on_cpu);
  flags += fmt::format(" -c {}", settings.context_tokens);
  if (settings.parallel > 1) flags += fmt::format(" -np {}", settings.parallel);
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

LaunchCommand llama_cpp(const Machine& machine, const ModelSpec& model, const QuantScheme& quant,
                        const EngineSettings& settings, const Placement& placement) {
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
  line.command += llama_cpp_flags(machine, model, settings, placement);
  return line;
}

/// Ollama places layers itself; what it is told comes from the environment of its server.
std::optional<LaunchCommand> ollama(const ModelSpec& model, const QuantScheme& quant, const EngineSettings& settings) {
  std::string reference = model.ollama_tag;
  if (!model.gguf_repo.empty()) {
    const std::string_view host = model.gguf_repo.starts_with(k_model_scope) ? "" : "hf.co/";
    reference = fmt::format("{}{}:{}", host, model.gguf_repo, quant.id);
  }
  if (reference.empty() && is_gguf_repository(model.hf_repo)) reference = "hf.co/" + model.hf_repo + ":" + quant.id;
  if (reference.empty()) return std::nullopt;

  LaunchCommand line{.engine = Engine::ollama,
                     .command = "ollama run " + shell_word(reference),
                     .environment = {},
                     .base_url = "http://localhost:11434/v1",
                     .note = {}};
  const std::uint32_t per_sequence =
      settings.kv_unified ? settings.context_tokens : settings.context_tokens / std::max(1U, settings.parallel);
  line.environment = fmt::format("OLLAMA_CONTEXT_LENGTH={}", per_sequence);
  if (settings.parallel > 1) line.environment += fmt::format(" OLLAMA_NUM_PARALLEL={}", settings.parallel);
  const bool quantised_cache = settings.kv_type_k != TensorType::f16;
  if (settings.flash_attn) line.environment += " OLLAMA_FLASH_ATTENTION=1";
  if (quantised_cache) line.environment += fmt::format(" OLLAMA_KV_CACHE_TYPE={}", name_of(settings.kv_type_k));
  if (quant.id != "Q4_K_M" && !quant.id.starts_with("MXFP4") && reference == model.ollama_tag && !model.stored) {
    line.note = fmt::format("the tag holds Ollama's own choice of quant, not necessarily {}", quant.id);
  }
  return line;
}

std::optional<LaunchCommand> vllm(const Machine& machine, const ModelSpec& model, const QuantScheme& quant,
                                  const EngineSettings& settings) {
  const std::size_t gpus = count_gpus(machine, Vendor::nvidia) + count_gpus(machine, Vendor::amd);
  if (gpus == 0 || model.hf_repo.empty() || quant.format != QuantFormat::safetensors) return std::nullopt;
  LaunchCommand line{
      .engine = Engine::vllm, .command = {}, .environment = {}, .base_url = "http://localhost:8000/v1", .note = {}};
  line.command = fmt::format("vllm serve {} --max-model-len {} --max-num-seqs {}", shell_word(model.hf_repo),
                             settings.context_tokens, settings.parallel);
  const std::uint32_t shards = tensor_parallel_size(model, gpus);
  if (shards > 1) line.command += fmt::format(" --tensor-parallel-size {}", shards);
  if (quant.base == TensorType::fp8) line.command += " --quantization fp8";
  if (settings.kv_type_k == TensorType::q8_0 || settings.kv_type_k == TensorType::fp8)
    line.command += " --kv-cache-dtype fp8";
  if (quant.base != TensorType::bf16 && quant.base != TensorType::f16 && quant.base != TensorType::fp8) {
    line.note = fmt::format("name a repository that holds the model as {}", quant.id);
  }
  return line;
}

/// Bits and group size of MLX's grouped integers; nothing for plain 16-bit weights.
std::optional<std::pair<int, int>> mlx_grouping(TensorType type) {
  switch (type) {
    case TensorType::int4_g32:
      return std::pair(4, 32);
    case TensorType::int4_g64:
      return std::pair(4, 64);
    case TensorType::int4_g128:
      return std::pair(4, 128);
    case TensorType::int8_g64:
      return std::pair(8, 64);
    default:
      return std::nullopt;
  }
}

std::optional<LaunchCommand> mlx(const Machine& machine, const ModelSpec& model, const QuantScheme& quant) {
  if (!is_apple(machine) || model.hf_repo.empty() || quant.format != QuantFormat::mlx) return std::nullopt;
  LaunchCommand line{
      .engine = Engine::mlx, .command = {}, .environment = {}, .base_url = "http://localhost:8080/v1", .note = {}};
  const auto grouping = mlx_grouping(quant.base);
  if (!grouping) {
    line.command = fmt::format("mlx_lm.server --model {}", shell_word(model.hf_repo));
    return line;
  }
  const std::string folder = shell_word(fmt::format("{}-{}bit", model.id, grouping->first));
  line.command =
      fmt::format("mlx_lm.convert --hf-path {} --mlx-path {} -q --q-bits {} --q-group-size {} && mlx_lm.server --model {}",
                  shell_word(model.hf_repo), folder, grouping->first, grouping->second, folder);
  line.note = "or a ready-made conversion of the same bits: then only the second command";
  return line;
}

LaunchCommand lm_studio(const ModelSpec& model, const EngineSettings& settings, const Placement& placement) {
  const std::size_t all = model.layers.size() + 1;
  const double share = static_cast<double>(placement.gpu_layers) / static_cast<double>(all);
  const std::string gpu = placement.gpu_layers >= all ? "max"
                          : placement.gpu_layers == 0 ? "off"
                                                      : fmt::format("{:.2f}", share);
  return {.engine = Engine::lmstudio,
          .command = fmt::format("lms load {} --context-length {} --gpu {} && lms server start", shell_word(model.id),
                                 settings.context_tokens, gpu),
          .environment = {},
          .base_url = "http://localhost:1234/v1",
          .note = "the name as LM Studio lists the downloaded model (lms ls)"};
}

}  // namespace

std::vector<LaunchCommand> launch_commands(const Machine& machine, const ModelSpec& model, const QuantScheme& quant,
                                           const EngineSettings& settings, const Placement& placement) {
  std::vector<LaunchCommand> lines;
  if (quant.format == QuantFormat::gguf) {
    lines.push_back(llama_cpp(machine, model, quant, settings, placement));
    if (auto line = ollama(model, quant, settings)) lines.push_back(std::move(*line));
    if (settings.engine == Engine::lmstudio) lines.push_back(lm_studio(model, settings, placement));
  }
  if (auto line = vllm(machine, model, quant, settings)) lines.push_back(std::move(*line));
  if (auto line = mlx(machine, model, quant)) lines.push_back(std::move(*line));
  std::stable_partition(lines.begin(), lines.end(),
                        [&](const LaunchCommand& line) { return line.engine == settings.engine; });
  return lines;
}

}  // namespace canirun::report
