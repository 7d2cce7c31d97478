// SPDX-License-Identifier: MIT
#include "cli/resolver.hpp"

#include <fmt/format.h>

#include <array>

#include "catalog/lookup.hpp"
#include "cli/profile_file.hpp"
#include "cli/quant_choice.hpp"
#include "cli/question.hpp"

namespace canirun::cli {
namespace {

/// Records remembered during one run; a stream that names more starts over.
constexpr std::size_t k_most_remembered = 512;
constexpr std::string_view k_default_profile = "chat";

std::optional<std::string> text_of(const std::optional<json::Word>& word) {
  return word ? std::optional(word->text) : std::nullopt;
}

Error unsupported_place(const std::string& model) {
  return {
      .kind = ErrorKind::unsupported,
      .message = fmt::format("\"{}\" names a file or an address; only models of the catalog can be checked so far", model),
      .context = {},
      .hint = "name the model itself, as in: canirun check llama-3.1-8b; `canirun list` shows them all"};
}

/// The model's dimensions are what everything is computed from; some makers never published them.
Result<void> require_dimensions(const ModelSpec& model) {
  if (!model.layers.empty()) return {};
  return fail(ErrorKind::unsupported,
              fmt::format("the dimensions of {} are not published, so its memory and speed cannot be computed", model.name));
}

bool has_prefix(std::string_view text, std::string_view prefix) { return text.substr(0, prefix.size()) == prefix; }
bool has_suffix(std::string_view text, std::string_view suffix) {
  return text.size() >= suffix.size() && text.substr(text.size() - suffix.size()) == suffix;
}

}  // namespace

bool names_a_place(std::string_view model) {
  constexpr std::array<std::string_view, 8> starts = {"http://",         "https://", "hf:", "hf.co/",
                                                      "huggingface.co/", "/",        "./",  "../"};
  for (const std::string_view start : starts) {
    if (has_prefix(model, start)) return true;
  }
  return has_suffix(model, ".gguf") || has_suffix(model, ".safetensors") || has_suffix(model, "/");
}

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
                              .air_gapped = request.air_gapped.value_or(false)};
  if (checker.error()) return tl::unexpected<Error>(*checker.error());

  // The API model to compare with: the one named, else the price book's default.
  if (request.vs) {
    const Result<ApiPrice> price = catalog_.api_price(*request.vs);
    if (!price) return tl::unexpected<Error>(Error(price.error()).within(checker.name_of({"vs", "vs"})));
    resolved.question.money.versus = price->id;
  } else if (const ApiPrice* usual = find_api_price(catalog_.books().prices, "")) {
    resolved.question.money.versus = usual->id;
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

Result<Resolved> Resolver::resolve(const Request& request) {
  RequestChecker checker(request.from);
  if (request.model.empty()) {
    checker.reject({"model", "model"}, "names no model");
    return tl::unexpected<Error>(*checker.error());
  }

  // Which model: a catalog name, perhaps with a quant in it ("llama3.1:8b-instruct-q8_0").
  const Result<std::shared_ptr<const ModelSpec>> found = model(request.model);
  if (!found) return tl::unexpected<Error>(names_a_place(request.model) ? unsupported_place(request.model) : found.error());
  const Result<void> known = require_dimensions(**found);
  if (!known) return tl::unexpected<Error>(known.error());

  // A model made for code is asked about coding unless something else was said.
  Request about = request;
  if (!about.profile && !about.task && (*found)->for_code) about.profile = name_of(Task::coding);
  Result<Resolved> resolved = resolve_without_model(about);
  if (!resolved) return resolved;
  resolved->model = *found;
  adapt_to_model(checker, request, *resolved->model, resolved->question);
  if (checker.error()) return tl::unexpected<Error>(*checker.error());

  // Which quant: the one asked for, the one in the name, or the one that suits the machine.
  const std::string named = request.quant.value_or(catalog::split_model_name(request.model).quant);
  if (!named.empty()) {
    Result<std::shared_ptr<const QuantScheme>> scheme = quant(named);
    // MLX has formats of its own under names that GGUF uses too ("MXFP4").
    if (resolved->question.settings.engine == Engine::mlx) {
      if (const Result<std::shared_ptr<const QuantScheme>> own = quant("mlx-" + named)) scheme = own;
    }
    if (!scheme) return tl::unexpected<Error>(Error(scheme.error()).within(checker.name_of({"quant", "quant"})));
    resolved->quant = *scheme;
  } else {
    const std::vector<std::string_view> ladder = quant_ladder(*resolved->model, resolved->question.settings.engine);
    const auto trial = [&](std::size_t step) -> QuantTrial {
      const Result<std::shared_ptr<const QuantScheme>> scheme = quant(std::string(ladder[step]));
      if (!scheme) return {};
      const Assessment fit =
          assess_fit(*resolved->machine, *resolved->model, **scheme, resolved->question, catalog_.books());
      return {.status = fit.placed.placement.status, .usability = fit.usability.level};
    };
    const std::size_t step = choose_from_ladder(ladder.size(), three_bit_count(ladder), trial).value_or(0);
    const Result<std::shared_ptr<const QuantScheme>> scheme = quant(std::string(ladder[step]));
    if (!scheme) return tl::unexpected<Error>(scheme.error());
    resolved->quant = *scheme;
  }

  resolved->echo.model = resolved->model->id;
  resolved->echo.quant = resolved->quant->id;
  resolved->echo.depth_tokens = resolved->question.usage.depth_tokens;
  resolved->echo.prompt_tokens = resolved->question.usage.prompt_tokens;
  return resolved;
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
