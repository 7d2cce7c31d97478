// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <canirun/engine_refusal.hpp>
#include <canirun/names.hpp>
#include <canirun/verdict.hpp>
#include <span>

namespace canirun {
namespace {

/// Common llama.cpp mixtures from big to small. From k_lossy on the loss is plain to see, and the text says so.
constexpr std::string_view k_quants[] = {"F16",    "Q8_0",   "Q6_K",    "Q5_K_M", "Q5_K_S", "Q4_K_M", "Q4_K_S",
                                         "IQ4_XS", "Q3_K_M", "IQ3_XXS", "Q2_K",   "IQ2_M",  "IQ2_XXS"};
constexpr auto k_lossy = std::end(k_quants) - 4;
/// What vLLM reads, from big to small.
constexpr std::string_view k_vllm_quants[] = {"BF16", "FP8", "AWQ-4bit"};
constexpr std::size_t k_most = 18;
constexpr std::uint32_t k_least_context = 2048;

struct Change {
  std::string quant;
  EngineSettings settings;
  std::string text;
};

std::string command_for(const Machine& machine, const ModelSpec& model, const Change& change, const EngineSettings& before) {
  std::string command = "canirun check " + typed_name(model);
  constexpr std::string_view k_on = "--on ";
  if (machine.origin.starts_with(k_on)) command += " --on \"" + machine.origin.substr(k_on.size()) + "\"";
  command += " --quant " + change.quant;
  const EngineSettings usual;
  if (change.settings.context_tokens != usual.context_tokens || change.settings.context_tokens != before.context_tokens) {
    command += fmt::format(" --ctx {}", change.settings.context_tokens);
  }
  if (change.settings.kv_type_k != usual.kv_type_k)
    command += fmt::format(" --kv-type {}", name_of(change.settings.kv_type_k));
  if (change.settings.parallel != usual.parallel) command += fmt::format(" --parallel {}", change.settings.parallel);
  return command;
}

/// Requests that divide the context between them; vLLM and MLX give each request all of it.
std::uint32_t sharers_of(const EngineSettings& settings) {
  const bool is_each_ones_own = settings.engine == Engine::vllm || settings.engine == Engine::mlx;
  return is_each_ones_own ? 1 : std::max(1U, settings.parallel);
}

/// The same context for each of so many requests.
EngineSettings with_requests(EngineSettings settings, std::uint32_t count) {
  const std::uint32_t before = sharers_of(settings);
  settings.parallel = count;
  settings.context_tokens = settings.context_tokens / before * sharers_of(settings);
  return settings;
}

/// "4096 tokens of context", "4096 tokens of context for each".
std::string context_words(std::uint32_t tokens, const EngineSettings& settings) {
  return fmt::format("{} tokens of context{}", tokens / sharers_of(settings), settings.parallel > 1 ? " for each" : "");
}

std::vector<std::string> smaller_than(const std::string& quant, Engine engine) {
  const std::span<const std::string_view> all = engine == Engine::vllm ? std::span<const std::string_view>(k_vllm_quants)
                                                                       : std::span<const std::string_view>(k_quants);
  const auto known = std::find(all.begin(), all.end(), quant);
  return known == all.end() ? std::vector<std::string>{} : std::vector<std::string>(std::next(known), all.end());
}

EngineSettings with_kv(EngineSettings settings, TensorType type) {
  settings.kv_type_k = settings.kv_type_v = type;
  return settings;
}
EngineSettings with_context(EngineSettings settings, std::uint32_t tokens) {
  settings.context_tokens = tokens;
  return settings;
}

}  // namespace

std::vector<Alternative> alternatives_to_try(const Machine& machine, const ModelSpec& model, const std::string& quant,
                                             const EngineSettings& settings) {
  std::vector<Change> changes;
  const std::vector<std::string> smaller = smaller_than(quant, settings.engine);
  const std::uint32_t sharers = sharers_of(settings);
  const bool can_quantise_kv =
      settings.flash_attn && settings.kv_type_k == TensorType::f16 && settings.kv_type_v == TensorType::f16;

  // What costs least first: several slots, half the cache, half the context, one quant down.
  if (settings.parallel > 3)
    changes.push_back({quant, with_requests(settings, settings.parallel / 2),
                       fmt::format("{} requests at a time", settings.parallel / 2)});
  if (settings.parallel > 1) changes.push_back({quant, with_requests(settings, 1), "one request at a time"});
  if (can_quantise_kv) changes.push_back({quant, with_kv(settings, TensorType::q8_0), "KV cache at 8 bits"});
  if (!smaller.empty()) changes.push_back({smaller.front(), settings, "a smaller quant"});
  for (std::uint32_t tokens = settings.context_tokens / 2;
       tokens >= k_least_context * sharers && tokens >= settings.context_tokens / 4; tokens /= 2) {
    changes.push_back({quant, with_context(settings, tokens), context_words(tokens, settings)});
  }
  for (std::size_t i = 1; i < smaller.size() && i < 4; ++i) changes.push_back({smaller[i], settings, "a smaller quant"});

  if (settings.parallel > 1) {
    for (std::size_t i = 0; i < smaller.size() && i < 3; ++i)
      changes.push_back({smaller[i], with_requests(settings, 1), "a smaller quant and one request at a time"});
  }

  // Two or three knobs together, down to the smallest that is still worth having.
  const std::uint32_t short_context = std::min(settings.context_tokens, 2 * k_least_context * sharers);
  for (const std::string& name : smaller) {
    EngineSettings small = with_context(settings, short_context);
    if (can_quantise_kv) small = with_kv(small, TensorType::q8_0);
    const bool lossy = std::find(k_lossy, std::end(k_quants), name) != std::end(k_quants);
    changes.push_back({name, small,
                       fmt::format("a smaller quant and {}{}", context_words(short_context, settings),
                                   lossy ? ", at a visible loss of quality" : "")});
  }

  std::vector<Alternative> list;
  for (const Change& change : changes) {
    if (list.size() == k_most) break;
    if (engine_refusal(model, change.settings)) continue;
    list.push_back({change.quant, change.settings, {command_for(machine, model, change, settings), change.text}});
  }
  return list;
}

}  // namespace canirun
