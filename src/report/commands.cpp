// SPDX-License-Identifier: MIT
#include "report/commands.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <canirun/tensor_parallel.hpp>
#include <canirun/units.hpp>
#include <optional>

#include "report/commands_parts.hpp"
#include "report/shell.hpp"
#include "report/text.hpp"

namespace canirun::report {

std::string shell_word(std::string_view text) {
  const std::string clean = safe_text(text);
  const bool plain = !clean.empty() && std::all_of(clean.begin(), clean.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           k_needs_no_quote.find(c) != std::string_view::npos;
  });
  if (plain) return clean;
  std::string quoted(k_quote);
  for (const char c : clean) {
    if (c == k_quote.front()) {
      quoted += k_quote_inside;
    } else {
      quoted += c;
    }
  }
  return quoted.append(k_quote);
}

bool is_gguf_repository(const std::string& repo) { return repo.ends_with("-GGUF") || repo.ends_with("-gguf"); }

namespace {

std::size_t count_gpus(const Machine& machine, std::optional<Vendor> vendor = std::nullopt) {
  return static_cast<std::size_t>(std::count_if(machine.devices.begin(), machine.devices.end(), [&](const Device& device) {
    return device.kind == DeviceKind::discrete_gpu && (!vendor || device.vendor == *vendor);
  }));
}
bool is_apple(const Machine& machine) {
  return std::any_of(machine.devices.begin(), machine.devices.end(),
                     [](const Device& device) { return device.vendor == Vendor::apple; });
}

/// Shipped with experts in four bits, which no form of it changes.
bool keeps_its_mxfp4(const ModelSpec& model, const QuantScheme& quant) {
  return model.expert_type == TensorType::mxfp4 && quant.id.starts_with("MXFP4");
}

/// Safetensors; where vLLM is asked for, also what goes by a name of GGUF and is the same there: 16-bit weights, and those
/// that a model was shipped with.
bool vllm_loads(const ModelSpec& model, const QuantScheme& quant, const EngineSettings& settings) {
  if (quant.format == QuantFormat::safetensors) return true;
  if (settings.engine != Engine::vllm) return false;
  return quant.base == TensorType::bf16 || quant.base == TensorType::f16 || keeps_its_mxfp4(model, quant);
}

/// A small model or a head trained for this one has to be named, and is left out.
std::string vllm_drafting(const LaunchExtras& extras) {
  constexpr std::uint32_t k_gains_on_most_text = 3;
  const auto config = [](std::string_view method, std::uint32_t tokens) {
    return fmt::format(R"( --speculative-config '{{"method":"{}","num_speculative_tokens":{}}}')", method, tokens);
  };
  if (extras.drafting == DraftKind::mtp) return config("mtp", extras.draft_tokens.value_or(k_gains_on_most_text));
  if (extras.drafting == DraftKind::ngram) return config("ngram", k_gains_on_most_text);
  return {};
}

/// Whether the model's own repository holds it like this, or vLLM makes it so of 16-bit weights while it loads them.
bool is_in_own_repository(const ModelSpec& model, const QuantScheme& quant) {
  if (quant.base == TensorType::bf16 || quant.base == TensorType::f16 || quant.base == TensorType::fp8) return true;
  if (model.stored && model.stored->quant == quant.id) return true;
  return keeps_its_mxfp4(model, quant);
}

/// "OWNER/Qwen3-32B-AWQ-4bit": stands for what has to be looked up; the model's own repository would load all its bits.
std::string repository_to_find(const ModelSpec& model, const QuantScheme& quant) {
  return fmt::format("OWNER/{}-{}", model.hf_repo.substr(model.hf_repo.rfind('/') + 1), quant.id);
}

std::optional<LaunchCommand> vllm(const Machine& machine, const ModelSpec& model, const QuantScheme& quant,
                                  const EngineSettings& settings, const LaunchExtras& extras) {
  const std::size_t gpus = count_gpus(machine, Vendor::nvidia) + count_gpus(machine, Vendor::amd);
  if (gpus == 0 || model.hf_repo.empty() || !vllm_loads(model, quant, settings)) return std::nullopt;
  LaunchCommand line{
      .engine = Engine::vllm, .command = {}, .environment = {}, .base_url = "http://localhost:8000/v1", .note = {}};
  const bool is_own = is_in_own_repository(model, quant);
  const std::string repo = is_own ? model.hf_repo : repository_to_find(model, quant);
  line.command = fmt::format("vllm serve {} --max-model-len {} --max-num-seqs {}", shell_word(repo), settings.context_tokens,
                             settings.parallel);
  const std::uint32_t shards = tensor_parallel_size(model, gpus);
  if (shards > 1) line.command += fmt::format(" --tensor-parallel-size {}", shards);
  if (quant.base == TensorType::fp8) line.command += " --quantization fp8";
  if (settings.kv_type_k == TensorType::q8_0 || settings.kv_type_k == TensorType::fp8)
    line.command += " --kv-cache-dtype fp8";
  line.command += vllm_drafting(extras);
  if (!is_own) line.note = fmt::format("in place of {}: a repository that holds {} as {}", repo, model.name, quant.id);
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

LaunchExtras launch_extras(const Question& question, const RequestEcho& echo, const Assessment& assessment) {
  LaunchExtras extras;
  // A size was enough to count it; the line then says what such a file is called.
  const auto named = [](const std::string& asked) {
    return asked == "auto" || parse_bytes(asked, "") ? std::string() : asked;
  };
  if (echo.mmproj) extras.projector = named(*echo.mmproj);
  for (const std::string& adapter : echo.lora) extras.adapters.push_back(named(adapter));
  extras.drafting = question.companions.drafting;
  extras.draft = question.companions.draft;
  extras.draft_quant = echo.draft_quant;
  if (assessment.speed && assessment.speed->speculative) extras.draft_tokens = assessment.speed->speculative->draft_tokens;
  return extras;
}

std::vector<LaunchCommand> launch_commands(const Machine& machine, const ModelSpec& model, const QuantScheme& quant,
                                           const EngineSettings& settings, const Placement& placement,
                                           const LaunchExtras& extras) {
  const LaunchQuestion question{machine, model, quant, settings, placement, extras};
  std::vector<LaunchCommand> lines;
  if (quant.format == QuantFormat::gguf && !(settings.engine == Engine::vllm && vllm_loads(model, quant, settings))) {
    lines.push_back(llama_cpp_command(question));
    if (auto line = ollama_command(question)) lines.push_back(std::move(*line));
    if (settings.engine == Engine::lmstudio) lines.push_back(lm_studio(model, settings, placement));
  }
  if (auto line = vllm(machine, model, quant, settings, extras)) lines.push_back(std::move(*line));
  if (auto line = mlx(machine, model, quant)) lines.push_back(std::move(*line));
  std::stable_partition(lines.begin(), lines.end(),
                        [&](const LaunchCommand& line) { return line.engine == settings.engine; });
  return lines;
}

}  // namespace canirun::report
