// SPDX-License-Identifier: MIT
// What is asked to run beside the model, and what it weighs.
#include <fmt/format.h>

#include <algorithm>
#include <canirun/names.hpp>
#include <canirun/speed.hpp>
#include <canirun/units.hpp>

#include "cli/resolver.hpp"

namespace canirun::cli {
namespace {

constexpr KeyName k_mmproj{"mmproj", "mmproj"};
constexpr KeyName k_lora{"lora", "lora"};
constexpr KeyName k_draft{"draft", "draft"};
/// Projectors are published in half precision, whatever the model's own quant.
constexpr std::uint64_t k_projector_bytes_per_weight = 2;

/// Ways of drafting that are not a model: "mtp", "eagle3", "ngram".
std::optional<DraftKind> draft_word(const std::string& text) {
  const std::optional<DraftKind> kind = from_name<DraftKind>(text);
  return kind && *kind != DraftKind::model ? kind : std::nullopt;
}

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
std::optional<std::size_t> projector_of(const Place& place) {
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < place.sets().size(); ++i) {
    const formats::FileSet& set = place.sets()[i];
    if (set.kind != formats::SetKind::projector || !set.bytes) continue;
    if (set.label == "F16" || set.label == "BF16") return i;
    if (!best || *set.bytes > *place.sets()[*best].bytes) best = i;
  }
  return best;
}

/// What its tower computes in, where its header says enough; the file's size stands alone else.
void add_scratch(const formats::ModelFile& file, const Resolved& resolved, Companions& beside) {
  if (!file.projector) return;
  const EngineSettings& settings = resolved.question.settings;
  const bool on_gpu = !engine_devices(*resolved.machine, settings).gpus.empty();
  const ProjectorScratch scratch =
      projector_scratch_bytes(*file.projector, PictureSize::at_load, on_gpu, settings.flash_attn);
  beside.projector_device_scratch_bytes = scratch.device_bytes;
  beside.projector_host_scratch_bytes = scratch.host_bytes;
}

}  // namespace

Result<void> Resolver::add_projector(const std::string& asked, Place* place, const RequestChecker& checker,
                                     Resolved& resolved) {
  Companions& beside = resolved.question.companions;
  if (const std::optional<std::uint64_t> size = as_size(asked)) {
    beside.projector_bytes = *size;
    return {};
  }
  std::shared_ptr<Place> named;
  std::optional<std::size_t> set;
  if (asked != "auto") {
    Result<std::shared_ptr<Place>> found = open(asked, Places::is_remote(asked) ? &Places::open_remote : &Places::open_path);
    if (!found) return tl::unexpected<Error>(std::move(found).error());
    named = *found;
    place = named.get();
    if (place->sets().size() == 1) set = 0;
    if (!set) return fail(ErrorKind::usage, fmt::format("{} is not one file", asked), "name the mmproj .gguf itself");
  } else if (place != nullptr) {
    set = projector_of(*place);
  }
  if (set) {
    beside.projector_bytes = place->sets()[*set].bytes.value_or(0);
    const Result<std::shared_ptr<const formats::ModelFile>> file = place->read(*set, catalog_);
    if (file && (*file)->kind != formats::FileKind::projector)
      return fail(ErrorKind::usage, fmt::format("{} is no image or audio part of a model", asked));
    if (file) add_scratch(**file, resolved, beside);
    if (!file && asked != "auto") return tl::unexpected<Error>(file.error());
    return {};
  }
  const std::optional<std::uint64_t>& parameters = resolved.model->vision_parameter_count;
  if (parameters) {
    beside.projector_bytes = *parameters * k_projector_bytes_per_weight;
    return {};
  }
  return fail(ErrorKind::not_found, fmt::format("the size of {}'s image or audio part is not known", resolved.model->name),
              fmt::format("give it: {} 900MB, or the file", checker.name_of(k_mmproj)));
}

Result<void> Resolver::add_companions(const Request& request, Place* place, Resolved& resolved) {
  const RequestChecker checker(request.from);
  Companions& beside = resolved.question.companions;
  const auto within = [&](Error error, KeyName key) {
    return tl::unexpected<Error>(std::move(error).within(checker.name_of(key)));
  };
  if (request.mmproj) {
    Result<void> added = add_projector(*request.mmproj, place, checker, resolved);
    if (!added) return within(std::move(added).error(), k_mmproj);
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
  if (const std::optional<DraftKind> kind = draft_word(*request.draft)) {
    Result<void> added = add_draft_head(*kind, resolved);
    return added ? added : within(std::move(added).error(), k_draft);
  }
  return add_draft_model(request, resolved);
}

/// Layers of the model itself, a head trained for it, or the text's own words.
Result<void> Resolver::add_draft_head(DraftKind kind, Resolved& resolved) {
  const ModelSpec& model = *resolved.model;
  if (const Engine engine = resolved.question.settings.engine; engine != Engine::llama_cpp && engine != Engine::vllm)
    return fail(ErrorKind::usage, fmt::format("{} cannot draft with {}", name_of(engine), name_of(kind)),
                "llama.cpp and vLLM can: --engine llama.cpp");
  if (kind == DraftKind::mtp && model.next_token_layers == 0)
    return fail(ErrorKind::usage, fmt::format("{} has no layers that predict further tokens", model.name),
                "a small model of the same family drafts too: --draft MODEL; or the text itself: --draft ngram");
  resolved.question.companions.drafting = kind;
  return {};
}

/// What such a head weighs, once the model's own quant is known.
Result<void> Resolver::weigh_draft_head(Resolved& resolved) {
  Companions& beside = resolved.question.companions;
  if (beside.drafting != DraftKind::mtp && beside.drafting != DraftKind::eagle3) return {};
  const ModelSpec& model = *resolved.model;
  const bool own = beside.drafting == DraftKind::mtp;
  const std::optional<ModelSpec> head = own ? next_token_model(model) : eagle_model(model);
  if (!head) return {};  // a model without dimensions: nothing of it is known
  auto drafter = std::make_shared<Drafter>();
  drafter->model = std::make_shared<const ModelSpec>(*head);
  if (own) {
    drafter->quant = resolved.quant;
    drafter->weights = next_token_weights(model, sum_weights(model, *resolved.quant));
  } else {
    const Result<std::shared_ptr<const QuantScheme>> half = quant("BF16");
    if (!half) return tl::unexpected<Error>(Error(half.error()));
    drafter->quant = *half;
    drafter->weights = eagle_weights(*head, **half);
  }
  resolved.echo.draft_quant = drafter->quant->id;
  beside.draft = drafter->model.get();
  beside.draft_weights = &drafter->weights;
  resolved.drafter = std::move(drafter);
  return {};
}

Result<void> Resolver::add_draft_model(const Request& request, Resolved& resolved) {
  const RequestChecker checker(request.from);
  Companions& beside = resolved.question.companions;
  const auto within = [&](Error error, KeyName key) {
    return tl::unexpected<Error>(std::move(error).within(checker.name_of(key)));
  };
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
  beside.drafting = DraftKind::model;
  beside.draft = drafter->model.get();
  beside.draft_weights = &drafter->weights;
  resolved.drafter = std::move(drafter);
  return {};
}

}  // namespace canirun::cli
