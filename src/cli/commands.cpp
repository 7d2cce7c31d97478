// SPDX-License-Identifier: MIT
#include "cli/commands.hpp"

#include <fmt/format.h>

#include <canirun/suggest.hpp>

#include "cli/flags.hpp"

namespace canirun::cli {
namespace {

constexpr std::size_t k_any = 10000;

constexpr Command k_commands[] = {
    {"", on::overview, "", "this machine, and the best models it runs for each task", 0, 0, false,
     "canirun\n"
     "canirun llama-3.1-8b\n"
     "canirun check qwen2.5-coder:7b --on \"RTX 3060 12GB\" --ctx 32k\n"
     "canirun cost llama-3.1-70b --on \"2x RTX 3090\" --buy --vs gpt-4o\n",
     run_overview},
    {"check", on::check, "MODEL...", "does it fit, how fast, good enough, worth the money", 0, k_any, false,
     "canirun check llama-3.1-8b\n"
     "canirun check qwen2.5-coder:7b --on \"M2 Pro 16GB\" --ctx 16k --explain\n"
     "canirun check hf.co/unsloth/Qwen3-30B-A3B-GGUF\n"
     "canirun check ~/models/mistral-small-q4_k_m.gguf\n"
     "canirun check --requests questions.jsonl > answers.jsonl\n",
     run_check},
    {"hw", on::hw, "", "what was detected, and how it is known", 0, 0, false,
     "canirun hw\n"
     "canirun hw --top\n"
     "canirun hw --json > machine.json\n",
     run_hw},
    {"list", on::list, "[QUERY]", "the catalog ranked for this machine", 0, k_any, false,
     "canirun list --task coding --fits\n"
     "canirun list qwen --max-memory 12GiB --sort speed\n",
     run_list},
    {"cost", on::cost, "MODEL", "running it here against an API, a rented GPU, or both", 0, 1, false,
     "canirun cost llama-3.1-8b --profile coding --vs gpt-4o-mini\n"
     "canirun cost llama-3.1-8b --on \"RTX 4090\" --buy --kwh 0.30 --plot\n"
     "canirun cost qwen3:8b --from-usage sessions.jsonl --subscription 20/month\n"
     "canirun cost qwen3:8b --mix autocomplete --mix summarise --mix agentic\n"
     "canirun cost --example article\n",
     run_cost},
    {"plan", on::plan, "MODEL", "the cheapest machines that make it usable", 0, 1, false,
     "canirun plan gpt-oss-120b --min-tps 20 --ctx 32k\n"
     "canirun plan qwen3-coder-30b-a3b --budget 1500 --vs claude-haiku-4.5\n",
     run_plan},
    {"bench", on::bench, "[FILE...]", "measure this machine, or calibrate it with measured runs", 0, k_any, false,
     "canirun bench --save\n"
     "llama-bench -m model.gguf -o json | canirun bench - --save\n"
     "canirun bench --server http://localhost:11434 --model qwen3:8b\n"
     "canirun bench --show\n",
     run_bench},
    {"accuracy", on::accuracy, "", "how far off the estimates are, on measured runs", 0, 0, false,
     "canirun accuracy\n"
     "canirun accuracy --explain\n",
     run_accuracy},
    {"compare", on::compare, "MODEL MODEL...", "models side by side on this machine", 0, k_any, false,
     "canirun compare qwen3-8b llama-3.1-8b phi-4\n", run_compare},
    {"inspect", on::inspect, "FILE|REFERENCE", "what a model's files say: layers, sizes, licence", 1, 1, false,
     "canirun inspect ~/models/qwen3-8b-q4_k_m.gguf --tensors\n"
     "canirun inspect hf.co/Qwen/Qwen3-8B-GGUF:Q4_K_M\n",
     run_inspect},
    {"cache", on::cache, "[clear]", "headers kept of models on the network", 0, 1, false,
     "canirun cache\n"
     "canirun cache clear\n",
     run_cache},
    {"update", on::update, "", "fetch current API prices from public lists", 0, 0, false,
     "canirun update\n"
     "canirun update --dry-run\n"
     "canirun update --forget\n",
     run_update},
    {"catalog", on::catalog, "KIND [QUERY]", "models, devices, prices or quants, with their sources", 0, k_any, false,
     "canirun catalog devices 4090\n"
     "canirun catalog prices claude\n",
     run_catalog},
    {"doctor", on::doctor, "", "what was found and what was not, in one block to paste", 0, 0, false, "canirun doctor\n",
     run_doctor},
    {"record", on::record, "FILE", "this machine as a file for a bug report", 1, 1, false,
     "canirun record machine.txt\n"
     "canirun check qwen3:8b --machine machine.txt\n",
     run_record},
    {"completion", on::completion, "SHELL", "completions for bash, zsh or fish", 0, 1, false,
     "canirun completion bash > ~/.local/share/bash-completion/completions/canirun\n", run_completion},
    {"help", on::help, "[TOPIC]", "a command, or: models exit-codes environment formats", 0, 1, false,
     "canirun help exit-codes\n", run_help},
    {"__probe", 0, "VENDOR", "what the vendor's library says", 1, 1, true, "", run_probe},
};

}  // namespace

std::span<const Command> commands() { return k_commands; }

const Command* find_command(std::string_view name) {
  for (const Command& command : k_commands) {
    if (command.name == name) return &command;
  }
  return nullptr;
}

std::vector<std::string> command_names() {
  std::vector<std::string> names;
  for (const Command& command : k_commands) {
    if (!command.hidden && !command.name.empty()) names.emplace_back(command.name);
  }
  return names;
}

Error with_command_hint(Error error, const Options& options) {
  if (error.kind != ErrorKind::not_found || options.words.empty()) return error;
  const std::vector<std::string> near = closest(options.words.front(), command_names(), 1);
  if (!near.empty())
    error.hint += fmt::format("{}did you mean the command: canirun {}?", error.hint.empty() ? "" : "; ", near.front());
  return error;
}

}  // namespace canirun::cli
