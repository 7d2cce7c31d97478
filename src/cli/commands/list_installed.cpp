// SPDX-License-Identifier: MIT
#include <algorithm>
#include <canirun/suggest.hpp>

#include "cli/answer.hpp"
#include "cli/commands.hpp"
#include "report/report.hpp"

namespace canirun::cli {
namespace {

std::string_view words_for(store::Keeper keeper) {
  switch (keeper) {
    case store::Keeper::ollama:
      return "Ollama";
    case store::Keeper::lm_studio:
      return "LM Studio";
    case store::Keeper::hugging_face:
      return "Hugging Face";
    case store::Keeper::llama_cpp:
      return "llama.cpp";
  }
  return "";
}

bool matches(const store::InstalledModel& model, const std::vector<std::string>& folded_words) {
  const std::string name = folded_name(model.name);
  return std::all_of(folded_words.begin(), folded_words.end(),
                     [&](const std::string& word) { return name.find(word) != std::string::npos; });
}

/// A model that cannot be read is shown with the reason: leaving it out would look like not finding it.
report::ListRow row_of(Session& session, store::InstalledModel model) {
  report::ListRow row;
  row.model = model.name;
  row.keeper = words_for(model.keeper);
  row.problem = model.problem;
  row.path = model.where.folder;
  const std::vector<formats::FileSet>& sets = model.where.sets;
  if (!sets.empty() && !sets.front().files.empty() && sets.front().kind == formats::SetKind::gguf) {
    row.path += "/" + sets.front().files.front();
  }
  if (!sets.empty()) row.quant = sets.front().label;
  if (!row.problem.empty()) return row;

  Place place(model.name, std::move(model.where));
  Request request = session.options().request;
  request.model = row.model;
  Result<Resolved> resolved = session.resolver().resolve_place(request, place);
  if (!resolved) {
    row.problem = resolved.error().text();
    return row;
  }
  report::ListRow answered = list_row_of(answer_resolved(session, std::move(*resolved)));
  answered.model = row.model;
  answered.keeper = row.keeper;
  answered.path = row.path;
  return answered;
}

}  // namespace

Result<int> list_installed(Session& session) {
  const Options& options = session.options();
  const Result<Resolved> asked = session.resolver().resolve_without_model(options.request);
  if (!asked) return tl::unexpected<Error>(asked.error());
  std::vector<std::string> folded_words;
  for (const std::string& word : options.words) folded_words.push_back(folded_name(word));

  report::Listing listing{.head = session.head(),
                          .machine = *asked->machine,
                          .query = {},
                          .task = asked->question.usage.task,
                          .rows = {},
                          .matched = 0,
                          .installed = true};
  for (store::InstalledModel& model : store::installed_models(store::store_folders_from_environment())) {
    if (matches(model, folded_words)) listing.rows.push_back(row_of(session, std::move(model)));
  }
  if (options.fits_only) {
    std::erase_if(listing.rows, [](const report::ListRow& row) { return row.status == FitStatus::does_not_fit; });
  }
  listing.matched = listing.rows.size();
  session.print(options.json ? report::list_json(listing, report::JsonStyle::indented)
                             : report::render_list_text(listing, session.out()));
  return listing.rows.empty() ? k_no : k_yes;
}

}  // namespace canirun::cli
