// SPDX-License-Identifier: MIT
// llama-bench: one object per test in JSON (-o json, -o jsonl; rows of CSV and SQL come here too), one row per test in its
// Markdown table (the default).
#include <algorithm>
#include <array>
#include <cmath>

#include "bench/results_parts.hpp"

namespace canirun::bench {
namespace {

constexpr std::uint32_t k_all_layers = 999;

/// "CUDA", "Metal,BLAS", "CUDA,RPC": what computed. Nothing for backends the estimates know nothing about.
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

/// Whole layers on the GPU: llama-bench's default is 99, newer ones say -1 for all.
std::optional<std::uint32_t> layers_of(std::optional<std::int64_t> count) {
  if (!count) return std::nullopt;
  return *count < 0 ? k_all_layers : static_cast<std::uint32_t>(std::min<std::int64_t>(*count, k_all_layers));
}

/// Puts a rate where the test says it belongs; false for a test that mixes reading and writing.
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

/// Settings that no estimate knows, and that change a speed; empty: there are none.
std::string unknown_setting(bool cache_on_host, std::string_view tensor_overrides, bool embeddings) {
  if (cache_on_host) return "its cache was kept in host memory (-nkvo)";
  if (!tensor_overrides.empty() && tensor_overrides != "none") return "single tensors were placed by hand (-ot)";
  if (embeddings) return "it made embeddings";
  return {};
}

void leave_out(FoundRuns& from, std::size_t line, const std::string& why) {
  from.notes.push_back("line " + std::to_string(line) + ": left out, " + why);
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

namespace {

/// Cells of "| a | b |"; empty when it is no row.
std::vector<std::string_view> cells_of(std::string_view line) {
  std::vector<std::string_view> cells;
  line = trimmed(line);
  if (!line.starts_with('|') || line.size() < 2) return cells;
  line.remove_prefix(1);
  while (!line.empty() && cells.size() < 64) {
    const std::size_t bar = line.find('|');
    if (bar == std::string_view::npos) break;
    cells.push_back(trimmed(line.substr(0, bar)));
    line.remove_prefix(bar + 1);
  }
  return cells;
}

/// "pp512", "tg128", "pp512+tg128", "tg128 @ d4096".
struct Test {
  std::uint32_t prompt = 0, written = 0, depth = 0;
};
std::optional<Test> test_named(std::string_view text) {
  Test test;
  if (const std::size_t at = text.find('@'); at != std::string_view::npos) {
    std::string_view depth = trimmed(text.substr(at + 1));
    if (!depth.starts_with('d')) return std::nullopt;
    const auto count = decimal(depth.substr(1));
    const auto tokens = count ? token_count(*count) : std::nullopt;
    if (!tokens) return std::nullopt;
    test.depth = *tokens;
    text = trimmed(text.substr(0, at));
  }
  while (!text.empty()) {
    const std::size_t plus = text.find('+');
    const std::string_view part = trimmed(text.substr(0, plus));
    if (part.size() < 3) return std::nullopt;
    const auto count = decimal(part.substr(2));
    const auto tokens = count ? token_count(*count) : std::nullopt;
    if (!tokens || *tokens == 0) return std::nullopt;
    if (part.starts_with("pp")) {
      test.prompt = *tokens;
    } else if (part.starts_with("tg")) {
      test.written = *tokens;
    } else {
      return std::nullopt;
    }
    text.remove_prefix(plus == std::string_view::npos ? text.size() : plus + 1);
  }
  return test.prompt + test.written > 0 ? std::optional(test) : std::nullopt;
}

/// "1234.56 ± 7.89".
std::optional<MeasuredRate> rate_in(std::string_view text) {
  const std::size_t space = text.find(' ');
  const std::optional<double> mean = decimal(text.substr(0, space));
  if (!mean || !(*mean > 0)) return std::nullopt;
  MeasuredRate rate;
  rate.tokens_per_s = *mean;
  if (space == std::string_view::npos) return rate;
  if (const auto deviation = decimal(trimmed(text.substr(text.find_last_of(' '))))) {
    if (*deviation >= 0) rate.spread = *deviation / *mean;
  }
  return rate;
}

struct Columns {
  std::vector<std::string> names;
  [[nodiscard]] std::string_view cell(const std::vector<std::string_view>& row, std::string_view name) const {
    for (std::size_t i = 0; i < std::min(names.size(), row.size()); ++i) {
      if (names[i] == name) return row[i];
    }
    return {};
  }
};

Result<void> take_row(const Columns& columns, const std::vector<std::string_view>& row, std::size_t line, FoundRuns& into) {
  const std::optional<Test> test = test_named(columns.cell(row, "test"));
  if (!test) return tl::unexpected<Error>(at_line(line, "the test is none of pp512, tg128, pp512 @ d4096 and the like"));
  const std::optional<MeasuredRate> rate = rate_in(columns.cell(row, "t/s"));
  if (!rate) return tl::unexpected<Error>(at_line(line, "t/s: expected a rate above zero, such as 71.2 ± 0.3"));
  const std::optional<Backend> backend = backend_named(columns.cell(row, "backend"));
  FoundRun found;
  found.line = line;
  Measurement& run = found.run;
  run.source = "llama-bench";
  run.parallel = 1;
  run.model_name = columns.cell(row, "model");
  run.quant = quant_in_type(run.model_name);
  if (!backend) {
    leave_out(into, line, "an unknown backend computed it");
    return {};
  }
  const std::string odd =
      unknown_setting(columns.cell(row, "nkvo") == "1", columns.cell(row, "ot"), columns.cell(row, "embd") == "1");
  if (!odd.empty()) {
    leave_out(into, line, odd);
    return {};
  }
  run.backend = *backend;
  const auto number = [&](std::string_view name) { return decimal(columns.cell(row, name)); };
  if (const auto layers = number("ngl"); layers && *backend != Backend::cpu && std::abs(*layers) < 1e6)
    run.gpu_layers = layers_of(static_cast<std::int64_t>(*layers));
  if (const auto experts = number("n_cpu_moe"); experts && *experts > 0 && *backend != Backend::cpu)
    run.cpu_moe_layers = token_count(*experts);
  if (const auto threads = number("threads")) run.threads = token_count(*threads);
  if (const auto attention = number("fa"); attention && *attention >= 0) run.flash_attn = *attention != 0;
  if (set_rate(run, *rate, test->prompt, test->written, test->depth)) {
    into.runs.push_back(std::move(found));
  } else {
    leave_out(into, line, "reading and writing are mixed in one rate");
  }
  return {};
}

}  // namespace

Result<FoundRuns> read_markdown(std::string_view text) {
  FoundRuns found{.format = "llama-bench (Markdown)", .runs = {}, .notes = {}};
  Columns columns;
  Lines lines(text);
  while (const auto line = lines.next()) {
    const std::vector<std::string_view> row = cells_of(*line);
    if (row.empty()) {
      columns.names.clear();  // the table is over
      continue;
    }
    if (std::find(row.begin(), row.end(), "t/s") != row.end()) {
      columns.names.assign(row.begin(), row.end());
      continue;
    }
    const bool rule = row.front().find_first_not_of("-: ") == std::string_view::npos;
    if (columns.names.empty() || rule) continue;
    if (found.runs.size() >= k_most_runs)
      return tl::unexpected<Error>(at_line(lines.number(), "more runs than anybody made"));
    const Result<void> taken = take_row(columns, row, lines.number(), found);
    if (!taken) return tl::unexpected<Error>(taken.error());
  }
  return found;
}

}  // namespace canirun::bench
