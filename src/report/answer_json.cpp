// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <canirun/storage.hpp>

#include "report/commands.hpp"
#include "report/sections.hpp"

namespace canirun::report {
namespace {

void set_parts(Node node, const MemoryParts& parts) {
  node.set("weights_bytes", parts.weights_bytes);
  node.set("repacked_weights_bytes", parts.repacked_weights_bytes);
  node.set("kv_cache_bytes", parts.kv_cache_bytes);
  node.set("recurrent_state_bytes", parts.recurrent_state_bytes);
  node.set("compute_bytes", parts.compute_bytes);
  node.set("output_bytes", parts.output_bytes);
  node.set("runtime_overhead_bytes", parts.runtime_overhead_bytes);
}

/// Layers "auto" or as many as were asked for.
void set_layers(Node node, std::string_view name, const std::optional<std::uint32_t>& layers) {
  if (layers) {
    node.set(name, *layers);
  } else {
    node.set(name, "auto");
  }
}

void set_money(Node node, const CostInputs& money) {
  node.set("ownership", money.ownership);
  node.set("hardware_price_usd", money.hardware_price_usd);
  node.set("electricity_usd_per_kwh", money.electricity_usd_per_kwh);
  node.set("region", money.region);
  node.set("active_w", money.active_w);
  node.set("idle_w", money.idle_w);
  node.set("years_kept", money.years_kept);
  node.set("annual_value_loss", money.annual_value_loss);
  node.set("prefix_cache_hit_share", money.prefix_cache_hit_share);
  node.set("reasoning_multiplier_api", money.reasoning_multiplier_api);
  node.set("reasoning_multiplier_local", money.reasoning_multiplier_local);
  node.set("maintenance_hours_per_month", money.maintenance_hours_per_month);
  node.set("maintenance_usd_per_hour", money.maintenance_usd_per_hour);
  node.set("finance_rate", money.finance_rate);
  node.set("dedicated", money.dedicated);
  node.set("host_included", money.host_included);
  node.set("batch_api", money.batch_api);
  node.set("api_fee_share", money.api_fee_share);
  node.set("api_minimum_usd_per_month", money.api_minimum_usd_per_month);
  node.set("peak_share", money.peak_share);
  node.set("discount_rate", money.discount_rate);
  node.set("heating_share", money.heating_share);
  node.set("heat_usd_per_kwh", money.heat_usd_per_kwh);
  node.set("cooling_share", money.cooling_share);
  const bool other = money.currency.code != "USD";
  node.set("currency", other ? std::optional(money.currency.code) : std::nullopt);
  node.set("per_usd", other ? std::optional(money.currency.per_usd) : std::nullopt);
}

const MemoryPool* pool_at(const Machine& machine, std::uint32_t index) {
  return index < machine.pools.size() ? &machine.pools[index] : nullptr;
}

}  // namespace

void set_pool(Node node, std::string_view name, const Machine& machine, std::uint32_t index) {
  const MemoryPool* pool = pool_at(machine, index);
  node.set(name, pool ? std::optional(pool->id) : std::nullopt);
}

void write_request(Node root, const Answer& answer) {
  const RequestEcho& request = answer.request;
  const EngineSettings& settings = answer.question.settings;
  root.object("request", [&](Node node) {
    node.set("id", request.id);
    node.set("model", request.model);
    node.set("quant", request.quant);
    node.set("on", request.on);
    node.set("ram", request.ram);
    node.set("vram", request.vram);
    node.set("bandwidth", request.bandwidth);
    node.set("context_tokens", settings.context_tokens);
    node.set("parallel", settings.parallel);
    node.set("kv_unified", settings.kv_unified);
    node.set("kv_type", settings.kv_type_k == settings.kv_type_v ? std::optional(settings.kv_type_k) : std::nullopt);
    node.set("kv_type_k", settings.kv_type_k);
    node.set("kv_type_v", settings.kv_type_v);
    node.set("flash_attn", settings.flash_attn);
    node.set("swa_full", settings.swa_full);
    node.set("batch", settings.batch);
    node.set("ubatch", settings.ubatch);
    node.set("max_output_rows", settings.max_output_rows);
    set_layers(node, "gpu_layers", settings.gpu_layers);
    set_layers(node, "cpu_moe_layers", settings.cpu_moe_layers);
    node.set("split_mode", settings.split_mode);
    node.set("op_offload", settings.op_offload);
    node.set("repack", settings.repack);
    node.set("engine", settings.engine);
    node.set("engine_mode", settings.mode);
    node.set("backend", settings.backend);
    node.set("threads", settings.threads);
    node.set("mmproj", request.mmproj);
    node.set("lora", request.lora);
    node.set("draft", request.draft);
    node.set("depth_tokens", request.depth_tokens);
    node.set("prompt_tokens", request.prompt_tokens);
    node.set("profile", request.profile);
    node.set("task", answer.question.usage.task);
    node.set("vs", request.vs);
    node.set("min_decode_tokens_per_s", answer.question.floors.min_decode_tokens_per_s);
    node.set("max_time_to_first_token_s", answer.question.floors.max_time_to_first_token_s);
    node.set("private", answer.question.policy.private_data);
    node.set("air_gapped", answer.question.policy.air_gapped);
    node.object("money", [&](Node money) { set_money(money, answer.question.money); });
  });
}

void write_model(Node root, const Answer& answer) {
  const ModelSpec& model = answer.model;
  root.object("model", [&](Node node) {
    node.set("id", model.id);
    node.set("name", model.name);
    node.set("vendor", model.vendor);
    node.set("licence", model.licence);
    node.set("architecture", model.architecture);
    node.set("parameter_count", model.parameter_count);
    node.set("active_parameter_count", model.active_parameter_count);
    node.set("quant", answer.quant.id);
    node.set("quant_is_approximate", answer.quant.approximate);
    node.set("weights_bytes", answer.assessment.weights.file_bytes);
    node.set("context_limit_tokens", model.context_limit_tokens);
    node.set("basis", model.provenance.basis);
    node.set("source", model.provenance.source);
    node.set("retrieved", model.provenance.retrieved);
  });
}

/// Where the model was read from; null for one of the catalog.
void write_files(Node root, const FileSource* files) {
  if (files == nullptr) return root.set_null("files");
  root.object("files", [&](Node node) {
    node.set("place", files->place);
    node.set("names", files->files);
    node.objects("offers", files->offers, [](Node entry, const FileOffer& offer) {
      entry.set("quant", offer.quant);
      entry.set("file", offer.file);
      entry.set("bytes", offer.bytes);
      entry.set("status", offer.status);
      entry.set("decode_tokens_per_s", offer.decode_tokens_per_s);
      entry.set("chosen", offer.chosen);
    });
    node.set("notes", files->notes);
    node.set("requests", files->requests);
    node.set("received_bytes", files->received_bytes);
  });
}

/// What of the memory is not the model itself; null when nothing else was asked for.
void write_beside(Node memory, const Answer& answer) {
  const Companions& beside = answer.question.companions;
  if (!beside.any()) return memory.set_null("beside");
  const std::uint64_t scratch = beside.projector_device_scratch_bytes + beside.projector_host_scratch_bytes;
  const std::uint64_t files = beside.projector_bytes + scratch + beside.adapter_bytes;
  memory.object("beside", [&](Node node) {
    node.set("total_bytes", answer.assessment.placed.beside.total());
    node.set("projector_bytes", beside.projector_bytes);
    node.set("projector_scratch_bytes", scratch > 0 ? std::optional(scratch) : std::nullopt);
    node.set("adapter_bytes", beside.adapter_bytes);
    node.set("draft_model", beside.drafting == DraftKind::model ? std::optional(beside.draft->id) : std::nullopt);
    node.set("draft_quant", beside.draft ? std::optional(answer.request.draft_quant) : std::nullopt);
    node.set("draft_bytes",
             answer.assessment.placed.beside.total() - std::min(answer.assessment.placed.beside.total(), files));
  });
}

void write_memory(Node root, const Answer& answer) {
  const MemoryEstimate& memory = answer.assessment.placed.memory;
  root.object("memory", [&](Node node) {
    node.set("total_bytes", memory.parts.total());
    node.object("parts", [&](Node parts) { set_parts(parts, memory.parts); });
    node.objects("pools", memory.pools, [&](Node entry, const PoolMemory& used) {
      const MemoryPool* pool = pool_at(answer.machine, used.pool);
      entry.set("pool", pool ? std::optional(pool->id) : std::nullopt);
      entry.set("kind", pool ? std::optional(pool->kind) : std::nullopt);
      set_parts(entry, used.parts);
      entry.set("used_bytes", used.used_bytes);
      entry.set("required_bytes", used.required_bytes);
      entry.set("usable_bytes", used.usable_bytes);
      entry.set("free_bytes", pool ? pool->free_bytes : std::nullopt);
    });
    node.set("kv_bytes_per_token", memory.kv_bytes_per_token);
    write_beside(node, answer);
    const MemoryKnowledge known = memory_knowledge(answer.question.settings.engine);
    node.set("basis", known.basis);
    node.set("source", known.source);
  });
}

/// The files against the drive; null for a machine whose storage is not known, and for files that are there.
void write_storage(Node root, const Answer& answer) {
  const std::optional<StorageFit> disk =
      answer.model.local_path.empty() ? storage_fit(answer.machine, answer.assessment.weights.file_bytes) : std::nullopt;
  if (!disk) return root.set_null("storage");
  root.object("storage", [&](Node node) {
    node.set("place", disk->place);
    node.set("drive", disk->drive);
    node.set("file_bytes", disk->file_bytes);
    node.set("free_bytes", disk->free_bytes);
    node.set("missing_bytes", disk->missing_bytes);
    node.set("read_s", disk->read_s);
    node.set("read_basis", disk->read_basis);
  });
}

void write_placement(Node root, const Answer& answer) {
  const Placement& placement = answer.assessment.placed.placement;
  root.object("placement", [&](Node node) {
    node.set("status", placement.status);
    node.set("fits_now", placement.fits_now);
    node.set("fits_idle", placement.fits_idle);
    node.set("gpu_layers", placement.gpu_layers);
    node.set("layers", static_cast<std::uint64_t>(answer.model.layers.size()));
    node.set("expert_layers_on_cpu", placement.expert_layers_on_cpu);
    set_pool(node, "output_pool", answer.machine, placement.output_pool);
    node.set("headroom_bytes", placement.headroom_bytes);
    set_pool(node, "limiting_pool", answer.machine, placement.limiting_pool);
    node.set("max_context_tokens", placement.max_context_tokens);
    node.set("largest_quant", answer.largest_quant.empty() ? std::nullopt : std::optional(answer.largest_quant));
  });
}

void write_capability(Node root, const Capability& capability) {
  root.object("capability", [&](Node node) {
    node.set("task", capability.task);
    node.set("level", capability.level);
    node.set("grade", capability.grade);
    node.set("score", capability.score);
    node.set("gap_to_frontier", capability.gap_to_reference);
    node.set("reference", capability.reference.empty() ? std::nullopt : std::optional(capability.reference));
    node.objects("evidence", capability.evidence, [](Node entry, const CapabilityEvidence& evidence) {
      entry.set("benchmark", evidence.benchmark);
      entry.set("local_value", evidence.local_value);
      entry.set("reference_value", evidence.reference_value);
      entry.set("weight", evidence.weight);
      entry.set("self_reported", evidence.self_reported);
      entry.set("source", evidence.source);
      entry.set("retrieved", evidence.retrieved);
    });
  });
}

void write_verdict(Node root, const Verdict& verdict) {
  root.object("verdict", [&](Node node) {
    node.set("answer", verdict.answer);
    node.set("yes", verdict.yes);
    node.set("worth_it", verdict.worth_it);
    node.objects("reasons", verdict.reasons, [](Node entry, const Reason& reason) {
      entry.set("code", reason.code);
      entry.set("text", reason.text);
    });
    node.objects("suggestions", verdict.suggestions, [](Node entry, const Suggestion& suggestion) {
      entry.set("command", suggestion.command);
      entry.set("text", suggestion.text);
    });
    node.set("confidence", verdict.confidence);
  });
}

void write_commands(Node root, const Answer& answer) {
  static constexpr std::array<std::pair<Engine, std::string_view>, 5> k_keys{{{Engine::llama_cpp, "llama_cpp"},
                                                                              {Engine::ollama, "ollama"},
                                                                              {Engine::lmstudio, "lmstudio"},
                                                                              {Engine::vllm, "vllm"},
                                                                              {Engine::mlx, "mlx"}}};
  const auto lines =
      launch_commands(answer.machine, answer.model, answer.quant, answer.question.settings,
                      answer.assessment.placed.placement, launch_extras(answer.question, answer.request, answer.assessment));
  const bool runs = answer.assessment.placed.placement.status != FitStatus::does_not_fit;
  const auto line_for = [&](Engine engine) -> const LaunchCommand* {
    for (const LaunchCommand& line : lines) {
      if (line.engine == engine && runs) return &line;
    }
    return nullptr;
  };
  const auto set_each = [&](Node node, std::string LaunchCommand::* member) {
    for (const auto& [engine, key] : k_keys) {
      const LaunchCommand* line = line_for(engine);
      node.set(key, line && !(line->*member).empty() ? std::optional(line->*member) : std::nullopt);
    }
  };
  root.object("commands", [&](Node node) {
    set_each(node, &LaunchCommand::command);
    node.object("environment", [&](Node inner) { set_each(inner, &LaunchCommand::environment); });
    node.object("base_urls", [&](Node inner) { set_each(inner, &LaunchCommand::base_url); });
    node.object("notes", [&](Node inner) { set_each(inner, &LaunchCommand::note); });
  });
}

std::string answer_json(const Answer& answer, JsonStyle style) {
  Document document("canirun/assessment", answer.head);
  Node root = document.root();
  root.set("id", answer.request.id);
  write_request(root, answer);
  write_machine(root, answer.machine);
  write_model(root, answer);
  write_files(document.root(), answer.files);
  write_memory(root, answer);
  write_placement(root, answer);
  write_storage(root, answer);
  write_throughput(root, answer);
  root.object("usability", [&](Node node) {
    node.set("level", answer.assessment.usability.level);
    node.set("reason", answer.assessment.usability.reason);
  });
  write_capability(root, answer.assessment.capability);
  write_cost(root, answer.assessment.cost);
  write_verdict(root, answer.assessment.verdict);
  write_commands(root, answer);
  return document.text(style);
}

}  // namespace canirun::report
