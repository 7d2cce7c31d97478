// SPDX-License-Identifier: MIT
// llama-bench: one object per test in JSON (-o json, -o jsonl); rows of CSV and SQL come here as such objects.
#include <algorithm>
#include <array>
#include <cmath>

#include "bench/results_llama_bench.hpp"

namespace canirun::bench {
namespace {

constexpr std::uint32_t k_all_layers = 999;

}  // namespace

std::optional<Backend> backend_named(std::string_view names) {
  constexpr std::array<std::pair<std::string_view, Backend>, 9> k_names = {{{"CUDA", Backend::cuda},
                                                                            {"ROCm", Backend::rocm},
                                                                            {"HIP", Backend::rocm},
                                                                            {"Vulkan", Backend::vulkan},
                                                                            {"Metal", Backend::metal},
                                                                            {"MTL", Backend::metal},
                                                                            {"SYCL", Backend::sycl},
                                                                            {"CPU", Backend::cpu},
                                                                            {"BLAS", Backend::cpu}}};
  for (const auto& [name, backend] : k_names) {
    if (names.find(name) != std::string_view::npos) return backend;
  }
  return std::nullopt;
}

std::optional<std::uint32_t> layers_of(std::optional<std::int64_t> count) {
  if (!count) return std::nullopt;
  return *count < 0 ? k_all_layers : static_cast<std::uint32_t>(std::min<std::int64_t>(*count, k_all_layers));
}

bool set_rate(Measurement& run, MeasuredRate rate, std::uint32_t prompt, std::uint32_t written, std::uint32_t depth) {
  if ((prompt > 0) == (written > 0)) return false;
  if (prompt > 0) {
    rate.tokens = prompt;
    rate.depth_tokens = depth;
    run.prefill = rate;
  } else {
    rate.tokens = written;
    rate.depth_tokens = depth + written / 2;  // the cache grows while it writes
    run.decode = rate;
  }
  return true;
}

std::string unknown_setting(bool cache_on_host, std::string_view tensor_overrides, bool embeddings) {
  if (cache_on_host) return "its cache was kept in host memory (-nkvo)";
  if (!tensor_overrides.empty() && tensor_overrides != "none") return "single tensors were placed by hand (-ot)";
  if (embeddings) return "it made embeddings";
  return {};
}

void leave_out(FoundRuns& from, std::size_t line, const std::string& why) {
  from.notes.push_back("line " + std::to_string(line) + ": left out, " + why);
}

namespace {

/// true, 1 or "1": JSON has booleans, CSV and SQL figures.
bool is_set(json::View value) { return value.flag().value_or(false) || value.whole().value_or(0) != 0; }

std::string backends_in(json::View object) {
  if (const auto names = object.at("backends").text()) {
    // A program built for GPUs names their backend where there is none, and computes on the processor.
    const auto gpus = object.at("gpu_info").text();
    return gpus && gpus->empty() ? "CPU" : *names;
  }
  // Before mid-2025: one flag each.
  for (const auto& [key, name] :
       {std::pair{"cuda", "CUDA"}, std::pair{"vulkan", "Vulkan"}, std::pair{"metal", "Metal"}, std::pair{"sycl", "SYCL"}}) {
    if (is_set(object.at(key))) return name;
  }
  return "CPU";
}

Result<MeasuredRate> rate_of(json::View object, std::uint32_t tokens) {
  const std::optional<double> rate = object.at("avg_ts").number();
  const std::optional<double> time_ns = object.at("avg_ns").number();
  if (!rate && !time_ns) return fail(ErrorKind::malformed, "neither avg_ts nor avg_ns");
  if ((rate && !(*rate > 0)) || (time_ns && !(*time_ns > 0))) {
    return fail(ErrorKind::malformed, "avg_ts or avg_ns is not above zero: the run did nothing");
  }
  const double by_time = time_ns ? tokens * 1e9 / *time_ns : *rate;
  MeasuredRate result;
  result.tokens_per_s = rate.value_or(by_time);
  constexpr double k_most_apart = 2;  // one is a mean of rates, the other of times
  if (by_time > result.tokens_per_s * k_most_apart || by_time * k_most_apart < result.tokens_per_s) {
    return fail(ErrorKind::malformed, "avg_ts and avg_ns contradict each other");
  }
  const std::optional<double> deviation = object.at("stddev_ts").number();
  if (deviation && *deviation >= 0) result.spread = *deviation / result.tokens_per_s;
  return result;
}

Result<std::uint32_t> count_in(json::View object, std::string_view key, bool needed) {
  const json::View value = object.at(key);
  if (!value && !needed) return 0U;
  const std::optional<std::uint32_t> count = value.count32();
  if (!count || *count > (1U << 30U)) {
    return fail(ErrorKind::malformed, std::string(key) + ": expected a number of tokens");
  }
  return *count;
}

}  // namespace

Result<bool> take_llama_bench(json::View object, std::size_t line, FoundRuns& into) {
  if (!object.at("n_prompt") || !object.at("n_gen") || !(object.at("avg_ts") || object.at("avg_ns"))) return false;
  const Result<std::uint32_t> prompt = count_in(object, "n_prompt", true), written = count_in(object, "n_gen", true),
                              depth = count_in(object, "n_depth", false);
  for (const auto* count : {&prompt, &written, &depth}) {
    if (!*count) return tl::unexpected<Error>(count->error());
  }
  if (*prompt + *written == 0) return fail(ErrorKind::malformed, "n_prompt and n_gen are both 0");
  Result<MeasuredRate> rate = rate_of(object, *prompt + *written);
  if (!rate) return tl::unexpected<Error>(std::move(rate).error());

  FoundRun found{.run = {},
                 .line = line,
                 .model_file = object.at("model_filename").text().value_or(""),
                 .parameter_count = object.at("model_n_params").count(),
                 .model_bytes = object.at("model_size").count()};
  Measurement& run = found.run;
  run.source = "llama-bench";
  run.parallel = 1;
  run.model_name = object.at("model_type").text().value_or("");
  run.quant = quant_in_type(run.model_name);
  const std::string backends = backends_in(object);
  const std::optional<Backend> backend = backend_named(backends);
  if (!backend || backends.find("RPC") != std::string::npos) {
    leave_out(into, line, "computed with " + backends);
    return true;
  }
  const std::string odd =
      unknown_setting(is_set(object.at("no_kv_offload")), object.at("tensor_buft_overrides").text().value_or(""),
                      is_set(object.at("embeddings")));
  if (!odd.empty()) {
    leave_out(into, line, odd);
    return true;
  }
  run.backend = *backend;
  if (*backend != Backend::cpu) {
    run.gpu_layers = layers_of(object.at("n_gpu_layers").whole());
    if (const auto experts = object.at("n_cpu_moe").count32(); experts && *experts > 0) run.cpu_moe_layers = *experts;
  }
  if (*backend != Backend::cpu) found.gpu_names = object.at("gpu_info").text().value_or("");
  run.threads = object.at("n_threads").count32();
  run.flash_attn = object.at("flash_attn").flag();
  // Later versions: 0, 1, or -1 for "where it can", which is what a run that says nothing is taken for.
  if (const auto level = object.at("flash_attn").whole(); level && *level >= 0) run.flash_attn = *level != 0;
  run.repetitions = static_cast<std::uint32_t>(std::clamp<std::size_t>(object.at("samples_ts").size(), 1, 1000));
  if (const auto build = object.at("build_number").count()) run.engine_version = "b" + std::to_string(*build);
  run.measured_on = date_of(object.at("test_time").text().value_or(""));
  if (!set_rate(run, *rate, *prompt, *written, *depth)) {
    leave_out(into, line, "reading and writing are mixed in one rate");
    return true;
  }
  into.runs.push_back(std::move(found));
  return true;
}

}  // namespace canirun::bench
