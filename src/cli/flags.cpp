// SPDX-License-Identifier: MIT
#include "cli/flags.hpp"

#include <array>

namespace canirun::cli {
namespace {

using O = Options;
using S = const std::string&;
using G = FlagGroup;
using json::Word;

constexpr std::string_view k_kv_types = "f32|f16|bf16|q8_0|q5_1|q5_0|q4_1|q4_0|iq4_nl";

constexpr Flag
    k_flags[] =
        {
            // --- the machine -----------------------------------------------------------------------------------------
            {"on", 0, "HARDWARE", G::machine, on::machine, true, "a machine that is not here, such as \"2x RTX 3090\"",
             "this machine", "", false, [](O& o, S v) { o.request.on = v; }},
            {"machine", 0, "FILE", G::machine, on::machine, false,
             "a machine written by `canirun hw --json` or `canirun record`", "", "", true,
             [](O& o, S v) { o.machine_file = v; }},
            {"top", 0, "", G::machine, on::hw, false, "also the processes that hold memory of the GPUs, largest first", "",
             "", false, [](O& o, S) { o.top = true; }},
            {"ram", 0, "SIZE", G::machine, on::machine, true, "host memory, such as 64GiB",
             "what is there; with --on: assumed and said", "", false, [](O& o, S v) { o.request.ram = Word{v}; }},
            {"vram", 0, "SIZE", G::machine, on::machine, false, "memory of each GPU, such as 24GiB", "the device's", "",
             false, [](O& o, S v) { o.request.vram = Word{v}; }},
            {"bandwidth", 0, "RATE", G::machine, on::machine, false,
             "memory bandwidth of the GPU (without one: the host), such as 936GB/s", "the device's", "", false,
             [](O& o, S v) { o.request.bandwidth = Word{v}; }},

            // --- model and engine ------------------------------------------------------------------------------------
            {"quant", 0, "NAME", G::engine, on::question | on::inspect | on::bench, true,
             "how the weights are stored, such as Q4_K_M, Q8_0", "Q4_K_M, smaller where that does not fit", "", false,
             [](O& o, S v) { o.request.quant = v; }, true},
            {"ctx", 0, "N", G::engine, on::question, true, "tokens of context to reserve, such as 8192 or 32k",
             "8192 for each request, or what the model can do", "", false,
             [](O& o, S v) { o.request.context_tokens = Word{v}; }, true},
            {"kv-type", 0, "TYPE", G::engine, on::question, false, "type of the KV cache", "f16", k_kv_types, false,
             [](O& o, S v) { o.request.kv_type = v; }, true},
            {"kv-type-k", 0, "TYPE", G::engine, on::question, false, "type of its keys alone", "", k_kv_types, false,
             [](O& o, S v) { o.request.kv_type_k = v; }},
            {"kv-type-v", 0, "TYPE", G::engine, on::question, false, "type of its values alone", "", k_kv_types, false,
             [](O& o, S v) { o.request.kv_type_v = v; }},
            {"parallel", 0, "N", G::engine, on::question | on::bench, true, "requests served at the same time", "1", "",
             false, [](O& o, S v) { o.request.parallel = Word{v}; }},
            {"engine", 0, "NAME", G::engine, on::question | on::bench, true, "what runs the model", "llama.cpp",
             "llama.cpp|ollama|lmstudio|vllm|mlx", false, [](O& o, S v) { o.request.engine = v; }},
            {"engine-mode", 0, "MODE", G::engine, on::question, false, "a server, or a program linked with the engine",
             "server", "server|library", false, [](O& o, S v) { o.request.engine_mode = v; }},
            {"backend", 0, "NAME", G::engine, on::question | on::bench, false, "what the engine computes with", "auto",
             "auto|cuda|rocm|vulkan|metal|sycl|cpu", false, [](O& o, S v) { o.request.backend = v; }},
            {"gpu-layers", 0, "N", G::engine, on::question | on::bench, false,
             "layers on the GPU, as llama.cpp's -ngl; 999: all", "auto", "", false,
             [](O& o, S v) { o.request.gpu_layers = Word{v}; }},
            {"cpu-moe-layers", 0, "N", G::engine, on::question | on::bench, false,
             "layers whose experts stay on the host, as llama.cpp's -ncmoe", "auto", "", false,
             [](O& o, S v) { o.request.cpu_moe_layers = Word{v}; }},
            {"split-mode", 0, "MODE", G::engine, on::question, false,
             "how several GPUs share the model: whole layers, every layer (tensor), rows of every matrix, one GPU alone",
             "layer", "layer|tensor|row|none", false, [](O& o, S v) { o.request.split_mode = v; }},
            {"threads", 0, "N", G::engine, on::question, false, "CPU threads that write; a prompt is read by all cores",
             "the physical cores", "", false, [](O& o, S v) { o.request.threads = Word{v}; }},
            {"mmproj", 0, "FILE", G::engine, on::one_model, false,
             "also the image or audio part (mmproj): its file, its size, or auto", "", "", true,
             [](O& o, S v) { o.request.mmproj = v; }},
            {"lora", 0, "FILE", G::engine, on::one_model, false, "also an adapter (LoRA): its file or size; may be repeated",
             "", "", true, [](O& o, S v) { o.request.lora.push_back(v); }},
            {"draft", 0, "MODEL", G::engine, on::one_model, false,
             "what drafts (speculative decoding): a small model, or mtp, eagle3, ngram", "", "", false,
             [](O& o, S v) { o.request.draft = v; }},
            {"batch", 0, "N", G::engine, on::question, false, "logical batch, as llama.cpp's -b", "2048", "", false,
             [](O& o, S v) { o.request.batch = Word{v}; }},
            {"ubatch", 0, "N", G::engine, on::question, false, "physical batch, as llama.cpp's -ub", "512", "", false,
             [](O& o, S v) { o.request.ubatch = Word{v}; }},
            {"max-output-rows", 0, "N", G::engine, on::question, false, "rows of logits the engine reserves",
             "the engine mode's own", "", false, [](O& o, S v) { o.request.max_output_rows = Word{v}; }},
            {"flash-attn", 0, "WHEN", G::engine, on::question, false, "flash attention", "on", "on|off", false,
             [](O& o, S v) { o.request.flash_attn = v == "on"; }},
            {"swa-full", 0, "", G::engine, on::question, false, "a full-size cache for sliding-window layers", "", "", false,
             [](O& o, S) { o.request.swa_full = true; }},
            {"kv-unified", 0, "", G::engine, on::question, false, "one cache shared by all parallel requests", "", "", false,
             [](O& o, S) { o.request.kv_unified = true; }},
            {"no-op-offload", 0, "", G::engine, on::question, false, "never compute the host's layers on the GPU",
             "", "", false, [](O& o, S) { o.request.op_offload = false; }},
            {"no-repack", 0, "", G::engine, on::question, false, "no repacked second copy of the weights on the CPU",
             "", "", false, [](O& o, S) { o.request.repack = false; }},

            // --- what it is for --------------------------------------------------------------------------------------
            {"profile", 0, "NAME", G::use, on::question, true,
             "kind of use, or a .json file of your own; `canirun help profiles` lists them", "chat", "", false,
             [](O& o, S v) { o.request.profile = v; }},
            {"task", 0, "TASK", G::use, on::question, true, "what the answers must be good at", "the profile's",
             "chat|coding|summarise|reasoning|structured", false, [](O& o, S v) { o.request.task = v; }},
            {"prompt", 0, "N", G::use, on::question, false, "tokens of a prompt, for the time to the first word",
             "the profile's", "", false, [](O& o, S v) { o.request.prompt_tokens = Word{v}; }},
            {"depth", 0, "N", G::use, on::question, false, "tokens already in the cache when speed is given",
             "the profile's", "", false, [](O& o, S v) { o.request.depth_tokens = Word{v}; }},
            {"requests-per-day", 0, "N", G::use, on::one_model, false,
             "requests on a working day; replaces the profile's tokens", "", "", false,
             [](O& o, S v) { o.request.use.requests_per_day = Word{v}; }},
            {"input-tokens", 0, "N", G::use, on::one_model, false, "input tokens of one request (with --requests-per-day)",
             "0", "", false, [](O& o, S v) { o.request.use.input_tokens = Word{v}; }},
            {"output-tokens", 0, "N", G::use, on::one_model, false, "output tokens of one request (with --requests-per-day)",
             "0", "", false, [](O& o, S v) { o.request.use.output_tokens = Word{v}; }},
            {"people", 0, "N", G::use, on::one_model, false, "how many people use it like that", "1", "", false,
             [](O& o, S v) { o.request.use.people = Word{v}; }},
            {"days", 0, "N", G::use, on::one_model, false, "days a year it is used", "the profile's", "", false,
             [](O& o, S v) { o.request.use.active_days_per_year = Word{v}; }},
            {"hours", 0, "N", G::use, on::one_model, false, "hours a day in which the work happens", "the profile's",
             "", false, [](O& o, S v) { o.request.use.hours_per_day = Word{v}; }},

            // --- what must hold --------------------------------------------------------------------------------------
            {"min-tps", 0, "N", G::demands, on::question, true, "no, unless it writes at least N tokens a second",
             "", "", false, [](O& o, S v) { o.request.min_decode_tokens_per_s = Word{v}; }},
            {"max-ttft", 0, "SECONDS", G::demands, on::question, false, "no, unless the first word comes within SECONDS",
             "", "", false, [](O& o, S v) { o.request.max_time_to_first_token_s = Word{v}; }},
            {"require", 0, "WHAT", G::demands, on::check | on::cost, false,
             "no, unless running it here is also worth the money", "", "worth-it", false,
             [](O& o, S) { o.require_worth_it = true; }},
            {"private", 0, "", G::demands, on::question, false, "the data may not leave this machine", "", "", false,
             [](O& o, S) { o.request.private_data = true; }},
            {"air-gapped", 0, "", G::demands, on::question, false, "there is no network", "", "", false,
             [](O& o, S) { o.request.air_gapped = true; }},
            {"residency", 0, "REGION", G::demands, on::question, false,
             "the data may not leave REGION, such as EU; hosts that do not promise it are for information", "", "", false,
             [](O& o, S v) { o.request.residency = v; }},

            // --- money -----------------------------------------------------------------------------------------------
            {"vs", 0, "API_MODEL", G::money, on::question, true,
             "the API model to compare with; several: one after the other", "a current mid-range one", "", false,
             [](O& o, S v) {
               if (o.request.vs) {
                 o.request.also_vs.push_back(v);
               } else {
                 o.request.vs = v;
               }
             }},
            {"subscription", 0, "PRICE", G::money, on::one_model, true,
             "a flat price to compare with, such as 20/month; may be repeated", "", "", false,
             [](O& o, S v) { o.request.money.subscriptions.push_back(v); }},
            {"own", 0, "", G::money, on::one_model, false, "the hardware is already paid for", "yes", "", false,
             [](O& o, S) { o.request.money.ownership = "own"; }},
            {"buy", 0, "", G::money, on::one_model, false, "the hardware would be bought for this", "", "", false,
             [](O& o, S) { o.request.money.ownership = "buy"; }},
            {"hw-price", 0, "USD", G::money, on::one_model, true, "what the hardware costs", "the price list's", "", false,
             [](O& o, S v) { o.request.money.hardware_price_usd = Word{v}; }},
            {"kwh", 0, "USD", G::money, on::question, true, "price of a kWh", "the region's", "", false,
             [](O& o, S v) { o.request.money.electricity_usd_per_kwh = Word{v}; }},
            {"region", 0, "CODE", G::money, on::question, false, "where electricity is bought, such as US, US-CA, DE", "US",
             "", false, [](O& o, S v) { o.request.money.region = v; }},
            {"watts", 0, "W", G::money, on::one_model, false, "power while it computes", "the device's", "", false,
             [](O& o, S v) { o.request.money.active_w = Word{v}; }},
            {"idle-watts", 0, "W", G::money, on::one_model, false, "power while it waits", "the device's", "", false,
             [](O& o, S v) { o.request.money.idle_w = Word{v}; }},
            {"years", 0, "N", G::money, on::one_model, false, "years until the hardware is sold", "3", "", false,
             [](O& o, S v) { o.request.money.years_kept = Word{v}; }},
            {"value-loss", 0, "SHARE", G::money, on::one_model, false, "share of its value the hardware loses a year",
             "its class's", "", false, [](O& o, S v) { o.request.money.annual_value_loss = Word{v}; }},
            {"cache-hit", 0, "SHARE", G::money, on::one_model, false, "share of cached input the engine need not read again",
             "0.9", "", false, [](O& o, S v) { o.request.money.prefix_cache_hit_share = Word{v}; }},
            {"reasoning-api", 0, "FACTOR", G::money, on::one_model, false,
             "output the API bills for each visible token, thinking included", "1", "", false,
             [](O& o, S v) { o.request.money.reasoning_multiplier_api = Word{v}; }},
            {"reasoning-local", 0, "FACTOR", G::money, on::one_model, false, "the same for the local model", "1", "", false,
             [](O& o, S v) { o.request.money.reasoning_multiplier_local = Word{v}; }},
            {"upkeep-hours", 0, "N", G::money, on::one_model, false, "hours of work on the machine a month", "0", "", false,
             [](O& o, S v) { o.request.money.maintenance_hours_per_month = Word{v}; }},
            {"upkeep-rate", 0, "USD", G::money, on::one_model, false, "what such an hour costs", "0", "", false,
             [](O& o, S v) { o.request.money.maintenance_usd_per_hour = Word{v}; }},
            {"finance-rate", 0, "SHARE", G::money, on::one_model, false, "interest a year on the money spent", "0", "",
             false, [](O& o, S v) { o.request.money.finance_rate = Word{v}; }},
            {"dedicated", 0, "", G::money, on::one_model, false, "the machine is on for this alone: its idle power counts",
             "", "", false, [](O& o, S) { o.request.money.dedicated = true; }},
            {"with-host", 0, "", G::money, on::one_model, false, "the PC around the card is bought too", "", "", false,
             [](O& o, S) { o.request.money.host_included = true; }},
            {"batch-api", 0, "", G::money, on::one_model, false, "the API's batch discount can be used", "", "", false,
             [](O& o, S) { o.request.money.batch_api = true; }},

            {"api-fee", 0, "SHARE", G::money, on::one_model, false, "fee on top of the API's bill, such as 0.055",
             "the price's", "", false, [](O& o, S v) { o.request.money.api_fee_share = Word{v}; }},
            {"api-minimum", 0, "USD", G::money, on::one_model, false, "what the API bills a month at least", "the price's",
             "", false, [](O& o, S v) { o.request.money.api_minimum_usd_per_month = Word{v}; }},
            {"peak-share", 0, "SHARE", G::money, on::one_model, false,
             "share of the use in hours for which the API takes more", "0", "", false,
             [](O& o, S v) { o.request.money.peak_share = Word{v}; }},
            {"discount-rate", 0, "SHARE", G::money, on::one_model, false, "what a dollar a year away is worth less today",
             "0.05", "", false, [](O& o, S v) { o.request.money.discount_rate = Word{v}; }},
            {"currency", 0, "CODE", G::money, on::one_model, false,
             "currency of the amounts given and shown, with its --rate", "USD", "", false,
             [](O& o, S v) { o.request.money.currency = v; }},
            {"rate", 0, "N", G::money, on::one_model, false, "how much of that currency one USD buys; none is looked up", "",
             "", false, [](O& o, S v) { o.request.money.per_usd = Word{v}; }},
            {"heating", 0, "SHARE", G::money, on::one_model, false, "share of the year in which its heat is wanted", "0", "",
             false, [](O& o, S v) { o.request.money.heating_share = Word{v}; }},
            {"heat-price", 0, "USD", G::money, on::one_model, false,
             "what a kWh of the heat it replaces costs, such as gas's price", "that of electricity", "", false,
             [](O& o, S v) { o.request.money.heat_usd_per_kwh = Word{v}; }},
            {"cooling", 0, "SHARE", G::money, on::one_model, false,
             "share of the year in which air conditioning takes its heat out", "0", "", false,
             [](O& o, S v) { o.request.money.cooling_share = Word{v}; }},
            {"from-usage", 0, "FILE", G::use, on::cost, true,
             "what was really used: an export of a provider, a server's or an agent's log (- is stdin)", "", "", true,
             [](O& o, S v) { o.from_usage = v; }},
            {"usage-days", 0, "N", G::use, on::cost, false, "days of use in a log without dates", "1", "", false,
             [](O& o, S v) { o.usage_days = v; }},
            {"mix", 0, "PROFILE", G::use, on::cost, false,
             "divide kinds of work between here and the API; once for each kind", "", "", false,
             [](O& o, S v) { o.mix.push_back(v); }},
            {"plot", 0, "", G::output, on::cost, true, "draw the cost over the months, and against tokens a day", "", "",
             false, [](O& o, S) { o.plot = true; }},
            {"example", 0, "NAME", G::output, on::cost, true, "a calculation that is told line by line", "", "article",
             false, [](O& o, S v) { o.example = v; }},

            {"budget", 0, "USD", G::money, on::plan, true, "machines that cost at most so much, the PC included", "", "",
             false, [](O& o, S v) { o.budget = v; }},

            // --- list ------------------------------------------------------------------------------------------------
            {"fits", 0, "", G::list, on::list, true, "only what runs on this machine", "", "", false,
             [](O& o, S) { o.fits_only = true; }},
            {"max-memory", 0, "SIZE", G::list, on::list, true, "only what takes at most SIZE", "", "", false,
             [](O& o, S v) { o.max_memory = v; }},
            {"sort", 0, "KEY", G::list, on::list, true, "order of the rows", "quality", "quality|speed|memory|size|name",
             false, [](O& o, S v) { o.sort = v; }},
            {"limit", 0, "N", G::list, on::list, true, "rows to show; 0: all", "30 on a terminal, else all", "", false,
             [](O& o, S v) { o.limit = v; }},

            {"installed", 0, "", G::list, on::list, true, "the models that are on this machine's disk already", "", "",
             false, [](O& o, S) { o.installed = true; }},

            // --- bench -----------------------------------------------------------------------------------------------
            {"server", 0, "URL", G::bench, on::bench, true,
             "measure the server that runs there, such as http://localhost:8080", "", "", false,
             [](O& o, S v) { o.server = v; }},
            {"model", 0, "NAME", G::bench, on::bench, true, "the model that ran, where the results or the server do not say",
             "what they say", "", false, [](O& o, S v) { o.bench_model = v; }},
            {"timeout", 0, "SECONDS", G::bench, on::bench, false, "give the server up after so long without a word", "120",
             "", false, [](O& o, S v) { o.timeout = v; }},
            {"save", 0, "", G::bench, on::bench, true, "keep the results: estimates on this machine follow them", "", "",
             false, [](O& o, S) { o.save = true; }},
            {"show", 0, "", G::bench, on::bench, true, "what was kept of this machine, and what it does to estimates", "",
             "", false, [](O& o, S) { o.show = true; }},

            // --- output ----------------------------------------------------------------------------------------------
            {"requests", 0, "FILE", G::output, on::check, false,
             "one JSON request a line (- is stdin), one JSON answer a line", "", "", true,
             [](O& o, S v) { o.requests_file = v; }},
            {"json", 0, "", G::output, on::everywhere, true, "one JSON document instead of text", "", "", false,
             [](O& o, S) { o.json = true; }},
            {"forget", 0, "", G::output, on::bench | on::update, true, "drop what this command has kept", "", "", false,
             [](O& o, S) { o.forget = true; }},
            {"dry-run", 0, "", G::output, on::update, true, "show what would change, and keep nothing", "", "", false,
             [](O& o, S) { o.dry_run = true; }},
            {"tensors", 0, "", G::output, on::inspect, true, "every tensor: name, shape, type, bytes, offset", "", "", false,
             [](O& o, S) { o.tensors = true; }},
            {"explain", 0, "", G::output, on::everywhere, true, "open every line into formula, inputs and source", "", "",
             false, [](O& o, S) { o.explain = true; }},
            {"color", 0, "WHEN", G::output, on::everywhere, false, "colour in the text", "auto", "auto|always|never", false,
             [](O& o, S v) {
               o.color = v == "always" ? ColorChoice::always : v == "never" ? ColorChoice::never : ColorChoice::automatic;
             }},
            {"data", 0, "DIR", G::output, on::everywhere, false,
             "a folder of data files laid over the built-in ones; may be repeated", "", "", true,
             [](O& o, S v) { o.data_folders.push_back(v); }},
            {"offline", 0, "", G::output, on::everywhere, false, "never touch the network", "", "", false,
             [](O& o, S) { o.offline = true; }},
            {"help", 'h', "", G::output, on::everywhere, true, "-h: the usual flags; --help: all of them", "", "", false,
             nullptr},
            {"version", 'V', "", G::output, on::everywhere, true, "version of the program and of its data", "", "", false,
             [](O& o, S) { o.version = true; }},
};

}  // namespace

std::string_view title_of(FlagGroup group) {
  constexpr std::array<std::string_view, 8> titles = {
      "Machine", "Model and engine", "Use", "Demands", "Money", "List", "Bench", "Output"};
  return titles[static_cast<std::size_t>(group)];
}

std::span<const Flag> flags() { return k_flags; }

const Flag* find_flag(std::string_view name) {
  const bool is_letter = name.size() == 2 && name[0] == '-' && name[1] != '-';
  for (const Flag& flag : k_flags) {
    if (is_letter ? flag.letter == name[1] : flag.name == (name.substr(0, 2) == "--" ? name.substr(2) : name)) return &flag;
  }
  return nullptr;
}

bool is_choice(std::string_view choices, std::string_view text) {
  while (!choices.empty()) {
    const std::size_t bar = choices.find('|');
    if (choices.substr(0, bar) == text) return true;
    if (bar == std::string_view::npos) break;
    choices.remove_prefix(bar + 1);
  }
  return false;
}

}  // namespace canirun::cli
