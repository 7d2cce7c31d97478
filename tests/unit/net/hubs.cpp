// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "net/remote.hpp"
#include "scripted.hpp"

using namespace canirun;
using namespace canirun::net;
using namespace canirun::net::test;

namespace {

constexpr const char* k_commit = "0123456789012345678901234567890123456789";
const std::string k_digest = "sha256:" + std::string(64, 'a');

std::string listing() {
  return std::string(R"({"id": "o/r", "sha": ")") + k_commit +
         R"(", "gated": "auto", "cardData": {"license": "apache-2.0", "base_model": ["b/m"]},
    "siblings": [{"rfilename": "README.md", "size": 10}, {"rfilename": "r-Q4_K_M.gguf", "size": 400, "lfs": {"sha256": "4", "size": 400}},
      {"rfilename": "r-Q8_0.gguf", "size": 800}, {"rfilename": "UD/r-UD-IQ1_S.gguf", "size": 100}, {"rfilename": "../../evil.gguf", "size": 1},
      {"rfilename": "mmproj-r-F16.gguf", "size": 50}, {"rfilename": 7}, 3]})";
}

struct Stage {
  std::vector<HttpRequest> requests;
  std::unique_ptr<Network> network;
  explicit Stage(std::function<HttpResponse(const HttpRequest&)> server, NetworkOptions options = {}) {
    network = std::make_unique<Network>(std::move(options), std::make_unique<ScriptedClient>(std::move(server), requests));
  }
  Result<RemoteModel> look_up(const std::string& text) { return network->look_up(*parse_reference(text)); }
};

HttpResponse json(int status, std::string body, std::string code = {}) {
  HttpResponse response = answer(status, std::move(body), {{"content-type", "application/json"}});
  if (!code.empty()) response.headers.emplace_back("x-error-code", code);
  return response;
}

std::string error_of(const std::string& reference, const HttpResponse& response, NetworkOptions options = {}) {
  Stage stage([&](const HttpRequest&) { return response; }, std::move(options));
  const Result<RemoteModel> model = stage.look_up(reference);
  return model ? "no error" : model.error().message + " | " + model.error().hint;
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a repository of Hugging Face is one request") {
  Stage stage([](const HttpRequest&) { return json(200, listing()); });
  const Result<RemoteModel> model = stage.look_up("hf.co/o/r");
  REQUIRE(model);
  REQUIRE(stage.requests.size() == 1);
  CHECK(stage.requests[0].url == "https://huggingface.co/api/models/o/r?blobs=true");
  CHECK(model->revision == k_commit);
  CHECK(model->gated);
  CHECK(model->licence == "apache-2.0");
  CHECK(model->base_model == "b/m");
  CHECK(model->host == "huggingface.co");
  CHECK(model->files.size() == 5);  // the one that leads out of the repository is not among them
  CHECK(model->sets.size() == 4);
  CHECK(stage.network->host_of(*parse_reference("hf.co/o/r")) == "huggingface.co");

  CHECK(stage.look_up("hf.co/o/r:q4_k_m")->sets.at(0).files.at(0) == "r-Q4_K_M.gguf");
  CHECK(stage.look_up("hf.co/o/r:IQ1_S")->sets.at(0).files.at(0) == "UD/r-UD-IQ1_S.gguf");
  CHECK(stage.look_up("hf:o/r/r-Q8_0.gguf")->sets.size() == 1);
  CHECK(stage.look_up("hf:o/r/UD")->sets.at(0).bytes == 100);
  const Result<RemoteModel> unknown = stage.look_up("hf.co/o/r:Q5_K_M");
  REQUIRE_FALSE(unknown);
  CHECK(has(unknown.error().hint, "Q4_K_M (0.0 GB)"));
  const Result<RemoteModel> misspelt = stage.look_up("hf:o/r/r-Q4_K_N.gguf");
  REQUIRE_FALSE(misspelt);
  CHECK(has(misspelt.error().hint, "r-Q4_K_M.gguf"));
  CHECK(stage.look_up("hf:o/r@refs%2Fpr%2F1"));
  CHECK(stage.requests.back().url == "https://huggingface.co/api/models/o/r/revision/refs%2Fpr%2F1?blobs=true");
}

