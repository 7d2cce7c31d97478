// SPDX-License-Identifier: MIT
// Who is it, and which model does it serve? /v1/models is common to all; the rest each engine has for itself.
#include <fmt/format.h>

#include <algorithm>

#include "bench/results_parts.hpp"
#include "bench/server.hpp"
#include "json/text.hpp"
#include "json/view.hpp"

namespace canirun::bench {
namespace {

constexpr std::size_t k_most_models = 1000, k_most_named = 8;
constexpr const char* k_is_it =
    "is it an OpenAI-compatible server (llama-server, Ollama, LM Studio, vLLM), and is that its port?";

std::string lower(std::string_view text) {
  std::string copy(text);
  std::transform(copy.begin(), copy.end(), copy.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return copy;
}

/// The start of an answer, for a message.
std::string in_quotes(std::string_view body) {
  constexpr std::size_t k_most = 120;
  std::string text(body.substr(0, k_most));
  std::replace_if(text.begin(), text.end(), [](unsigned char c) { return c < 0x20; }, ' ');
  return text.empty() ? "nothing" : "\"" + text + (body.size() > k_most ? "...\"" : "\"");
}

/// JSON from a path, or nothing: each engine answers other questions.
std::optional<json::Parsed> json_at(Server& server, std::string path, std::string body = {}) {
  const Result<ServerReply> reply =
      server.ask({.path = std::move(path), .body = std::move(body), .stall_s = 10, .total_s = 10}, {});
  if (!reply || reply->status != 200) return std::nullopt;
  Result<json::Parsed> parsed = json::Parsed::parse(reply->body);
  if (!parsed || !json::View(parsed->root()).is_object()) return std::nullopt;
  return std::move(*parsed);
}

/// A model of the list.
struct Served {
  std::string id, owner;
  std::optional<std::uint64_t> parameter_count;
};

Result<std::vector<Served>> models_of(Server& server, const std::string& address) {
  const Result<ServerReply> reply = server.ask({.path = "/v1/models", .body = {}, .stall_s = 10, .total_s = 15}, {});
  if (!reply) return tl::unexpected<Error>(reply.error());
  if (reply->status == 401 || reply->status == 403) {
    return fail(ErrorKind::network, fmt::format("{}/v1/models answers HTTP {}: it wants a key", address, reply->status),
                "set CANIRUN_SERVER_KEY to the key the server was started with");
  }
  if (reply->status != 200) {
    return fail(ErrorKind::network,
                fmt::format("{}/v1/models answers HTTP {} and {}", address, reply->status, in_quotes(reply->body)), k_is_it);
  }
  const Result<json::Parsed> parsed = json::Parsed::parse(reply->body);
  const json::View list = parsed ? json::View(parsed->root()).at("data") : json::View();
  if (!list.is_array()) {
    return fail(ErrorKind::network,
                fmt::format("{}/v1/models answers {}, which is no list of models", address, in_quotes(reply->body)),
                k_is_it);
  }
  std::vector<Served> models;
  for (std::size_t i = 0; i < std::min(list.size(), k_most_models); ++i) {
    const json::View model = list.at(i);
    const std::optional<std::string> id = model.at("id").text();
    if (id && !id->empty())
      models.push_back({*id, model.at("owned_by").text().value_or(""), model.at("meta").at("n_params").count()});
  }
  if (models.empty()) {
    return fail(ErrorKind::network, fmt::format("{} serves no model", address), "load one there first");
  }
  return models;
}

/// The one that is loaded right now, where the engine tells.
std::string loaded_model(Server& server) {
  if (const auto running = json_at(server, "/api/ps")) {  // Ollama
    const json::View models = json::View(running->root()).at("models");
    if (models.size() == 1) return models.at(std::size_t{0}).at("name").text().value_or("");
  }
  if (const auto all = json_at(server, "/api/v0/models")) {  // LM Studio
    std::string found;
    std::size_t count = 0;
    json::View(all->root()).at("data").each_element([&](json::View model) {
      const bool writes = model.at("type").text().value_or("llm") != "embeddings";
      if (!writes || model.at("state").text() != "loaded") return;
      found = model.at("id").text().value_or("");
      ++count;
    });
    if (count == 1) return found;
  }
  return {};
}

Result<Served> choose(Server& server, const std::vector<Served>& models, const std::optional<std::string>& wanted,
                      const std::string& address) {
  const auto named = [&](std::string_view name) {
    return std::find_if(models.begin(), models.end(), [&](const Served& model) {
      const std::string id = lower(model.id), word = lower(name);
      return id == word || id == word + ":latest";
    });
  };
  if (wanted) {
    if (const auto found = named(*wanted); found != models.end()) return *found;
    if (models.size() == 1) return models.front();  // served under a name of its own
  } else {
    if (models.size() == 1) return models.front();
    if (const auto loaded = named(loaded_model(server)); loaded != models.end()) return *loaded;
  }
  std::string names;
  for (std::size_t i = 0; i < std::min(models.size(), k_most_named); ++i) {
    names += (i == 0 ? "" : ", ") + models[i].id;
  }
  if (models.size() > k_most_named) names += fmt::format(" and {} more", models.size() - k_most_named);
  return fail(ErrorKind::usage,
              wanted ? fmt::format("{} serves no model \"{}\"", address, *wanted)
                     : fmt::format("{} serves {} models", address, models.size()),
              fmt::format("say which one with --model: {}", names));
}

void ask_ollama(Server& server, ServerFacts& facts) {
  const auto details = json_at(server, "/api/show", "{\"model\": " + json::quoted(facts.model) + "}");
  if (details) {
    const json::View root(details->root());
    facts.quant = root.at("details").at("quantization_level").text().value_or("");
    facts.parameter_count = root.at("model_info").at("general.parameter_count").count();
  }
}

/// How much of it lies on the GPU: known once it is loaded.
void ask_ollama_placement(Server& server, ServerFacts& facts) {
  const auto running = json_at(server, "/api/ps");
  if (!running) return;
  json::View(running->root()).at("models").each_element([&](json::View model) {
    if (model.at("name").text() != facts.model && model.at("model").text() != facts.model) return;
    const std::optional<double> all = model.at("size").number(), gpu = model.at("size_vram").number();
    if (all && gpu && *all > 0 && *gpu >= 0) facts.gpu_share = std::min(1.0, *gpu / *all);
  });
}

void ask_llama_server(Server& server, ServerFacts& facts) {
  const auto properties = json_at(server, "/props");
  if (!properties) return;
  const json::View root(properties->root());
  facts.model_file = root.at("model_path").text().value_or("");
  facts.version = root.at("build_info").text().value_or("");
  facts.quant = quant_of_file_type(root.at("model_ftype").text().value_or(""));  // since 2026; older ones do not say
}

void ask_lm_studio(Server& server, ServerFacts& facts) {
  const auto all = json_at(server, "/api/v0/models");
  if (!all) return;
  json::View(all->root()).at("data").each_element([&](json::View model) {
    if (model.at("id").text() == facts.model) facts.quant = model.at("quantization").text().value_or("");
    if (model.at("compatibility_type").text() == "mlx") facts.engine = Engine::mlx;
  });
}

std::string version_at(Server& server, const std::string& path) {
  const auto answer = json_at(server, path);
  return answer ? json::View(answer->root()).at("version").text().value_or("") : "";
}

void recognise_engine(Server& server, const Served& model, ServerFacts& facts) {
  const std::string owner = lower(model.owner);
  facts.engine_name = "a server";
  if (owner == "llamacpp") {
    facts.engine_name = "llama-server";
    ask_llama_server(server, facts);
  } else if (owner == "vllm") {
    facts.engine_name = "vLLM";
    facts.engine = Engine::vllm;
    facts.version = version_at(server, "/version");
  } else if (owner == "organization_owner") {
    facts.engine_name = "LM Studio";
    facts.engine = Engine::lmstudio;
    ask_lm_studio(server, facts);
  } else if (const std::string version = version_at(server, "/api/version"); !version.empty()) {
    facts.engine_name = "Ollama";
    facts.engine = Engine::ollama;
    facts.version = version;
    ask_ollama(server, facts);
  }
}

}  // namespace

Result<ServerFacts> recognise(const ServerWorld& world, const std::optional<std::string>& wanted) {
  const std::unique_ptr<Server> server = world.connect();
  const Result<std::vector<Served>> models = models_of(*server, world.address);
  if (!models) return tl::unexpected<Error>(models.error());
  const Result<Served> model = choose(*server, *models, wanted, world.address);
  if (!model) return tl::unexpected<Error>(model.error());
  ServerFacts facts;
  facts.model = model->id;
  facts.parameter_count = model->parameter_count;
  recognise_engine(*server, *model, facts);
  return facts;
}

void learn_placement(const ServerWorld& world, ServerFacts& facts) {
  if (facts.engine == Engine::ollama) ask_ollama_placement(*world.connect(), facts);
}

std::string server_base(std::string_view typed) {
  std::string base(typed);
  if (base.find("://") == std::string::npos) base = "http://" + base;
  for (const std::string_view end : {"/chat/completions", "/completions", "/models", "/v1"}) {
    while (base.ends_with('/')) base.pop_back();
    if (base.ends_with(end)) base.resize(base.size() - end.size());
  }
  while (base.ends_with('/')) base.pop_back();
  return base;
}

}  // namespace canirun::bench
