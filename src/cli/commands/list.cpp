// SPDX-License-Identifier: MIT
#include <algorithm>
#include <canirun/suggest.hpp>
#include <canirun/units.hpp>
#include <limits>

#include "cli/commands.hpp"
#include "cli/ranking.hpp"

namespace canirun::cli {
namespace {

/// Rows on a terminal when nobody says: about a screen.
constexpr std::size_t k_terminal_rows = 30;

struct Filters {
  std::string query;
  std::optional<std::uint64_t> max_memory_bytes;
  std::optional<double> min_tokens_per_s, max_first_token_s;
  bool fits_only = false;
  std::size_t limit = std::numeric_limits<std::size_t>::max();
};

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

Result<Filters> filters_asked(const Session& session, const Floors& floors) {
  const Options& options = session.options();
  Filters filters;
  filters.query = joined(options.words);
  filters.fits_only = options.fits_only;
  filters.min_tokens_per_s = floors.min_decode_tokens_per_s;
  filters.max_first_token_s = floors.max_time_to_first_token_s;
  if (options.max_memory) {
    const Result<std::uint64_t> bytes = parse_bytes(*options.max_memory, "--max-memory");
    if (!bytes) return tl::unexpected<Error>(bytes.error());
    filters.max_memory_bytes = *bytes;
  }
  if (options.limit) {
    const Result<double> rows = parse_number(*options.limit, "--limit", 0, 1e6);
    if (!rows) return tl::unexpected<Error>(rows.error());
    if (*rows > 0) filters.limit = static_cast<std::size_t>(*rows);
  } else if (session.out().is_tty && !options.json) {
    filters.limit = k_terminal_rows;
  }
  return filters;
}

/// Every word of the query is part of one of the model's names, ignoring case and punctuation.
bool matches(const ModelSpec& model, const std::vector<std::string>& folded_words) {
  return std::all_of(folded_words.begin(), folded_words.end(), [&](const std::string& word) {
    const auto holds = [&](const std::string& name) { return folded_name(name).find(word) != std::string::npos; };
    return holds(model.id) || holds(model.name) || holds(model.family) || holds(model.vendor) || holds(model.ollama_tag) ||
           std::any_of(model.aliases.begin(), model.aliases.end(), holds);
  });
}

bool passes(const report::ListRow& row, const Filters& filters) {
  const bool runs = row.status != FitStatus::does_not_fit;
  const bool needs_to_run = filters.fits_only || filters.min_tokens_per_s || filters.max_first_token_s;
  if (needs_to_run && !runs) return false;
  if (filters.max_memory_bytes && (row.memory_bytes == 0 || row.memory_bytes > *filters.max_memory_bytes)) return false;
  if (filters.min_tokens_per_s &&
      (!row.decode_tokens_per_s || row.decode_tokens_per_s->typical < *filters.min_tokens_per_s)) {
    return false;
  }
  return !filters.max_first_token_s ||
         (row.time_to_first_token_s && row.time_to_first_token_s->typical <= *filters.max_first_token_s);
}

double speed_of(const report::ListRow& row) { return row.decode_tokens_per_s ? row.decode_tokens_per_s->typical : -1; }

/// What runs before what does not; within that by the key, ties by name.
bool comes_before(const report::ListRow& a, const report::ListRow& b, std::string_view key) {
  const bool a_runs = a.status != FitStatus::does_not_fit, b_runs = b.status != FitStatus::does_not_fit;
  if (key != "name" && a_runs != b_runs) return a_runs;
  if (key == "speed" && speed_of(a) != speed_of(b)) return speed_of(a) > speed_of(b);
  if (key == "memory" && a.memory_bytes != b.memory_bytes) return a.memory_bytes < b.memory_bytes;
  if (key == "size" && a.parameter_count != b.parameter_count) return a.parameter_count > b.parameter_count;
  if (key == "quality") {
    // A model too slow to sit in front of is not a good answer, whatever its score.
    const bool a_usable = a.usability >= UsabilityLevel::readable, b_usable = b.usability >= UsabilityLevel::readable;
    if (a_usable != b_usable) return a_usable;
    if (a.score.value_or(-1) != b.score.value_or(-1)) return a.score.value_or(-1) > b.score.value_or(-1);
    if (speed_of(a) != speed_of(b)) return speed_of(a) > speed_of(b);
  }
  return a.model < b.model;
}

}  // namespace

Result<int> run_list(Session& session) {
  const Options& options = session.options();
  if (options.installed) return list_installed(session);
  const Result<Resolved> asked = session.resolver().resolve_without_model(options.request);
  if (!asked) return tl::unexpected<Error>(asked.error());
  const Result<Filters> filters = filters_asked(session, asked->question.floors);
  if (!filters) return tl::unexpected<Error>(filters.error());
  std::string quant;
  if (options.request.quant) {
    const Result<QuantScheme> scheme = session.catalog().quant(*options.request.quant);
    if (!scheme) return tl::unexpected<Error>(Error(scheme.error()).within("--quant"));
    quant = scheme->id;
  }

  std::vector<std::string> folded_words;
  for (const std::string& word : options.words) folded_words.push_back(folded_name(word));
  Ranking ranking(session.catalog(), *asked, quant);
  const std::vector<Capability> capabilities = ranking.capabilities(asked->question.usage.task);
  report::Listing listing{.head = session.head(),
                          .machine = *asked->machine,
                          .query = filters->query,
                          .task = asked->question.usage.task,
                          .rows = {},
                          .matched = 0};
  for (std::size_t i = 0; i < ranking.models().size(); ++i) {
    if (!matches(ranking.models()[i], folded_words)) continue;
    report::ListRow row = ranking.row(i, capabilities[i]);
    if (passes(row, *filters)) listing.rows.push_back(std::move(row));
  }
  const std::string key = options.sort.value_or("quality");
  std::stable_sort(listing.rows.begin(), listing.rows.end(),
                   [&](const report::ListRow& a, const report::ListRow& b) { return comes_before(a, b, key); });
  listing.matched = listing.rows.size();
  if (listing.rows.size() > filters->limit) listing.rows.resize(filters->limit);

  session.print(options.json ? report::list_json(listing, report::JsonStyle::indented)
                             : report::render_list_text(listing, session.out()));
  return listing.rows.empty() ? k_no : k_yes;
}

}  // namespace canirun::cli
