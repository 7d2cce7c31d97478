// SPDX-License-Identifier: MIT
// Models that lie in files: which of several files is meant, or suits the machine.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <canirun/suggest.hpp>

#include "cli/quant_choice.hpp"
#include "cli/resolver_place.hpp"
#include "report/numbers.hpp"

namespace canirun::cli {
namespace {

using formats::FileSet;
using formats::SetKind;

/// Below about three bits a weight a model is another, weaker model.
constexpr double k_three_bits = 3.0;
constexpr std::size_t k_most_listed = 12;

bool is_gguf(const FileSet& set) { return set.kind == SetKind::gguf; }
bool is_model(const FileSet& set) {
  return set.kind == SetKind::gguf || set.kind == SetKind::safetensors || set.kind == SetKind::config_only;
}

/// The same for all quants of one model.
std::string model_stem(const FileSet& set) {
  const std::string& first = set.files.empty() ? set.config : set.files.front();
  return folded_name(model_part_of(first, formats::quant_in_name(first)));
}

std::string list_of(const std::vector<FileSet>& sets, const std::vector<std::size_t>& which) {
  std::string text;
  for (std::size_t i = 0; i < which.size() && i < k_most_listed; ++i) {
    const FileSet& set = sets[which[i]];
    const std::string& name = set.files.empty() ? set.config : set.files.front();
    text += fmt::format("{}{}", i == 0 ? "" : ", ", name);
    if (set.bytes) text += fmt::format(" ({})", report::format_decimal_bytes(*set.bytes));
  }
  if (which.size() > k_most_listed) text += fmt::format(" and {} more", which.size() - k_most_listed);
  return text;
}

/// Sets worth considering for an engine: those in its own format when there are any.
std::vector<std::size_t> suitable_sets(const std::vector<FileSet>& sets, Engine engine) {
  const bool wants_gguf = engine != Engine::vllm && engine != Engine::mlx;
  std::vector<std::size_t> own, all;
  for (std::size_t i = 0; i < sets.size(); ++i) {
    if (!is_model(sets[i])) continue;
    all.push_back(i);
    if (is_gguf(sets[i]) == wants_gguf) own.push_back(i);
  }
  return own.empty() ? all : own;
}

/// The one people download: about four and a half bits, by its usual names, else by size.
std::size_t preferred_set(const std::vector<FileSet>& sets, const std::vector<std::size_t>& among) {
  static constexpr std::array<std::string_view, 9> k_usual = {"Q4_K_M", "UD-Q4_K_XL", "MXFP4",  "MXFP4_MOE", "Q4_K_S",
                                                              "IQ4_XS", "IQ4_NL",     "Q4_K_L", "Q4_0"};
  for (const std::string_view label : k_usual) {
    for (const std::size_t i : among) {
      if (sets[i].label == label && sets[i].missing_parts == 0) return i;
    }
  }
  // No such name: the one in the middle of a list sorted by size.
  return among[among.size() / 2];
}

Error several_models(const Place& place, const std::vector<std::size_t>& which) {
  return {
      .kind = ErrorKind::usage,
      .message = fmt::format("{} holds {} different models: {}", place.title(), which.size(), list_of(place.sets(), which)),
      .context = {},
      .hint = "name one of them"};
}

Error no_model_in(const Place& place) {
  std::vector<std::size_t> all(place.sets().size());
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
  if (all.empty()) {
    return {.kind = ErrorKind::not_found,
            .message = fmt::format("{} holds no model: no GGUF, no safetensors, no config.json", place.title()),
            .context = {},
            .hint = {}};
  }
  return {.kind = ErrorKind::unsupported,
          .message = fmt::format("{} holds no whole model, only {}", place.title(), list_of(place.sets(), all)),
          .context = {},
          .hint = "canirun inspect shows what such a file says; check the model it belongs to"};
}

}  // namespace

Error not_a_model(const Place& place, const formats::ModelFile& file) {
  std::string what = "a file without a network in it";
  switch (file.kind) {
    case formats::FileKind::adapter:
      what = "an adapter (LoRA)";
      break;
    case formats::FileKind::projector:
      what = "the image or audio part of a model (mmproj)";
      break;
    case formats::FileKind::vocabulary:
      what = "a vocabulary without weights";
      break;
    default:
      break;
  }
  Error error{.kind = ErrorKind::unsupported,
              .message = fmt::format("{} is {}, not a model that runs by itself", place.title(), what),
              .context = {},
              .hint = "canirun inspect shows what is in it"};
  if (!file.about.base_model.empty()) {
    error.hint += fmt::format("; check the model it is for: {}", file.about.base_model);
  }
  return error;
}

Result<std::size_t> first_set(const Place& place, Engine engine, const std::string& quant) {
  const std::vector<FileSet>& sets = place.sets();
  const std::vector<std::size_t> among = suitable_sets(sets, engine);
  if (among.empty()) return tl::unexpected<Error>(no_model_in(place));
  // The quant that was named, in the spelling of this place.
  if (!quant.empty()) {
    for (const std::size_t i : among) {
      if (folded_name(sets[i].label) == folded_name(quant)) return i;
    }
    // Where two models share a quant the label is the whole name; the quant alone still picks, if it is the only one.
    std::vector<std::size_t> named;
    for (const std::size_t i : among) {
      const bool same =
          !sets[i].files.empty() && folded_name(formats::quant_in_name(sets[i].files.front())) == folded_name(quant);
      if (same) named.push_back(i);
    }
    if (named.size() == 1) return named.front();
  }
  const std::string stem = model_stem(sets[among.front()]);
  std::vector<std::size_t> distinct;
  for (const std::size_t i : among) {
    const std::string own = model_stem(sets[i]);
    if (std::none_of(distinct.begin(), distinct.end(), [&](std::size_t d) { return model_stem(sets[d]) == own; }))
      distinct.push_back(i);
  }
  if (distinct.size() > 1) return tl::unexpected<Error>(several_models(place, distinct));
  return preferred_set(sets, among);
}

std::vector<std::size_t> set_ladder(const std::vector<FileSet>& sets, std::size_t first) {
  std::vector<std::size_t> smaller;
  for (std::size_t i = 0; i < sets.size(); ++i) {
    if (i == first || !is_gguf(sets[i]) || sets[i].missing_parts > 0 || !sets[i].bytes || !sets[first].bytes) continue;
    if (*sets[i].bytes < *sets[first].bytes) smaller.push_back(i);
  }
  std::sort(smaller.begin(), smaller.end(), [&](std::size_t a, std::size_t b) { return *sets[a].bytes > *sets[b].bytes; });
  smaller.insert(smaller.begin(), first);
  return smaller;
}

std::size_t three_bit_sets(const std::vector<FileSet>& sets, const std::vector<std::size_t>& ladder,
                           std::uint64_t parameter_count) {
  const auto below = [&](std::size_t i) {
    return sets[i].bytes && static_cast<double>(*sets[i].bytes) * 8 < k_three_bits * static_cast<double>(parameter_count);
  };
  return static_cast<std::size_t>(std::find_if(ladder.begin(), ladder.end(), below) - ladder.begin());
}

QuantScheme scheme_of_file(const catalog::Catalog& catalog, const StoredWeights& stored) {
  if (Result<QuantScheme> known = catalog.quant(stored.quant); known && known->format == stored.format) {
    known->id = stored.quant;
    known->approximate = false;  // nothing is computed from the recipe: the file was read
    return *known;
  }
  std::array<std::uint64_t, k_tensor_type_count> bytes{};
  for (const StoredTensor& tensor : stored.tensors) bytes[static_cast<std::size_t>(tensor.type)] += tensor.bytes;
  QuantScheme scheme;
  scheme.id = stored.quant;
  scheme.format = stored.format;
  scheme.base = static_cast<TensorType>(std::max_element(bytes.begin(), bytes.end()) - bytes.begin());
  scheme.provenance = {.basis = Basis::measured, .source = "the file's own tensors", .retrieved = {}};
  return scheme;
}

}  // namespace canirun::cli
