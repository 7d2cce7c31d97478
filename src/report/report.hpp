// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/assess.hpp>
#include <canirun/result.hpp>
#include <canirun/usage_log.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "report/terminal.hpp"

/// Values in, bytes out: every function here is pure. Text ends with a newline; a JSON document is one object, on one
/// line (`JsonStyle::line`, newline included) or indented by two (`JsonStyle::indented`).
namespace canirun::report {

enum class JsonStyle { line, indented };

/// What every JSON document says about the program that wrote it.
struct Head {
  std::string version;       ///< "0.1.0"
  std::string catalog_date;  ///< newest date in the data, "2026-11-23"
};

/// The request as it was understood, defaults filled in. Same keys as a line of `--requests`: it can be sent back.
struct RequestEcho {
  std::optional<std::string> id;  ///< the caller's own mark
  std::string model, quant;
  std::optional<std::string> on;  ///< null: this machine
  std::optional<std::string> ram, vram, bandwidth;
  std::uint32_t depth_tokens = 0, prompt_tokens = 0;
  std::string profile;
  std::optional<std::string> vs;
  std::optional<std::string> mmproj = {}, draft = {};  ///< as asked
  std::string draft_quant = {};                        ///< how the draft model's weights are stored; empty: none
  std::vector<std::string> lora = {};
};

/// One of several ways in which a folder or repository holds the same model.
struct FileOffer {
  std::string quant, file;             ///< `file`: the first one's name when it has parts
  std::optional<std::uint64_t> bytes;  ///< of all its parts
  std::optional<FitStatus> status;     ///< on this machine; nothing: not worked out
  std::optional<Range> decode_tokens_per_s;
  bool chosen = false;
};
/// Where a model was read from that is not in the catalog.
struct FileSource {
  std::string place;  ///< "hf.co/OWNER/REPO", a path
  std::vector<std::string> files;
  std::vector<FileOffer> offers;   ///< empty when there was nothing to choose
  std::vector<std::string> notes;  ///< what the reader found odd, one sentence each
  std::uint64_t requests = 0;      ///< sent over the network for this answer
  std::uint64_t received_bytes = 0;
};

/// A speed that somebody measured and published, beside what is estimated for the very same run.
struct PublishedSpeed {
  double measured = 0;  ///< tok/s
  Range estimate;
};
struct PublishedRun {
  std::string quant, program, build, backend;
  std::uint32_t depth_tokens = 0;
  std::optional<std::uint32_t> prompt_tokens;  ///< of prefill; nothing: a mean over prompts of 16 to 4096 tokens
  std::optional<PublishedSpeed> decode, prefill;
  std::string source;
};

/// One question with its answer. Holds references: render it while they live.
struct Answer {
  Head head;
  RequestEcho request;
  const Machine& machine;
  const ModelSpec& model;
  const QuantScheme& quant;
  const Question& question;
  const Assessment& assessment;
  std::string largest_quant = {};            ///< that lies wholly on the GPU, without one in memory; empty: unknown or none
  const FileSource* files = nullptr;         ///< null: the model is a record of the catalog
  const UsageReading* usage = nullptr;       ///< the log the use was read from; null: a profile
  std::vector<PublishedRun> published = {};  ///< of this model on such a machine; looked up for `--explain` only
};

/// `canirun MODEL`: verdict first and last, one screen. `explain` opens each line into formula, inputs and source.
std::string render_answer_text(const Answer& answer, const Terminal& terminal, bool explain);
/// The assessment document, schema "canirun/assessment".
std::string answer_json(const Answer& answer, JsonStyle style);

/// `canirun cost MODEL`: the money side in full. The same Answer, another document ("canirun/cost").
std::string render_cost_text(const Answer& answer, const Terminal& terminal, bool explain);
std::string cost_json(const Answer& answer, JsonStyle style);

/// One setting of several that were asked about at once.
struct VariantRow {
  std::string quant, kv_type;  ///< "q8_0", or "q8_0/q4_0" where K and V differ
  std::uint32_t context_tokens = 0;
  MemoryParts memory;
  std::string where;  ///< placement in a phrase
  Placement placement;
  UsabilityLevel usability = UsabilityLevel::unusable;
  std::optional<Range> decode_empty_tokens_per_s, decode_full_tokens_per_s;  ///< at an empty and at a full context
};
/// `canirun check MODEL --ctx 4k,32k --kv-type f16,q8_0`: what context, cache and quant cost, a row each.
struct Variants {
  Head head;
  const Machine& machine;
  const ModelSpec& model;
  std::vector<VariantRow> rows;
};
std::string render_variants_text(const Variants& variants, const Terminal& terminal);
/// The same, schema "canirun/variants".
std::string variants_json(const Variants& variants, JsonStyle style);

/// `canirun hw`. The document ("canirun/machine") holds the Machine under "machine", as `--machine FILE` reads it.
/// `with_users`: also who holds memory of the GPUs, which somebody has looked for.
std::string render_machine_text(const Machine& machine, const Terminal& terminal, bool explain, bool with_users = false);
std::string machine_json(const Machine& machine, const Head& head, JsonStyle style);

/// One model at one quant on this machine.
struct ListRow {
  std::string model, name, quant, licence;  ///< `model`: the id to type
  std::uint64_t parameter_count = 0;
  std::optional<std::uint64_t> active_parameter_count;
  std::uint64_t memory_bytes = 0;  ///< everything it takes at `context_tokens`
  std::uint32_t context_tokens = 0;
  FitStatus status = FitStatus::does_not_fit;
  std::optional<Range> decode_tokens_per_s, time_to_first_token_s;
  UsabilityLevel usability = UsabilityLevel::unusable;
  std::optional<double> score;  ///< 0..1 for the task
  std::string grade;            ///< "S".."F", "?" without evidence
  CapabilityLevel level = CapabilityLevel::unknown;
  std::string keeper, path;  ///< of an installed model: the program that downloaded it, and where it lies
  std::string problem;       ///< why nothing can be said about it, else empty
};
/// `canirun list [QUERY]`: rows already filtered and sorted.
struct Listing {
  Head head;
  const Machine& machine;
  std::string query;
  Task task = Task::chat;
  std::vector<ListRow> rows;
  std::size_t matched = 0;  ///< before any limit on the number of rows
  bool installed = false;   ///< models on this machine's disk instead of the catalog's
};
std::string render_list_text(const Listing& listing, const Terminal& terminal);
std::string list_json(const Listing& listing, JsonStyle style);

/// The best model for one task on this machine; `best` is empty when none runs well. `faster`: the best of those that
/// write clearly faster, when there is one with evidence.
struct TaskPick {
  Task task = Task::chat;
  std::optional<ListRow> best, faster;
};
/// Money of one profile on this machine, USD per active day, for the verdict line.
struct OverviewMoney {
  std::string profile, versus;
  std::optional<double> local_usd_per_day, hybrid_usd_per_day, api_usd_per_day;
  std::string price_date;
};
/// `canirun` alone.
struct Overview {
  Head head;
  const Machine& machine;
  Engine engine = Engine::llama_cpp;
  std::uint32_t context_tokens = 0;
  std::vector<TaskPick> picks;                      ///< one per task, in the order to show
  std::size_t pairs_that_run = 0, pairs_tried = 0;  ///< model and quant pairs
  std::optional<OverviewMoney> money;
};
std::string render_overview_text(const Overview& overview, const Terminal& terminal);
std::string overview_json(const Overview& overview, JsonStyle style);

/// One machine that makes the model usable.
struct PlanRow {
  std::string hardware;  ///< as the price list names it: "2x GeForce RTX 3090"
  std::string on;        ///< what `--on` takes
  Range price_usd;       ///< with the PC around a card
  bool used = false;     ///< a used part's price
  std::string price_date, quant;
  FitStatus status = FitStatus::fits;
  std::optional<Range> decode_tokens_per_s, time_to_first_token_s;
  UsabilityLevel usability = UsabilityLevel::unusable;
  std::optional<double> usd_per_day;     ///< owning it and running it, capital included
  std::optional<double> payback_months;  ///< against the API compared with; nothing: never
};
/// `canirun plan MODEL`: cheapest first, each row faster than all above it.
struct Plan {
  Head head;
  const ModelSpec& model;
  const Question& question;
  std::string versus;                ///< name of the API compared with, empty: none
  std::optional<std::string> here;   ///< how it runs on the machine at hand; nothing: it does not
  std::vector<std::string> changes;  ///< commands that make it run on the machine at hand
  std::string flags;                 ///< what was asked of it, as further commands repeat it: " --ctx 32k --parallel 4"
  std::optional<double> budget_usd;
  bool has_pc = false;  ///< cards are bought without a PC
  std::vector<PlanRow> rows;
  std::size_t tried = 0, usable = 0;  ///< machines with a price; how many of them do
  std::optional<PlanRow> cheapest_over_budget;
};
std::string render_plan_text(const Plan& plan, const Terminal& terminal);
std::string plan_json(const Plan& plan, JsonStyle style);

/// "error: ...", a blank line, "hint: ..." (for stderr).
std::string render_error_text(const Error& error, const Terminal& terminal);
/// Schema "canirun/error": error {kind, message, hint}. `id`: of the request that failed, when there was one; `line`: where
/// it stands in a stream of requests, from 1.
std::string error_json(const Error& error, const Head& head, const std::optional<std::string>& id, JsonStyle style,
                       std::optional<std::uint64_t> line = std::nullopt);

}  // namespace canirun::report
