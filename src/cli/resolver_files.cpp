// SPDX-License-Identifier: MIT
// A question about a model that lies in files: read one, see what suits the machine, read that.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <canirun/suggest.hpp>

#include "cli/quant_choice.hpp"
#include "cli/resolver.hpp"
#include "cli/resolver_place.hpp"

namespace canirun::cli {
namespace {

using formats::FileSet;
using formats::ModelFile;
using formats::SetKind;

/// Formats that only GPU servers read: there is no way from them to a GGUF.
bool only_for_servers(const StoredWeights& stored) {
  static constexpr std::array<TensorType, 4> k_packed = {TensorType::int4_g128, TensorType::nvfp4, TensorType::nf4,
                                                         TensorType::int4_g32};
  return stored.format == QuantFormat::safetensors &&
         std::any_of(stored.tensors.begin(), stored.tensors.end(), [](const StoredTensor& tensor) {
           return std::find(k_packed.begin(), k_packed.end(), tensor.type) != k_packed.end();
         });
}

/// What runs such files, when nobody said.
std::optional<Engine> usual_engine(const ModelSpec& spec) {
  if (!spec.stored) return std::nullopt;
  if (spec.stored->format == QuantFormat::mlx) return Engine::mlx;
  return only_for_servers(*spec.stored) ? std::optional(Engine::vllm) : std::nullopt;
}

bool runs_as_stored(const ModelSpec& spec, Engine engine) {
  if (!spec.stored) return false;
  switch (spec.stored->format) {
    case QuantFormat::gguf:
      return true;
    case QuantFormat::mlx:
      return engine == Engine::mlx;
    case QuantFormat::safetensors:
      return engine == Engine::vllm;
  }
  return false;
}

std::vector<std::string> names_of(const FileSet& set) {
  std::vector<std::string> names = set.files;
  if (!set.config.empty()) names.push_back(set.config);
  return names;
}

}  // namespace

Result<Resolved> Resolver::resolve_place(const Request& request, Place& place) {
  RequestChecker checker(request.from);
  Engine engine = Engine::llama_cpp;
  checker.choice(request.engine, {"engine", "engine"}, engine);
  const std::string wanted = request.quant.value_or(place.quant());

  // Read one set: all of them are the same model.
  const Result<std::size_t> first = first_set(place, engine, wanted);
  if (!first) return tl::unexpected<Error>(first.error());
  Result<std::shared_ptr<const ModelFile>> file = place.read(*first, catalog_);
  if (!file) return tl::unexpected<Error>(file.error());
  if ((*file)->kind != formats::FileKind::model) return tl::unexpected<Error>(not_a_model(place, **file));
  const auto spec_of = [](const std::shared_ptr<const ModelFile>& from) {
    return std::shared_ptr<const ModelSpec>(from, &from->spec);
  };
  Result<Resolved> resolved = with_model(request, spec_of(*file), usual_engine((*file)->spec), &place);
  if (!resolved) return resolved;
  auto source = std::make_shared<report::FileSource>();
  source->place = place.title();

  // Which of them: the one named, or the one that suits the machine. A quant nobody here offers is worked out by the rules.
  const std::vector<FileSet>& sets = place.sets();
  std::size_t chosen = *first;
  if (wanted.empty() && sets[*first].kind == SetKind::gguf) {
    const Result<std::size_t> better = choose_set(place, *first, *resolved, *source);
    if (!better) return tl::unexpected<Error>(better.error());
    chosen = *better;
    if (chosen != *first) {
      file = place.read(chosen, catalog_);
      if (!file) return tl::unexpected<Error>(file.error());
      resolved->model = spec_of(*file);
    }
  }
  const ModelSpec& spec = *resolved->model;
  const bool is_other_quant = !wanted.empty() && (!spec.stored || (folded_name(spec.stored->quant) != folded_name(wanted) &&
                                                                   folded_name(sets[chosen].label) != folded_name(wanted)));
  if (!is_other_quant && runs_as_stored(spec, resolved->question.settings.engine)) {
    resolved->quant = std::make_shared<const QuantScheme>(scheme_of_file(catalog_, *spec.stored));
  } else {
    const Result<std::shared_ptr<const QuantScheme>> scheme = choose_quant(checker, wanted, *resolved);
    if (!scheme) return tl::unexpected<Error>(scheme.error());
    resolved->quant = *scheme;
    if (spec.stored) {
      source->notes.push_back(
          fmt::format("the files hold {}; {} is worked out from their tensors by the rules of that quant",
                      spec.stored->quant, resolved->quant->id));
    }
  }

  resolved->file = *file;
  source->files = names_of(sets[chosen]);
  source->notes.insert(source->notes.end(), (*file)->notes.begin(), (*file)->notes.end());
  const net::Traffic traffic = places_.traffic();
  source->requests = traffic.requests;
  source->received_bytes = traffic.received_bytes;
  resolved->files = std::move(source);
  resolved->echo.model = request.model;
  resolved->echo.quant = resolved->quant->id;
  if (const Result<void> weighed = weigh_draft_head(*resolved); !weighed)
    return tl::unexpected<Error>(Error(weighed.error()));
  return resolved;
}

std::optional<Assessment> Resolver::try_set(Place& place, std::size_t set, const Resolved& resolved) {
  const FileSet& files = place.sets()[set];
  if (!place.is_remote() || place.is_read(set)) {
    const Result<std::shared_ptr<const ModelFile>> file = place.read(set, catalog_);
    if (!file || (*file)->kind != formats::FileKind::model || !(*file)->spec.stored) return std::nullopt;
    const QuantScheme scheme = scheme_of_file(catalog_, *(*file)->spec.stored);
    return assess_fit(*resolved.machine, (*file)->spec, scheme, resolved.question, catalog_.books());
  }
  const Result<std::shared_ptr<const QuantScheme>> scheme = quant(files.label);
  if (!scheme || (*scheme)->format != QuantFormat::gguf) return std::nullopt;
  return assess_fit(*resolved.machine, *resolved.model, **scheme, resolved.question, catalog_.books());
}

Result<std::size_t> Resolver::choose_set(Place& place, std::size_t first, const Resolved& resolved,
                                         report::FileSource& source) {
  const std::vector<FileSet>& sets = place.sets();
  std::vector<std::optional<Assessment>> tried(sets.size());
  for (std::size_t i = 0; i < sets.size(); ++i) {
    if (sets[i].kind == SetKind::gguf) tried[i] = try_set(place, i, resolved);
  }
  const std::vector<std::size_t> ladder = set_ladder(sets, first);
  const auto trial = [&](std::size_t step) -> QuantTrial {
    const std::optional<Assessment>& fit = tried[ladder[step]];
    if (!fit) return {};
    return {.status = fit->placed.placement.status, .usability = fit->usability.level};
  };
  const std::size_t three_bits = three_bit_sets(sets, ladder, resolved.model->parameter_count);
  const std::size_t chosen = ladder[choose_from_ladder(ladder.size(), three_bits, trial).value_or(0)];

  // What else there is, for the reader to overrule the choice.
  for (std::size_t i = 0; i < sets.size(); ++i) {
    if (sets[i].kind != SetKind::gguf) continue;
    report::FileOffer offer{.quant = sets[i].label,
                            .file = sets[i].files.front(),
                            .bytes = sets[i].bytes,
                            .status = std::nullopt,
                            .decode_tokens_per_s = std::nullopt,
                            .chosen = i == chosen};
    if (tried[i]) {
      offer.status = tried[i]->placed.placement.status;
      if (tried[i]->speed) offer.decode_tokens_per_s = tried[i]->speed->decode_tokens_per_s;
    }
    source.offers.push_back(std::move(offer));
  }
  if (source.offers.size() < 2) source.offers.clear();
  return chosen;
}

}  // namespace canirun::cli
