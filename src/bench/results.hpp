// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/calibration.hpp>
#include <canirun/result.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Results of runs that people already have, as the programs that made them write them.
namespace canirun::bench {

/// Longer texts are refused unread, and more runs than this in one.
inline constexpr std::size_t k_most_result_bytes = 16U << 20U;
inline constexpr std::size_t k_most_runs = 10'000;

/// One run as its source tells it. `run.model` is empty and `run.quant` is the source's own word: nobody has looked them up.
struct FoundRun {
  Measurement run;
  std::size_t line = 0;        ///< where it begins, from 1
  std::string model_file;      ///< path of the weights, as the source has it
  std::string gpu_names = {};  ///< of the GPUs it ran on, as the driver calls them, with commas between; "": not said
  std::optional<std::uint64_t> parameter_count, model_bytes;
};

struct FoundRuns {
  std::string format;  ///< "llama-bench", "Ollama", ...: for people
  std::vector<FoundRun> runs;
  std::vector<std::string> notes;  ///< what was left out, and why
};

/// Recognises the text by itself: llama-bench's JSON, JSON lines, CSV, SQL and Markdown; Ollama's API answers and
/// `--verbose` text; llama.cpp's `timings` objects and log lines; LM Studio's API answers and prediction log; /metrics of
/// llama-server and vLLM. Errors name the line.
Result<FoundRuns> read_results(std::string_view text);

/// "Q4_K - Medium" and the like of llama.cpp's file types as the name people use: "Q4_K_M". Other words stay as they are.
std::string quant_of_file_type(std::string_view words);

}  // namespace canirun::bench
