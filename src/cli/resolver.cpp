// SPDX-License-Identifier: MIT
#include "cli/resolver.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <canirun/names.hpp>

#include "catalog/lookup.hpp"
#include "cli/profile_file.hpp"
#include "cli/quant_choice.hpp"
#include "cli/question.hpp"
#include "cli/resolver_place.hpp"
#include "formats/file_name.hpp"

namespace canirun::cli {
namespace {

/// Records remembered during one run; a stream that names more starts over.
constexpr std::size_t k_most_remembered = 512;
constexpr std::string_view k_default_profile = "chat";

std::optional<std::string> text_of(const std::optional<json::Word>& word) {
  return word ? std::optional(word->text) : std::nullopt;
}

/// The model's dimensions are what everything is computed from; some makers never published them.
Result<void> require_dimensions(const ModelSpec& model) {
  if (!model.layers.empty()) return {};
  return fail(ErrorKind::unsupported,
              fmt::format("the dimensions of {} are not published, so its memory and speed cannot be computed", model.name));
}

/// A backend that was asked for has to drive a GPU of the machine; without one the processor would do it all, unasked.
void require_backend(RequestChecker& checker, const Request& request, const Machine& machine,
                     const EngineSettings& settings) {
  const bool needs_gpu = settings.backend != Backend::automatic && settings.backend != Backend::cpu;
  if (!request.backend || !needs_gpu || !engine_devices(machine, settings).gpus.empty()) return;
  std::vector<std::string> gpus;
  for (const Device& device : machine.devices) {
    if (device.kind != DeviceKind::cpu) gpus.push_back(device.name.empty() ? device.id : device.name);
  }
  checker.reject({"backend", "backend"},
                 gpus.empty() ? fmt::format("{} needs a GPU, and there is none", name_of(settings.backend))
                              : fmt::format("{} does not drive {}", name_of(settings.backend), fmt::join(gpus, ", ")),
                 "auto takes what drives the GPU, cpu the processor alone");
}

/// A name that can only be a place on the network, not a name of the catalog.
bool is_explicitly_remote(std::string_view text) {
  static constexpr std::array<std::string_view, 3> k_schemes = {"hf:", "ms:", "ollama:"};
  const bool has_scheme =
      std::any_of(k_schemes.begin(), k_schemes.end(), [&](std::string_view scheme) { return text.starts_with(scheme); });
  return Places::is_remote(text) && (has_scheme || text.find_first_of("/ ") != std::string_view::npos);
}

/// "./hf:x" is a path whatever follows.
bool is_explicitly_local(std::string_view text) {
  return !text.empty() && std::string_view("/.~").find(text.front()) != std::string_view::npos;
}

}  // namespace

Result<Resolved> Resolver::resolve_without_model(const Request& request) {
  Resolved resolved;

  // The machine, and what every flag means by itself.
  const Result<std::shared_ptr<const Machine>> machine = machines_.machine_for(request);
  if (!machine) return tl::unexpected<Error>(machine.error());
  resolved.machine = *machine;

  RequestChecker checker(request.from);
  // Without a profile, the task says which: their names are aliases of profiles.
  const std::string profile_name = request.profile.value_or(request.task.value_or(std::string(k_default_profile)));
  const Result<UsageProfile> base = profile(profile_name);
  const KeyName asked_by = request.profile || !request.task ? KeyName{"profile", "profile"} : KeyName{"task", "task"};
  if (!base) return tl::unexpected<Error>(Error(base.error()).within(checker.name_of(asked_by)));

  resolved.question.settings = settings_asked(checker, request);
  resolved.question.usage = usage_asked(checker, request, *base);
  resolved.question.money = money_asked(checker, request);
  resolved.question.floors = floors_asked(checker, request);
  resolved.question.policy = {.private_data = request.private_data.value_or(false),
                              .air_gapped = request.air_gapped.value_or(false),
                              .residency = request.residency.value_or("")};
  resolved.question.money.residency = resolved.question.policy.residency;
  require_backend(checker, request, **machine, resolved.question.settings);
  if (checker.error()) return tl::unexpected<Error>(*checker.error());

  // The API model to compare with: the one named, else the price book's default.
  if (request.vs) {
    const Result<ApiPrice> price = catalog_.api_price(*request.vs);
    if (!price) return tl::unexpected<Error>(Error(price.error()).within(checker.name_of({"vs", "vs"})));
    resolved.question.money.versus = price->id;
  } else if (const ApiPrice* usual = find_api_price(catalog_.books().prices, "")) {
    resolved.question.money.versus = usual->id;
  }
  for (const std::string& name : request.also_vs) {
    const Result<ApiPrice> price = catalog_.api_price(name);
    if (!price) return tl::unexpected<Error>(Error(price.error()).within(checker.name_of({"also_vs", "vs"})));
    resolved.question.money.also_versus.push_back(price->id);
  }

  resolved.echo = {
      .id = text_of(request.id),
      .model = {},
      .quant = {},
      .on = request.on,
      .ram = text_of(request.ram),
      .vram = text_of(request.vram),
      .bandwidth = text_of(request.bandwidth),
      .depth_tokens = 0,
      .prompt_tokens = 0,
      .profile = resolved.question.usage.id,
      .vs = resolved.question.money.versus.empty() ? std::nullopt : std::optional(resolved.question.money.versus)};
  return resolved;
}

/// A file that is not here may be of a model that the catalog has: then that is one word away.
Error Resolver::with_catalog_hint(Error error, const std::string& path) {
  const std::string stem = formats::stem_of(path), quant = formats::quant_in_name(path);
  const Result<std::shared_ptr<const ModelSpec>> record = model(model_part_of(stem, quant));
  if (error.kind == ErrorKind::malformed || !record) return error;
  error.hint += fmt::format("{}the catalog knows this model: canirun check {}{}", error.hint.empty() ? "" : "; ",
                            (*record)->id, quant.empty() ? "" : " --quant " + quant);
  return error;
}

Result<Resolver::Found> Resolver::find(const std::string& text) {
  Found found;
  const auto of_catalog = [&] { return model(text); };
  // The form decides first: a path is a path and an address an address, whatever the catalog calls its models.
  const bool is_remote = is_explicitly_remote(text) && !is_explicitly_local(text);
  if (!is_remote && store::looks_like_path(text)) {
    Result<std::shared_ptr<Place>> place = open(text, &Places::open_path);
    if (!place) return tl::unexpected<Error>(with_catalog_hint(std::move(place).error(), text));
    found.place = *place;
    return found;
  }
  if (is_remote) {
    Result<std::shared_ptr<Place>> place = open(text, &Places::open_remote);
    if (place) {
      found.place = *place;
      return found;
    }
    // Without a network the catalog may still know the model; that is said, not hidden.
    Error error = std::move(place).error();
    const Result<std::shared_ptr<const ModelSpec>> record = of_catalog();
    if (!record) return tl::unexpected<Error>(std::move(error));
    if (error.kind != ErrorKind::network) {
      error.hint +=
          fmt::format("{}the catalog knows this model too: canirun check {}", error.hint.empty() ? "" : "; ", (*record)->id);
      return tl::unexpected<Error>(std::move(error));
    }
    found.record = *record;
    found.notes.push_back(fmt::format("{}; answered from the catalog's record of {}, not from the files themselves",
                                      error.text(), (*record)->name));
    return found;
  }

  // Then what is installed here, the catalog, a file of that name, a tag of a registry.
  const bool is_tag = text.find(':') != std::string::npos;
  if (is_tag) {
    found.place = places_.open_installed(text);
    if (found.place) return found;
  }
  const Result<std::shared_ptr<const ModelSpec>> record = of_catalog();
  if (record) {
    found.record = *record;
    return found;
  }
  const bool is_file = Places::is_path(text);
  if (!is_file && !Places::is_remote(text) && !net::looks_like_repository(text)) {
    Result<ModelSpec> meant = catalog_.model_meant(text);
    if (!meant) return tl::unexpected<Error>(record.error());
    found.record = std::make_shared<const ModelSpec>(*std::move(meant));
    return found;
  }
  Result<std::shared_ptr<Place>> place = open(text, is_file ? &Places::open_path : &Places::open_remote);
  if (!place) return tl::unexpected<Error>(std::move(place).error());
  found.place = *place;
  return found;
}

Result<std::shared_ptr<Place>> Resolver::open(const std::string& text,
                                              Result<std::shared_ptr<Place>> (Places::*open_it)(const std::string&)) {
  const auto known = opened_.find(text);
  if (known != opened_.end()) return known->second;
  Result<std::shared_ptr<Place>> place = (places_.*open_it)(text);
  if (!place) return place;
  if (opened_.size() >= k_most_remembered) opened_.clear();
  return opened_.emplace(text, *place).first->second;
}

Result<Resolved> Resolver::resolve(const Request& request) {
  RequestChecker checker(request.from);
  if (request.model.empty()) {
    checker.reject({"model", "model"}, "names no model");
    return tl::unexpected<Error>(*checker.error());
  }
  const Result<Found> found = find(request.model);
  if (!found) return tl::unexpected<Error>(found.error());
  return found->place ? resolve_place(request, *found->place) : resolve_record(request, *found);
}

Result<Resolved> Resolver::with_model(const Request& request, std::shared_ptr<const ModelSpec> spec,
                                      std::optional<Engine> engine, Place* place) {
  const Result<void> known = require_dimensions(*spec);
  if (!known) return tl::unexpected<Error>(known.error());
  // A model made for code is asked about coding unless something else was said.
  Request about = request;
  if (!about.profile && !about.task && spec->for_code) about.profile = name_of(Task::coding);
  Result<Resolved> resolved = resolve_without_model(about);
  if (!resolved) return resolved;
  if (engine && !request.engine) resolved->question.settings.engine = *engine;
  resolved->model = std::move(spec);
  RequestChecker checker(request.from);
  adapt_to_model(checker, request, *resolved->model, resolved->question);
  if (checker.error()) return tl::unexpected<Error>(*checker.error());
  resolved->echo.depth_tokens = resolved->question.usage.depth_tokens;
  resolved->echo.prompt_tokens = resolved->question.usage.prompt_tokens;
  if (const Result<void> added = add_companions(request, place, *resolved); !added)
    return tl::unexpected<Error>(added.error());
  return resolved;
}

Result<Resolved> Resolver::resolve_record(const Request& request, const Found& found) {
  Result<Resolved> resolved = with_model(request, found.record, std::nullopt, nullptr);
  if (!resolved) return resolved;
  // Which quant: the one asked for, the one in the name, or the one that suits the machine.
  const std::string named = request.quant.value_or(catalog::split_model_name(request.model).quant);
  const Result<std::shared_ptr<const QuantScheme>> scheme = choose_quant(RequestChecker(request.from), named, *resolved);
  if (!scheme) return tl::unexpected<Error>(scheme.error());
  resolved->quant = *scheme;
  if (const Result<void> weighed = weigh_draft_head(*resolved); !weighed)
    return tl::unexpected<Error>(Error(weighed.error()));
  resolved->echo.model = resolved->model->id;
  resolved->echo.quant = resolved->quant->id;
  if (!found.notes.empty()) {
    resolved->files = std::make_shared<const report::FileSource>(report::FileSource{
        .place = request.model, .files = {}, .offers = {}, .notes = found.notes, .requests = 0, .received_bytes = 0});
  }
  return resolved;
}

Result<std::shared_ptr<const QuantScheme>> Resolver::choose_quant(const RequestChecker& checker, const std::string& named,
                                                                  const Resolved& resolved) {
  const Engine engine = resolved.question.settings.engine;
  if (!named.empty()) {
    Result<std::shared_ptr<const QuantScheme>> scheme = quant(named);
    // MLX has formats of its own under names that GGUF uses too ("MXFP4").
    if (engine == Engine::mlx) {
      if (const Result<std::shared_ptr<const QuantScheme>> own = quant("mlx-" + named)) scheme = own;
    }
    if (!scheme) return tl::unexpected<Error>(Error(scheme.error()).within(checker.name_of({"quant", "quant"})));
    return scheme;
  }
  const std::vector<std::string_view> ladder = quant_ladder(*resolved.model, engine);
  const auto trial = [&](std::size_t step) -> QuantTrial {
    const Result<std::shared_ptr<const QuantScheme>> scheme = quant(std::string(ladder[step]));
    if (!scheme) return {};
    const Assessment fit = assess_fit(*resolved.machine, *resolved.model, **scheme, resolved.question, catalog_.books());
    return {.status = fit.placed.placement.status, .usability = fit.usability.level};
  };
  return quant(std::string(ladder[choose_from_ladder(ladder.size(), three_bit_count(ladder), trial).value_or(0)]));
}

Result<std::shared_ptr<const ModelSpec>> Resolver::model(const std::string& name) {
  const auto found = models_.find(name);
  if (found != models_.end()) return found->second;
  Result<ModelSpec> spec = catalog_.model(name);
  if (!spec) return tl::unexpected<Error>(std::move(spec).error());
  if (models_.size() >= k_most_remembered) models_.clear();
  return models_.emplace(name, std::make_shared<const ModelSpec>(std::move(*spec))).first->second;
}

Result<std::shared_ptr<const QuantScheme>> Resolver::quant(const std::string& name) {
  const auto found = quants_.find(name);
  if (found != quants_.end()) return found->second;
  Result<QuantScheme> scheme = catalog_.quant(name);
  if (!scheme) return tl::unexpected<Error>(std::move(scheme).error());
  if (quants_.size() >= k_most_remembered) quants_.clear();
  return quants_.emplace(name, std::make_shared<const QuantScheme>(std::move(*scheme))).first->second;
}

Result<UsageProfile> Resolver::profile(const std::string& name) const {
  return names_a_profile_file(name) ? read_profile_file(name) : catalog_.usage(name);
}

}  // namespace canirun::cli
