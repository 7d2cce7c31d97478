// SPDX-License-Identifier: MIT
#include "cli/help.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "report/style.hpp"
#include "report/text.hpp"

namespace canirun::cli {
namespace {

/// Where the explanations of flags and commands begin.
constexpr int k_help_column = 26;
constexpr std::array k_groups = {FlagGroup::machine, FlagGroup::engine, FlagGroup::use,   FlagGroup::demands,
                                 FlagGroup::money,   FlagGroup::list,   FlagGroup::bench, FlagGroup::output};

std::string heading(std::string_view text, const report::Terminal& terminal) {
  return "\n" + report::paint(text, report::Tone::strong, terminal) + "\n";
}

/// "  --ctx N     tokens of context ...", the text wrapped beside the name.
std::string entry(std::string_view name, std::string_view text, const report::Terminal& terminal) {
  const int text_width = std::max(20, terminal.width - k_help_column);
  const std::vector<std::string> lines = report::wrap(text, text_width);
  std::string out = "  " + report::paint(name, report::Tone::command, terminal);
  int column = 2 + report::display_width(name);
  if (column > k_help_column - 2) {
    out += "\n";
    column = 0;
  }
  for (const std::string& line : lines) {
    out += std::string(static_cast<std::size_t>(k_help_column - column), ' ') + line + "\n";
    column = 0;
  }
  return out;
}

std::string replaced(std::string_view text, char from, std::string_view to) {
  std::string out;
  for (const char c : text) out += c == from ? std::string(to) : std::string(1, c);
  return out;
}

std::string explanation(const Flag& flag, bool brief) {
  std::string text(flag.help);
  if (!flag.choices.empty()) text += ": " + replaced(flag.choices, '|', ", ");
  if (!brief && !flag.fallback.empty()) text += fmt::format(" (default: {})", flag.fallback);
  return text;
}

std::string usage_line(const Command& command) {
  if (command.name.empty()) return "canirun [FLAGS]\n       canirun [FLAGS] MODEL...\n       canirun COMMAND [FLAGS] ...\n";
  return fmt::format("canirun {}{}{} [FLAGS]\n", command.name, command.words.empty() ? "" : " ", command.words);
}

constexpr std::string_view k_exit_codes =
    "Exit codes\n\n"
    "  0    yes, or done\n"
    "  1    the answer is no: it does not run here, or misses a floor that was asked\n"
    "       for\n"
    "  2    trouble: unknown name, bad value, unreadable file, output that cannot be\n"
    "       written\n"
    "  130  interrupted\n\n"
    "For `check` and `cost`, yes means: the model fits, is not unusably slow, and\n"
    "meets --min-tps, --max-ttft and --ctx where they were given. With --require\n"
    "worth-it the money has to speak for it as well. Several models: 1 when any of\n"
    "them is a no, 2 when any of them could not be answered. `check --requests` ends\n"
    "with 0 when every line was answered, whatever the answers are, and with 2 when\n"
    "one was not. `compare` and `list` end with 1 when nothing is left to show.\n";

constexpr std::string_view k_environment =
    "Environment\n\n"
    "  COLUMNS                      width of the text where no terminal tells it\n"
    "  NO_COLOR                     no colour, when not empty; --color wins\n"
    "  CLICOLOR_FORCE, FORCE_COLOR  colour also into a pipe, when neither empty nor 0\n"
    "  TERM                         \"dumb\": no colour\n"
    "  LC_ALL, LC_CTYPE, LANG       text is ASCII unless the first one set names\n"
    "                               UTF-8\n"
    "  XDG_DATA_HOME, HOME          $XDG_DATA_HOME/canirun or ~/.local/share/canirun\n"
    "                               is laid over the built-in data when it is there;\n"
    "                               there too: calibration.json, what `canirun bench\n"
    "                               --save` kept\n"
    "  CANIRUN_DATA                 another such folder, laid over that one\n"
    "  CANIRUN_SERVER_KEY           key for the server that `canirun bench --server`\n"
    "                               measures\n"
    "  CANIRUN_PRICES_URL_MODELS_DEV, _OPENROUTER, _LITELLM\n"
    "                               other addresses for the price lists of `canirun\n"
    "                               update`\n\n"
    "Models that are not in the catalog (`canirun help models`)\n\n"
    "  HF_TOKEN, HF_TOKEN_PATH      token for gated repositories; else $HF_HOME/token\n"
    "                               or ~/.cache/huggingface/token. It goes to the\n"
    "                               hub's host only\n"
    "  HF_ENDPOINT, MODELSCOPE_ENDPOINT, OLLAMA_REGISTRY\n"
    "                               other addresses for the hubs: mirrors\n"
    "  HTTPS_PROXY, NO_PROXY        as curl reads them\n"
    "  SSL_CERT_FILE, CURL_CA_BUNDLE\n"
    "                               certificates to trust\n"
    "  XDG_CACHE_HOME               $XDG_CACHE_HOME/canirun (else ~/.cache/canirun)\n"
    "                               keeps headers of models that were asked for;\n"
    "                               `canirun cache clear` empties it\n"
    "  OLLAMA_MODELS, HF_HUB_CACHE, HF_HOME, LLAMA_CACHE\n"
    "                               where `canirun list --installed` looks, beside\n"
    "                               the usual places\n\n"
    "The network is asked only about a model that is named by a network reference,\n"
    "and for price lists by `canirun update`; never with --offline. Nothing is sent\n"
    "but the request for that description or list; to a server that --server names,\n"
    "words of no meaning for it to answer.\n";

constexpr std::string_view k_models =
    "How to name a model\n\n"
    "  llama-3.1-8b               a name of the catalog; `canirun list` shows them,\n"
    "                             no network\n"
    "  ./file.gguf, FOLDER        files here: GGUF (any part of a split one),\n"
    "                             safetensors with config.json, an MLX folder, a\n"
    "                             config.json alone\n"
    "  qwen3:8b                   a tag: what Ollama holds here, else the catalog,\n"
    "                             else Ollama's registry; ollama:qwen3:8b always asks\n"
    "                             the registry\n"
    "  hf.co/OWNER/REPO[:QUANT]   a Hugging Face repository; hf:OWNER/REPO and a web\n"
    "                             address that was copied from the browser mean the\n"
    "                             same\n"
    "  hf:OWNER/REPO/FILE         one file of it\n"
    "  ms:OWNER/REPO              a ModelScope repository\n"
    "  https://HOST/FILE.gguf     any web address of a .gguf, .safetensors or\n"
    "                             config.json\n\n"
    "Only headers are read, some hundred kilobytes to a few megabytes, never the\n"
    "weights. Where several quants lie together the one that suits this machine is\n"
    "taken and the others are listed; --quant NAME takes another, and one that nobody\n"
    "offers is worked out by its rules.\n";

constexpr std::string_view k_formats =
    "Formats\n\n"
    "  --json            one document on stdout: schema, schema_version, then the\n"
    "                    values. Keys carry their unit (free_bytes,\n"
    "                    decode_tokens_per_s); null is unknown. Within a\n"
    "                    schema_version keys are only ever added. On failure the\n"
    "                    document holds error {kind, message, hint}; the exit code\n"
    "                    stays. Several models: one document a line, in the order\n"
    "                    asked.\n"
    "  in a pipe         text tables lose header and padding: one row a line, tabs\n"
    "                    between.\n"
    "  check --requests  JSON lines in and out, same order, `id` echoed. Keys of a\n"
    "                    line: model (the only one required), id, quant, on, ram,\n"
    "                    vram, bandwidth, context_tokens, parallel, kv_unified,\n"
    "                    kv_type, kv_type_k, kv_type_v, flash_attn, swa_full, batch,\n"
    "                    ubatch, max_output_rows, gpu_layers, cpu_moe_layers,\n"
    "                    op_offload, repack, engine, engine_mode, backend, threads,\n"
    "                    depth_tokens, prompt_tokens, profile, task, vs,\n"
    "                    min_decode_tokens_per_s, max_time_to_first_token_s, private,\n"
    "                    air_gapped, use {...}, money {...}. An unknown key is an\n"
    "                    error.\n"
    "  --machine FILE    the document of `canirun hw --json`.\n\n"
    "Sizes: GiB, MiB, KiB are powers of two; GB, MB, KB and a bare G, M, K are powers\n"
    "of ten. Token counts: k is 1024. Memory is shown in GiB, files and bandwidth in\n"
    "GB and GB/s.\n";

struct Topic {
  std::string_view name, text;
};
constexpr std::array k_topics = {Topic{"exit-codes", k_exit_codes}, Topic{"environment", k_environment},
                                 Topic{"formats", k_formats}, Topic{"models", k_models}};

}  // namespace

std::string spelling_of(const Flag& flag) {
  std::string text = flag.letter == 0 ? fmt::format("--{}", flag.name) : fmt::format("-{}, --{}", flag.letter, flag.name);
  if (!flag.value.empty()) text += fmt::format(" {}", flag.value);
  return text;
}

std::string render_help(const Command& command, bool brief, const report::Terminal& terminal) {
  std::string out;
  if (command.name.empty()) {
    out += "Can this machine run that language model, how fast, is it good enough, and is\nit worth it against an API?\n\n";
  } else {
    out += fmt::format("canirun {}: {}\n\n", command.name, command.summary);
  }
  out += "usage: " + usage_line(command);
  out += heading("Examples", terminal);
  std::string_view examples = command.examples;
  while (!examples.empty()) {
    const std::size_t end = examples.find('\n');
    out += fmt::format("  {}\n", report::paint(examples.substr(0, end), report::Tone::command, terminal));
    examples.remove_prefix(end == std::string_view::npos ? examples.size() : end + 1);
  }

  if (command.name.empty()) {
    out += heading("Commands", terminal);
    for (const Command& each : commands()) {
      if (each.hidden || each.name.empty()) continue;
      out += entry(fmt::format("{}{}{}", each.name, each.words.empty() ? "" : " ", each.words), each.summary, terminal);
    }
  }

  // The whole program's help shows every flag, on one screen those of the usual question; a command's only its own.
  const std::uint32_t usual = brief ? on::overview | on::check : on::everywhere;
  const std::uint32_t wanted = command.name.empty() ? usual : command.bit;
  bool left_out = false;
  for (const FlagGroup group : k_groups) {
    bool first = true;
    for (const Flag& flag : flags()) {
      if (flag.group != group || (flag.commands & wanted) == 0) continue;
      if (brief && !flag.common) {
        left_out = true;
        continue;
      }
      if (first) out += brief && group != FlagGroup::machine ? "" : heading(brief ? "Flags" : title_of(group), terminal);
      first = false;
      out += entry(spelling_of(flag), explanation(flag, brief), terminal);
    }
  }
  if (left_out) out += "\nAll flags: --help. Those of a command: canirun COMMAND -h\n";
  return out;
}

std::optional<std::string> topic_text(std::string_view topic) {
  for (const Topic& each : k_topics) {
    if (each.name == topic) return std::string(each.text);
  }
  return std::nullopt;
}

std::vector<std::string> topic_names() {
  std::vector<std::string> names;
  for (const Topic& each : k_topics) names.emplace_back(each.name);
  return names;
}

}  // namespace canirun::cli
