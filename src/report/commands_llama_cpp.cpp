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
/// that has it. The engine shares out by what is free when it starts; this says it as it was placed. Nothing where one GPU
/// has them all.
std::string tensor_split_flag(const Machine& machine, const EngineDevices& devices, const ModelSpec& model,
                              const Placement& placement) {
  const auto layers_in = [&](std::uint32_t pool) {
    const auto blocks = std::count_if(placement.layers.begin(), placement.layers.end(),
                                      [&](const LayerPlacement& layer) { return layer.pool == pool; });
    return static_cast<std::size_t>(blocks) + (placement.output_pool == pool ? 1 + model.next_token_layers : 0U);
  };
  std::string counts;
  std::size_t used = 0;
  for (const std::uint32_t gpu : devices.gpus) {
    const std::size_t layers = layers_in(machine.devices[gpu].pool);
    counts += fmt::format("{}{}", counts.empty() ? "" : ",", layers);
    used += layers > 0 ? 1U : 0U;
  }
  return used > 1 ? " -ts " + shell_word(counts) : std::string();
}

std::string_view device_word(Backend backend) {
  switch (backend) {
    case Backend::rocm:
      return "ROCm";
    case Backend::vulkan:
      return "Vulkan";
    case Backend::sycl:
      return "SYCL";
    case Backend::metal:
      return "MTL";
    default:
      return "CUDA";
  }
}

/// `-dev`: the GPUs in the order they were filled, where that is not the order in which the machine has them, or where one
/// of several is to do it all.
std::string device_flag(const Machine& machine, const EngineDevices& devices) {
  const Device& first = machine.devices[devices.gpus.front()];
  std::vector<std::uint32_t> among;  // devices of the backend, as it numbers them
  for (std::uint32_t i = 0; i < machine.devices.size(); ++i) {
    if (machine.devices[i].kind == first.kind && machine.devices[i].vendor == first.vendor) among.push_back(i);
  }
  std::string names;
  for (const std::uint32_t gpu : devices.gpus) {
    const auto found = std::find(among.begin(), among.end(), gpu);
    if (found == among.end()) return {};  // two backends at once: what they call each other's devices is not known
    names += fmt::format("{}{}{}", names.empty() ? "" : ",", device_word(devices.backend), found - among.begin());
  }
  return devices.gpus == among ? std::string() : " -dev " + names;
}

/// CUDA numbers the fastest first unless it is told otherwise; the order of the bus is the one that everybody can see.
bool needs_bus_order(const Machine& machine, const EngineDevices& devices) {
  if (devices.backend != Backend::cuda || devices.gpus.size() < 2) return false;
  const std::string& first = machine.devices[devices.gpus.front()].name;
  return std::any_of(devices.gpus.begin(), devices.gpus.end(),
                     [&](std::uint32_t gpu) { return machine.devices[gpu].name != first; });
}

std::string llama_cpp_flags(const Machine& machine, const ModelSpec& model, const EngineSettings& settings,
                            const Placement& placement) {
  const EngineSettings defaults;
  std::string flags;
  if (has_gpu(machine)) flags += gpu_layers_flag(placement.gpu_layers, model.layers.size());
  if (settings.split_mode != SplitMode::layer) flags += fmt::format(" -sm {}", name_of(settings.split_mode));
  const EngineDevices devices = engine_devices(machine, settings);
  if (!devices.gpus.empty() && placement.gpu_layers > 0) {
    flags += device_flag(machine, devices);
    // Shared layers are cut evenly, which is the engine's default.
    if (settings.split_mode != SplitMode::tensor) flags += tensor_split_flag(machine, devices, model, placement);
  }
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
  if (settings.threads) {
    flags += fmt::format(" -t {}", *settings.threads);
    // A prompt is worth every core; left out, it gets as many threads as the answer.
    if (machine.cpu.physical_cores > *settings.threads) flags += fmt::format(" -tb {}", machine.cpu.physical_cores);
  }
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
  if (extras.drafting == DraftKind::ngram) return flags + " --spec-type ngram-mod";  // has a length of its own
  if (extras.drafting && extras.draft_tokens) flags += fmt::format(" --spec-draft-n-max {}", *extras.draft_tokens);
  if (extras.drafting == DraftKind::mtp) return flags + " --spec-type draft-mtp";
  if (extras.drafting == DraftKind::eagle3) return flags + " --spec-type draft-eagle3 -md eagle3.gguf -ngld 99";
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
  if (needs_bus_order(question.machine, engine_devices(question.machine, question.settings)))
    line.environment += fmt::format("{}CUDA_DEVICE_ORDER=PCI_BUS_ID", line.environment.empty() ? "" : " ");
  line.command += llama_cpp_flags(question.machine, model, question.settings, question.placement);
  line.command += beside_flags(question.extras);
  return line;
}

}  // namespace canirun::report
