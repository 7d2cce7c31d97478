// SPDX-License-Identifier: MIT
#include "cli/bench_runs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <system_error>

#include "catalog/lookup.hpp"
#include "catalog/words.hpp"
#include "cli/place.hpp"
#include "cli/question.hpp"
#include "cli/resolver_place.hpp"
#include "cli/system.hpp"
#include "formats/file_name.hpp"
#include "formats/file_set.hpp"

namespace canirun::cli {
namespace {

/// Names that nobody gave a model: every server says one of them at some time.
bool says_nothing(std::string_view name) {
  const std::string word = formats::lower_case(name);
  return word.empty() || word == "default" || word == "gpt-3.5-turbo" || word == "model";
}

/// Same size, as far as rounding and counted embeddings go?
bool same_size(const ModelSpec& model, std::optional<std::uint64_t> parameters) {
  if (!parameters || model.parameter_count == 0) return true;
  constexpr double k_apart = 0.12;
  return std::abs(static_cast<double>(*parameters) / static_cast<double>(model.parameter_count) - 1) < k_apart;
}

/// The first set of a place, read, with what it is stored in.
struct Read {
  std::shared_ptr<const ModelSpec> model;
  std::string quant;
};
std::optional<Read> read_place(Place& place, const catalog::Catalog& catalog) {
  const Result<std::size_t> set = first_set(place, Engine::llama_cpp, place.quant());
  if (!set) return std::nullopt;
  const auto file = place.read(*set, catalog);
  if (!file || (*file)->spec.layers.empty()) return std::nullopt;
  Read read{std::make_shared<const ModelSpec>((*file)->spec), {}};
  if ((*file)->spec.stored) read.quant = scheme_of_file(catalog, *(*file)->spec.stored).id;
  return read;
}

/// Words that tell models apart have a digit: "4090", "7900", "m2", "b580".
std::vector<std::string> telling_words(std::string_view name) {
  std::vector<std::string> words = catalog::words_of(name);
  std::erase_if(words, [](const std::string& word) { return word.find_first_of("0123456789") == std::string::npos; });
  return words;
}

/// Is one of the GPUs a source names in this machine? Also where either name tells nothing.
bool has_one_of(const Machine& machine, std::string_view gpu_names) {
  const std::vector<std::string> named = telling_words(gpu_names);
  if (named.empty()) return true;
  return std::any_of(machine.devices.begin(), machine.devices.end(), [&](const Device& device) {
    if (device.kind == DeviceKind::cpu) return false;
    const std::vector<std::string> own = telling_words(device.name);
    return own.empty() || std::any_of(own.begin(), own.end(), [&](const std::string& word) {
             return std::find(named.begin(), named.end(), word) != named.end();
           });
  });
}

}  // namespace

std::string today_iso() {
  const std::chrono::year_month_day date{std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now())};
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

Result<std::optional<BenchRuns::Known>> BenchRuns::model_of(const bench::FoundRun& found) {
  const catalog::Catalog& catalog = session_.catalog();
  const auto as_known = [](std::optional<Read> read) -> std::optional<Known> {
    if (!read) return std::nullopt;
    return Known{std::move(read->model), std::move(read->quant)};
  };
  // What the command line says has to be something; what a source says may be anything.
  if (const std::optional<std::string>& asked = session_.options().bench_model) {
    const Result<Resolver::Found> answer = session_.resolver().find(*asked);
    if (!answer) return tl::unexpected<Error>(Error(answer.error()).within("--model"));
    if (answer->place) return as_known(read_place(*answer->place, catalog));
    return Known{answer->record, catalog::split_model_name(*asked).quant};
  }
  const std::string& file = found.model_file;
  std::error_code unreadable;
  if (formats::has_ending(file, ".gguf") && std::filesystem::is_regular_file(native_path(file), unreadable)) {
    if (const auto place = session_.places().open_path(file)) {
      if (auto known = as_known(read_place(**place, catalog))) return known;
    }
  }
  const std::string& name = found.run.model_name;
  if (name.find(':') != std::string::npos) {
    if (const std::shared_ptr<Place> installed = session_.places().open_installed(name)) {
      if (auto known = as_known(read_place(*installed, catalog))) return known;
    }
  }
  for (const std::string& candidate : {model_part_of(formats::stem_of(file), formats::quant_in_name(file)), name,
                                       model_part_of(formats::stem_of(name), formats::quant_in_name(name))}) {
    if (says_nothing(candidate)) continue;
    Result<ModelSpec> spec = catalog.model(candidate);
    if (!spec || !same_size(*spec, found.parameter_count)) continue;
    return Known{std::make_shared<const ModelSpec>(std::move(*spec)), catalog::split_model_name(candidate).quant};
  }
  return std::optional<Known>();
}

Result<void> BenchRuns::apply_flags(Measurement& run) {
  const Request& asked = session_.options().request;
  RequestChecker checker(asked.from);
  const EngineSettings settings = settings_asked(checker, asked);
  if (checker.error()) return tl::unexpected<Error>(*checker.error());
  if (asked.engine) run.engine = settings.engine;
  if (asked.backend) run.backend = settings.backend;
  if (asked.gpu_layers) run.gpu_layers = settings.gpu_layers;
  if (asked.cpu_moe_layers) run.cpu_moe_layers = settings.cpu_moe_layers;
  if (asked.threads) run.threads = settings.threads;
  if (asked.parallel) run.parallel = settings.parallel;
  return {};
}

Result<BenchRun> BenchRuns::compare(bench::FoundRun found) {
  const catalog::Catalog& catalog = session_.catalog();
  BenchRun result;
  Measurement& run = found.run;
  const Result<void> flags = apply_flags(run);
  if (!flags) return tl::unexpected<Error>(flags.error());
  const Result<std::optional<Known>> known = model_of(found);
  if (!known) return tl::unexpected<Error>(known.error());
  const std::shared_ptr<const ModelSpec> model = *known ? (*known)->model : nullptr;

  // How the weights are stored: asked for, read from the file, named by it, told by the source.
  std::string quant = session_.options().request.quant.value_or("");
  const bool asked = !quant.empty();
  if (quant.empty() && *known) quant = (*known)->quant;
  if (quant.empty()) quant = formats::quant_in_name(found.model_file);
  if (quant.empty()) quant = formats::quant_in_name(run.model_name);
  if (quant.empty()) quant = run.quant;
  const Result<QuantScheme> scheme = catalog.quant(quant);
  if (asked && !scheme) return tl::unexpected<Error>(Error(scheme.error()).within("--quant"));
  run.quant = scheme ? scheme->id : "";

  result.model = model != nullptr ? model->name : run.model_name.empty() ? found.model_file : run.model_name;
  if (result.model.empty()) result.model = "a model it does not name";
  if (run.model_name.empty()) run.model_name = formats::base_name(found.model_file);
  // Only what the catalog knows can be computed again when the file is gone.
  const bool in_catalog = model != nullptr && !model->id.empty() && catalog.model(model->id).has_value();
  if (in_catalog) run.model = model->id;
  if (model != nullptr && scheme && !model->layers.empty()) {
    result.expected = expected_run(machine_, *model, *scheme, run, catalog.books().speeds);
    if (result.expected && run.backend == Backend::automatic) run.backend = result.expected->place.backend;
  }
  result.refused = why_impossible(run, result.expected ? &*result.expected : nullptr);
  if (!found.gpu_names.empty() && !has_one_of(machine_, found.gpu_names))
    result.refused = fmt::format("it ran on {}, which is not in this machine", found.gpu_names);
  result.kept_only = why_not_calibrating(run, result.expected ? &*result.expected : nullptr);
  if (run.model.empty() && (run.model_name.empty() || says_nothing(run.model_name)) && found.model_file.empty()) {
    result.kept_only = "nobody says which model ran; tell it with --model";
  } else if (result.kept_only.empty() && !result.expected) {
    result.kept_only = "there is no estimate to compare it with";
  }
  result.found = std::move(found);
  return result;
}

}  // namespace canirun::cli
