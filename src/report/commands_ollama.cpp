// SPDX-License-Identifier: MIT
// The line for Ollama. It places layers itself; where it should not, a Modelfile says how many go to the GPU.
#include <fmt/format.h>

#include <algorithm>

#include "report/commands_parts.hpp"
#include "report/phrases.hpp"

namespace canirun::report {
namespace {

std::string reference_of(const ModelSpec& model, const QuantScheme& quant) {
  if (!model.gguf_repo.empty()) {
    const std::string_view host = model.gguf_repo.starts_with(k_model_scope) ? "" : "hf.co/";
    return fmt::format("{}{}:{}", host, model.gguf_repo, quant.id);
  }
  if (model.ollama_tag.empty() && is_gguf_repository(model.hf_repo)) return "hf.co/" + model.hf_repo + ":" + quant.id;
  return model.ollama_tag;
}

/// What has to be in the model's own file of settings: layers that stay on the CPU, an adapter, a batch of its own.
/// Empty: the server's environment says enough.
std::string modelfile(const LaunchQuestion& question, const std::string& reference) {
  const EngineSettings& settings = question.settings;
  const EngineSettings defaults;
  std::string text;
  const bool whole = question.placement.status != FitStatus::fits_offloaded && !settings.gpu_layers;
  if (!whole) text += fmt::format("\\nPARAMETER num_gpu {}", question.placement.gpu_layers);
  if (settings.ubatch != defaults.ubatch) text += fmt::format("\\nPARAMETER num_batch {}", settings.ubatch);
  if (settings.threads) text += fmt::format("\\nPARAMETER num_thread {}", *settings.threads);
  for (const std::string& adapter : question.extras.adapters)
    text += fmt::format("\\nADAPTER {}", adapter.empty() ? "./adapter.gguf" : adapter);
  if (text.empty()) return text;
  return fmt::format("FROM {}\\nPARAMETER num_ctx {}{}\\n", reference, context_of_a_request(settings), text);
}

}  // namespace

std::optional<LaunchCommand> ollama_command(const LaunchQuestion& question) {
  const ModelSpec& model = question.model;
  const QuantScheme& quant = question.quant;
  const EngineSettings& settings = question.settings;
  const std::string reference = reference_of(model, quant);
  if (reference.empty()) return std::nullopt;

  LaunchCommand line{.engine = Engine::ollama,
                     .command = "ollama run " + shell_word(reference),
                     .environment = {},
                     .base_url = "http://localhost:11434/v1",
                     .note = {}};
  if (const std::string file = modelfile(question, reference);
      !file.empty() && question.placement.expert_layers_on_cpu == 0) {
    const std::string name = shell_word(model.id + "-here");
    line.command =
        fmt::format("printf {} > Modelfile && ollama create {} -f Modelfile && ollama run {}", shell_word(file), name, name);
  }
  line.environment = fmt::format("OLLAMA_CONTEXT_LENGTH={}", context_of_a_request(settings));
  if (settings.parallel > 1) line.environment += fmt::format(" OLLAMA_NUM_PARALLEL={}", settings.parallel);
  const bool quantised_cache = settings.kv_type_k != TensorType::f16;
  if (settings.flash_attn) line.environment += " OLLAMA_FLASH_ATTENTION=1";
  if (quantised_cache) line.environment += fmt::format(" OLLAMA_KV_CACHE_TYPE={}", name_of(settings.kv_type_k));
  if (quant.id != "Q4_K_M" && !quant.id.starts_with("MXFP4") && reference == model.ollama_tag && !model.stored) {
    line.note = fmt::format("the tag holds Ollama's own choice of quant, not necessarily {}", quant.id);
  }
  if (question.placement.expert_layers_on_cpu > 0)
    line.note = "Ollama moves whole layers, not experts alone: slower than the line above";
  if (question.extras.drafting) line.note += fmt::format("{}it does not draft", line.note.empty() ? "" : "; ");
  return line;
}

}  // namespace canirun::report
