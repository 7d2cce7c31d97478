// SPDX-License-Identifier: MIT
// What is asked to run beside the model, and what it weighs.
#include <fmt/format.h>

#include <algorithm>
#include <canirun/units.hpp>

#include "cli/resolver.hpp"

namespace canirun::cli {
namespace {

constexpr KeyName k_mmproj{"mmproj", "mmproj"};
constexpr KeyName k_lora{"lora", "lora"};
constexpr KeyName k_draft{"draft", "draft"};
/// Projectors are published in half precision, whatever the model's own quant.
constexpr std::uint64_t k_projector_bytes_per_weight = 2;

/// "sizes" start with a digit and end with a unit; everything else is a file.
std::optional<std::uint64_t> as_size(const std::string& text) {
  const Result<std::uint64_t> size = parse_bytes(text, "");
  return size ? std::optional(*size) : std::nullopt;
}

Result<std::uint64_t> bytes_of_file(const std::string& path) {
  Result<store::LocalModel> local = store::look_up(path);
  if (!local) return tl::unexpected<Error>(std::move(local).error());
  std::uint64_t sum = 0;
  for (const formats::FileSet& set : local->sets) sum += set.bytes.value_or(0);
  if (local->sets.size() != 1 || sum == 0)
    return fail(ErrorKind::usage, fmt::format("{} is not one file", path), "name the .gguf itself, or give its size");
  return sum;
}

Result<std::uint64_t> file_or_size(const std::string& text) {
  const std::optional<std::uint64_t> size = as_size(text);
  return size ? Result<std::uint64_t>(*size) : bytes_of_file(text);
}

/// Of the projectors beside a model the one in half precision, else the largest: engines take that one.
const formats::FileSet* projector_of(const Place& place) {
  const formats::FileSet* best = nullptr;
  for (const formats::FileSet& set : place.sets()) {
    if (set.kind != formats::SetKind::projector || !set.bytes) continue;
    const bool is_half = set.label == "F16" || set.label == "BF16";
    if (is_half) return &set;
    if (best == nullptr || *set.bytes > *best->bytes) best = &set;
  }
  return best;
}

}  // namespace

Result<std::uint64_t> Resolver::projector_bytes(const std::string& asked, const Place* place, const ModelSpec& model,
                                                const RequestChecker& checker) {
  if (asked != "auto") return file_or_size(asked);
  if (place != nullptr) {
    if (const formats::FileSet* set = projector_of(*place)) return *set->bytes;
  }
  if (model.vision_parameter_count) return *model.vision_parameter_count * k_projector_bytes_per_weight;
  return fail(ErrorKind::not_found, fmt::format("the size of {}'s image or audio part is not known", model.name),
              fmt::format("give it: {} 900MB, or the file", checker.name_of(k_mmproj)));
}

Result<void> Resolver::add_companions(const Request& request, const Place* place, Resolved& resolved) {
  const RequestChecker checker(request.from);
  Companions& beside = resolved.question.companions;
  const auto within = [&](Error error, KeyName key) {
    return tl::unexpected<Error>(std::move(error).within(checker.name_of(key)));
  };
  if (request.mmproj) {
    Result<std::uint64_t> bytes = projector_bytes(*request.mmproj, place, *resolved.model, checker);
    if (!bytes) return within(std::move(bytes).error(), k_mmproj);
    beside.projector_bytes = *bytes;
  }
  for (const std::string& adapter : request.lora) {
    Result<std::uint64_t> bytes = file_or_size(adapter);
    if (!bytes) return within(std::move(bytes).error(), k_lora);
    beside.adapter_bytes += *bytes;
  }
  resolved.echo.mmproj = request.mmproj;
  resolved.echo.lora = request.lora;
  resolved.echo.draft = request.draft;
  if (!request.draft) return {};

  // Resolved as any model is, for the same machine; its quant is its name's, or the one that suits the machine.
  Request about = request;
  about.model = *request.draft;
  about.quant.reset();
  about.mmproj.reset();
  about.lora.clear();
  about.draft.reset();
  about.prompt_tokens.reset();
  about.depth_tokens.reset();
  Result<Resolved> draft = resolve(about);
  if (!draft) return within(std::move(draft).error(), k_draft);
  if (draft->model->vocab_size != resolved.model->vocab_size) {
    // The engine drafts only between vocabularies that are nearly the same, and goes on without a draft else.
    const auto larger = std::max(draft->model->vocab_size, resolved.model->vocab_size);
    const auto smaller = std::min(draft->model->vocab_size, resolved.model->vocab_size);
    constexpr std::uint32_t k_most_apart = 128;  // SPEC_VOCAB_MAX_SIZE_DIFFERENCE of llama.cpp
    if (larger - smaller > k_most_apart) {
      return fail(
          ErrorKind::usage,
          fmt::format("{}: {} cannot draft for {}: their vocabularies differ ({} and {} tokens)", checker.name_of(k_draft),
                      draft->model->name, resolved.model->name, draft->model->vocab_size, resolved.model->vocab_size),
          "a smaller model of the same family shares its vocabulary");
    }
  }
  auto drafter = std::make_shared<Drafter>();
  drafter->model = draft->model;
  drafter->quant = draft->quant;
  resolved.echo.draft_quant = draft->quant->id;
  drafter->weights = sum_weights(*draft->model, *draft->quant);
  beside.draft = drafter->model.get();
  beside.draft_weights = &drafter->weights;
  resolved.drafter = std::move(drafter);
  return {};
}

}  // namespace canirun::cli