TEST_CASE("refusals of the hub say what to do") {
  NetworkOptions without, with;
  without.token_source = "looked for in HF_TOKEN and /home/user/token";
  with.hugging_face_token = "hf_secret";
  with.token_source = "HF_TOKEN";
  std::string text = error_of("hf:o/r", json(401, "{}", "GatedRepo"), without);
  CHECK(has(text, "accepted its terms"));
  CHECK(has(text, "/home/user/token"));
  CHECK(has(text, "https://huggingface.co/o/r"));
  text = error_of("hf:o/r", json(403, "{}", "GatedRepo"), with);
  CHECK(has(text, "token from HF_TOKEN was sent"));
  CHECK_FALSE(has(text, "hf_secret"));
  text = error_of("hf:o/r", json(401, "{}", "RepoNotFound"), without);
  CHECK(has(text, "there is no o/r at the hub, or it is private"));
  CHECK(has(error_of("hf:o/r", json(401, "{}", "InvalidToken"), with), "does not accept the token from HF_TOKEN"));
  CHECK(has(error_of("hf:o/r@nope", json(404, "{}", "RevisionNotFound")), "no revision nope"));
  CHECK(has(error_of("hf:o/r", json(429, "{}")), "429"));
  CHECK(has(error_of("hf:o/r", json(502, "{}")), "at their side"));
  CHECK(has(error_of("hf:o/r", answer(200, "<html>")), "web page"));
  CHECK(has(error_of("hf:o/r", json(200, "[")), "not valid JSON"));
  CHECK(has(error_of("hf:o/r", json(200, std::string(100000, '['))), "levels"));
  CHECK(has(error_of("hf:o/r", json(200, R"({"sha": 7})")), "lists no files"));
  CHECK(has(error_of("hf:o/r", json(200, R"({"siblings": [{"rfilename": "pytorch_model.bin"}]})")), "pytorch_model.bin"));
}

TEST_CASE("the token goes to the hub that was set up, and to no mirror named in a reference") {
  NetworkOptions options;
  options.hugging_face_token = "hf_secret";
  Stage stage([](const HttpRequest&) { return json(200, listing()); }, options);
  REQUIRE(stage.look_up("hf:o/r"));
  CHECK(header_of(stage.requests[0], "authorization") == "Bearer hf_secret");
  REQUIRE(stage.look_up("hf-mirror.com/o/r"));
  CHECK(header_of(stage.requests[1], "authorization").empty());
  CHECK(stage.requests[1].url.starts_with("https://hf-mirror.com/api/"));
}

TEST_CASE("ModelScope") {
  Stage stage([](const HttpRequest&) {
    return json(200, R"({"Code": 200, "Data": {"Files": [{"Path": "d", "Type": "tree", "Size": 0},
      {"Path": "d/m-Q4_0.gguf", "Type": "blob", "Size": 9, "Sha256": "ab"}]}})");
  });
  const Result<RemoteModel> model = stage.look_up("ms:o/r");
  REQUIRE(model);
  CHECK(stage.requests[0].url == "https://modelscope.cn/api/v1/models/o/r/repo/files?Revision=master&Recursive=true");
  REQUIRE(model->sets.size() == 1);
  CHECK(model->sets[0].bytes == 9);
  CHECK(has(error_of("ms:o/r", json(404, "{}")), "has no o/r"));
  CHECK(has(error_of("ms:o/r", json(200, R"({"Success": false, "Data": null})")), "lists no files"));
}

