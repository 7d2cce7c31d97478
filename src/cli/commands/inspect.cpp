// SPDX-License-Identifier: MIT
#include <array>
#include <string_view>

#include "cli/commands.hpp"
#include "cli/inspection.hpp"
#include "cli/resolver_place.hpp"

namespace canirun::cli {
namespace {

/// Quants whose size people ask for first, smallest first.
constexpr std::array<std::string_view, 10> k_shown_quants = {"IQ2_M",  "Q2_K",   "IQ3_XXS", "Q3_K_M", "IQ4_XS",
                                                             "Q4_K_M", "Q5_K_M", "Q6_K",    "Q8_0",   "BF16"};

std::vector<QuantWeight> weights_as_gguf(const catalog::Catalog& catalog, const ModelSpec& spec) {
  std::vector<QuantWeight> all;
  if (spec.layers.empty()) return all;
  for (const std::string_view name : k_shown_quants) {
    const Result<QuantScheme> scheme = catalog.quant(name);
    if (!scheme) continue;
    all.push_back({scheme->id, sum_weights(spec, *scheme).file_bytes, scheme->approximate});
  }
  return all;
}

/// A record of the catalog in the same shape: dimensions without a file.
Result<Inspection> of_record(const catalog::Catalog& catalog, const ModelSpec& spec, const Options& options) {
  Inspection inspection;
  inspection.place = spec.id;
  inspection.file.spec = spec;
  inspection.file.about.container = "a record of the catalog";
  inspection.quants = weights_as_gguf(catalog, spec);
  if (options.request.quant) {
    const Result<QuantScheme> scheme = catalog.quant(*options.request.quant);
    if (!scheme) return tl::unexpected<Error>(Error(scheme.error()).within("--quant"));
    inspection.quant = scheme->id;
    inspection.weights = sum_weights(spec, *scheme);
  }
  if (options.tensors)
    inspection.file.notes.emplace_back("a record lists no tensors by name; inspect a file or a repository");
  return inspection;
}

Result<Inspection> of_place(Session& session, Place& place) {
  const Options& options = session.options();
  Inspection inspection;
  inspection.place = place.title();
  inspection.sets = place.sets();
  Result<std::size_t> set = first_set(place, Engine::llama_cpp, options.request.quant.value_or(place.quant()));
  if (!set) {
    // An adapter or a projector alone is worth looking at too.
    if (place.sets().size() != 1) return tl::unexpected<Error>(std::move(set).error());
    set = std::size_t{0};
  }
  inspection.inspected = *set;
  const Result<std::shared_ptr<const formats::ModelFile>> file = place.read(*set, session.catalog());
  if (!file) return tl::unexpected<Error>(file.error());
  inspection.file = **file;
  const ModelSpec& spec = inspection.file.spec;
  if (spec.stored) {
    const QuantScheme scheme = scheme_of_file(session.catalog(), *spec.stored);
    inspection.quant = scheme.id;
    inspection.weights = sum_weights(spec, scheme);
  }
  if (!spec.stored || spec.stored->format != QuantFormat::gguf) {
    inspection.quants = weights_as_gguf(session.catalog(), spec);
  }
  const net::Traffic traffic = session.places().traffic();
  inspection.requests = traffic.requests;
  inspection.received_bytes = traffic.received_bytes;
  return inspection;
}

}  // namespace

Result<int> run_inspect(Session& session) {
  const Options& options = session.options();
  const Result<Resolver::Found> found = session.resolver().find(options.words.front());
  if (!found) return tl::unexpected<Error>(found.error());
  Result<Inspection> inspection =
      found->place ? of_place(session, *found->place) : of_record(session.catalog(), *found->record, options);
  if (!inspection) return tl::unexpected<Error>(std::move(inspection).error());
  inspection->head = session.head();
  inspection->file.notes.insert(inspection->file.notes.begin(), found->notes.begin(), found->notes.end());
  session.print(options.json ? inspection_json(*inspection, options.tensors)
                             : render_inspection_text(*inspection, session.out(), options.tensors));
  return k_yes;
}

}  // namespace canirun::cli
