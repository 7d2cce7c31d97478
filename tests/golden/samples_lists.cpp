// SPDX-License-Identifier: MIT
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
#include <canirun/units.hpp>

#include "samples.hpp"

namespace canirun::samples {
namespace {

constexpr std::uint64_t mib(double count) { return static_cast<std::uint64_t>(count * static_cast<double>(k_mib)); }

}  // namespace

report::Listing listing(const Machine& machine) {
  report::Listing list{.head = {.version = "0.0.0", .catalog_date = "2026-11-23"},
                       .machine = machine,
                       .query = "",
                       .task = Task::coding,
                       .rows = {},
                       .matched = 412};
  list.rows = {{.model = "qwen3-coder-30b-a3b",
                .name = "Qwen3-Coder 30B-A3B Instruct",
                .quant = "Q4_K_M",
                .licence = "Apache-2.0",
                .parameter_count = 30'532'122'624,
                .active_parameter_count = 3'300'000'000,
                .memory_bytes = mib(19600),
                .context_tokens = 8192,
                .status = FitStatus::fits,
                .decode_tokens_per_s = Range{120, 144, 165},
                .time_to_first_token_s = Range{0.4, 0.5, 0.7},
                .usability = UsabilityLevel::fast,
                .score = 0.62,
                .grade = "A",
                .level = CapabilityLevel::assists},
               {.model = "llama-3.3-70b",
                .name = "Llama 3.3 70B Instruct",
                .quant = "IQ2_XS",
                .licence = "Llama 3.3 Community",
                .parameter_count = 70'553'706'496,
                .memory_bytes = mib(23100),
                .context_tokens = 8192,
                .status = FitStatus::fits_offloaded,
                .decode_tokens_per_s = Range{6.1, 7.4, 9},
                .time_to_first_token_s = Range{8, 11.4, 15},
                .usability = UsabilityLevel::readable,
                .score = std::nullopt,
                .grade = "?",
                .level = CapabilityLevel::unknown},
               {.model = "glm-4.6-355b-a32b",
                .name = "GLM 4.6 355B-A32B",
                .quant = "Q4_K_M",
                .licence = "MIT",
                .parameter_count = 355'000'000'000,
                .active_parameter_count = 32'000'000'000,
                .memory_bytes = mib(206000),
                .context_tokens = 8192,
                .status = FitStatus::does_not_fit,
                .decode_tokens_per_s = std::nullopt,
                .time_to_first_token_s = std::nullopt,
                .usability = UsabilityLevel::unusable,
                .score = 0.8,
                .grade = "S",
                .level = CapabilityLevel::close}};
  return list;
}

report::Overview overview(const Machine& machine) {
  report::Overview all{.head = {.version = "0.0.0", .catalog_date = "2026-11-23"},
                       .machine = machine,
                       .engine = Engine::llama_cpp,
                       .context_tokens = 8192,
                       .picks = {},
                       .pairs_that_run = 412,
                       .pairs_tried = 690,
                       .money = std::nullopt};
  report::ListRow chat = listing(machine).rows[0];
  chat.name = "Qwen3.6 27B";
  chat.level = CapabilityLevel::close;
  chat.decode_tokens_per_s = Range{34, 39, 44};
  report::ListRow summaries = chat;
  summaries.name = "gpt-oss 20B";
  summaries.quant = "MXFP4";
  summaries.level = CapabilityLevel::equal_or_better;
  summaries.grade = "S";
  all.picks = {{.task = Task::chat, .best = chat, .faster = summaries},
               {.task = Task::coding, .best = listing(machine).rows[0], .faster = std::nullopt},
               {.task = Task::summarise, .best = summaries, .faster = std::nullopt},
               {.task = Task::reasoning, .best = std::nullopt, .faster = std::nullopt}};
  all.money = report::OverviewMoney{.profile = "coding_chat",
                                    .versus = "Claude Sonnet 4.5",
                                    .local_usd_per_day = 0.31,
                                    .hybrid_usd_per_day = 0.52,
                                    .api_usd_per_day = 1.1,
                                    .price_date = "2026-09-23"};
  return all;
}

report::Listing installed(const Machine& machine) {
  report::Listing list = listing(machine);
  list.installed = true;
  list.rows.resize(2);
  list.rows[0].model = "qwen3-coder:30b";
  list.rows[0].keeper = "Ollama";
  list.rows[0].path = "/home/someone/.ollama/models/blobs/sha256-0123";
  list.rows[1] = {.model = "someone/Half-There-GGUF",
                  .quant = "Q8_0",
                  .keeper = "Hugging Face",
                  .path = "/home/someone/hub",
                  .problem = "2 of 3 parts are missing"};
  list.matched = list.rows.size();
  return list;
}

}  // namespace canirun::samples