TEST_CASE("a tag of Ollama's registry") {
  const std::string manifest = R"({"schemaVersion": 2, "config": {"digest": ")" + k_digest + R"("}, "layers": [
    {"mediaType": "application/vnd.ollama.image.model", "digest": ")" +
                               k_digest + R"(", "size": 4683073952},
    {"mediaType": "application/vnd.ollama.image.license", "digest": ")" +
                               k_digest + R"(", "size": 11}]})";
  Stage stage([&](const HttpRequest&) { return json(200, manifest); });
  const Result<RemoteModel> model = stage.look_up("qwen2.5-coder:7b");
  REQUIRE(model);
  CHECK(stage.requests[0].url == "https://registry.ollama.ai/v2/library/qwen2.5-coder/manifests/7b");
  CHECK(header_of(stage.requests[0], "accept") == "application/vnd.docker.distribution.manifest.v2+json");
  REQUIRE(model->sets.size() == 1);
  CHECK(model->sets[0].files == std::vector<std::string>{k_digest});
  CHECK(model->sets[0].bytes == 4683073952U);
  CHECK(has(error_of("qwen3:9b", json(404, "{}")), "ollama.com/library"));
  CHECK(has(error_of("qwen3:cloud", json(200, R"({"layers": []})")), "no weights in GGUF"));
  CHECK(has(error_of("qwen3:8b", json(200, R"({"layers": {}})")), "/layers"));
  CHECK(has(error_of("qwen3:8b",
                     json(200, R"({"layers": [{"mediaType": "x.image.model", "digest": "sha256:../../x", "size": 1}]})")),
            "/layers/0/digest"));
}

TEST_CASE("addresses: what belongs together is told by the name") {
  Stage stage(
      [](const HttpRequest& request) { return request.url.ends_with("/d/config.json") ? json(200, "{}") : answer(404); });
  const Result<RemoteModel> split = stage.look_up("https://example.org/d/m-Q4_K_M-00002-of-00003.gguf?sig=1");
  REQUIRE(split);
  CHECK(split->sets.at(0).files == std::vector<std::string>{"m-Q4_K_M-00001-of-00003.gguf", "m-Q4_K_M-00002-of-00003.gguf",
                                                            "m-Q4_K_M-00003-of-00003.gguf"});
  CHECK(split->sets[0].label == "Q4_K_M");
  CHECK(stage.requests.empty());
  CHECK(stage.look_up("https://example.org/x/config.json")->sets.at(0).kind == formats::SetKind::config_only);
  CHECK(stage.look_up("https://example.org/d/model.safetensors")->sets.at(0).config == "config.json");
  CHECK(stage.look_up("https://example.org/e/model.safetensors")->sets.at(0).config.empty());
}

TEST_CASE("texts are read once for each content, with the address of the commit") {
  NetworkOptions options;
  options.cache_folder = (std::filesystem::temp_directory_path() / "canirun-hubs-XXXXXX").string();
  REQUIRE(mkdtemp(options.cache_folder.data()) != nullptr);
  options.hugging_face_token = "hf_secret";
  const auto server = [](const HttpRequest& request) {
    if (request.url.find("/api/") == std::string::npos) return answer(200, R"({"model_type": "llama"})");
    if (header_of(request, "if-none-match") == "W/\"7\"") return answer(304);
    HttpResponse response =
        json(200, std::string(R"({"sha": ")") + k_commit + R"(", "siblings": [{"rfilename": "config.json", "size": 23}]})");
    response.headers.emplace_back("etag", "W/\"7\"");
    return response;
  };
  for (int run = 0; run < 2; ++run) {
    Stage stage(server, options);
    const Result<RemoteModel> model = stage.look_up("hf:o/r");
    REQUIRE(model);
    CHECK(model->sets.at(0).config == "config.json");
    CHECK(*stage.network->reader(*model)->text("config.json", 1000) == R"({"model_type": "llama"})");
    CHECK(stage.requests.size() == (run == 0 ? 2 : 1));
    if (run == 0)
      CHECK(stage.requests[1].url == std::string("https://huggingface.co/o/r/resolve/") + k_commit + "/config.json");
    if (run == 0) CHECK_FALSE(stage.network->reader(*model)->text("other.json", 5));  // more than is allowed
  }
  for (const auto& entry : std::filesystem::directory_iterator(options.cache_folder)) {
    std::string text;
    std::getline(std::ifstream(entry.path(), std::ios::binary), text, '\0');
    CHECK(text.find("hf_secret") == std::string::npos);
  }
  std::filesystem::remove_all(options.cache_folder);
}
