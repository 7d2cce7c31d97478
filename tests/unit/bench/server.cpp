// SPDX-License-Identifier: MIT
// Driving a server that a test makes up, on a clock of its own: what is measured from good answers, and what is said of
// others.
#include "bench/server.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <string>

#include "bench/event_stream.hpp"
#include "bench/server_request.hpp"

using namespace canirun;
using namespace canirun::bench;

namespace {

/// A server of one model that reads at `read_s` and writes at `write_s` seconds a token.
struct Play {
  double now_s = 1000;
  double read_s = 0.001, write_s = 0.02;
  std::string owner = "x";
  std::string models = R"({"data": [{"id": "qwen3:8b", "owned_by": "OWNER"}]})";
  std::map<std::string, std::string> pages = {};
  std::vector<std::string> posts = {};
  bool timings = false, usage = true;
  std::uint32_t stops_after = 1000;
};

class PlayServer : public Server {
 public:
  explicit PlayServer(Play& play) : play_(play) {}
  Result<ServerReply> ask(const ServerRequest& request, const std::function<bool(std::string_view)>& sink) override {
    if (request.path == "/v1/models") {
      std::string text = play_.models;
      if (const auto at = text.find("OWNER"); at != std::string::npos) text.replace(at, 5, play_.owner);
      return ServerReply{200, "application/json", text};
    }
    if (const auto page = play_.pages.find(request.path); page != play_.pages.end())
      return ServerReply{200, "application/json", page->second};
    if (request.path != "/v1/chat/completions") return ServerReply{404, "", ""};
    play_.posts.push_back(request.body);
    const auto words = static_cast<std::uint32_t>(std::count(request.body.begin(), request.body.end(), ' '));
    const std::uint32_t wanted = request.body.find("\"max_tokens\": 8,") != std::string::npos ? 8 : 64;
    const std::uint32_t count = std::min(wanted, play_.stops_after);
    play_.now_s += play_.read_s * words;
    for (std::uint32_t i = 0; i < count; ++i) {
      play_.now_s += i == 0 ? 0 : play_.write_s;
      if (!sink("data: {\"choices\": [{\"delta\": {\"content\": \"a\"}}]}\r\n\r\n")) return ServerReply{200, "", ""};
    }
    std::string last = R"({"choices": [{"delta": {}, "finish_reason": "length"}])";
    if (play_.usage)
      last += ", \"usage\": {\"prompt_tokens\": " + std::to_string(words) +
              ", \"completion_tokens\": " + std::to_string(count) + "}";
    if (play_.timings) {
      last += ", \"timings\": {\"prompt_n\": " + std::to_string(words) +
              ", \"prompt_ms\": " + std::to_string(words * play_.read_s * 1e3) +
              ", \"predicted_n\": " + std::to_string(count) +
              ", \"predicted_ms\": " + std::to_string(count * play_.write_s * 1e3) + "}";
    }
    sink("data: " + last + "}\n\ndata: [DONE]\n\n");
    return ServerReply{200, "text/event-stream", ""};
  }

 private:
  Play& play_;
};

ServerWorld world_of(Play& play) {
  ServerWorld world;
  world.address = "http://localhost:1";
  world.connect = [&] { return std::make_unique<PlayServer>(play); };
  world.now_s = [&] { return play.now_s; };
  return world;
}

ServerResult measured(Play& play, const ServerLoad& load = {}) {
  const ServerWorld world = world_of(play);
  const Result<ServerFacts> facts = recognise(world, std::nullopt);
  if (!facts) FAIL(facts.error().text());
  Result<ServerResult> result = drive(world, *facts, load);
  if (!result) FAIL(result.error().text());
  return std::move(*result);
}

}  // namespace

TEST_CASE("two lengths of prompt, by our clock", "[bench]") {
  Play play;
  const ServerResult result = measured(play);
  REQUIRE(result.runs.size() == 2);
  for (const Measurement& run : result.runs) {
    CHECK(run.decode->tokens_per_s == Approx(50));
    CHECK(run.decode->tokens == 64);
    CHECK(run.prefill->tokens_per_s == Approx(1000).epsilon(0.6));  // the first word's own step is taken off the reading
    CHECK(run.repetitions == 2);
    CHECK(run.parallel == 1U);
    CHECK(*run.decode->spread == Approx(0).margin(1e-6));
  }
  CHECK(result.runs[0].prefill->tokens < 120);
  CHECK(result.runs[1].prefill->tokens > 900);
  CHECK(result.runs[1].prefill->tokens_per_s == Approx(1000).epsilon(0.05));
  CHECK(*result.runs[1].time_to_first_token_s == Approx(result.runs[1].prefill->tokens / 1000.0));
  // Every prompt is new from its first words on.
  REQUIRE(play.posts.size() == 5);
  const auto start = [](const std::string& post) { return post.substr(post.find("content"), 60); };
  CHECK(start(play.posts[1]) != start(play.posts[2]));
  CHECK(start(play.posts[3]) != start(play.posts[4]));
}

TEST_CASE("by the server's clock where it has one", "[bench]") {
  Play play;
  play.owner = "llamacpp";
  play.timings = true;
  play.pages["/props"] = R"({"model_path": "/m/Qwen3-8B-Q4_K_M.gguf", "model_ftype": "Q4_K - Medium", "build_info": "b9"})";
  const ServerResult result = measured(play);
  REQUIRE(result.runs.size() == 2);
  CHECK(result.runs[0].quant == "Q4_K_M");
  CHECK(result.runs[0].prefill->tokens_per_s == Approx(1000));
  CHECK(result.runs[0].decode->tokens_per_s == Approx(50));
  CHECK(result.runs[0].engine_version == "b9");
  CHECK(play.posts.back().find("\"ignore_eos\": true") != std::string::npos);
}

TEST_CASE("a slow machine gets shorter prompts, and is told so", "[bench]") {
  Play play;
  play.read_s = 0.05;
  play.write_s = 0.1;
  const ServerResult result = measured(play);
  REQUIRE(result.runs.size() == 2);
  CHECK(result.runs[1].prefill->tokens < 600);
  CHECK(result.notes.size() == 1);
  play.read_s = 0.5;
  CHECK(measured(play).runs.size() == 1);
}

TEST_CASE("a server that counts nothing gives its rate of writing alone", "[bench]") {
  Play play;
  play.usage = false;
  const ServerResult result = measured(play);
  REQUIRE(result.runs.size() == 1);
  CHECK(result.runs[0].decode->tokens_per_s == Approx(50));
  CHECK_FALSE(result.runs[0].prefill);
  CHECK(result.notes.size() == 1);
}

TEST_CASE("which engine and which model", "[bench]") {
  Play play;
  const auto facts = [&](const std::optional<std::string>& wanted = std::nullopt) {
    return recognise(world_of(play), wanted);
  };
  play.pages["/api/version"] = R"({"version": "0.6.0"})";
  play.pages["/api/show"] = R"({"details": {"quantization_level": "Q4_K_M"}, "model_info": {"general.parameter_count": 8}})";
  play.pages["/api/ps"] = R"({"models": [{"name": "qwen3:8b", "model": "qwen3:8b", "size": 8, "size_vram": 2}]})";
  REQUIRE(facts());
  CHECK(facts()->engine == Engine::ollama);
  CHECK(facts()->quant == "Q4_K_M");
  CHECK(facts()->parameter_count == 8U);
  ServerFacts placed = *facts();
  learn_placement(world_of(play), placed);
  CHECK(*placed.gpu_share == Approx(0.25));

  play.models = R"({"data": [{"id": "a", "owned_by": "x"}, {"id": "QWEN3:8b", "owned_by": "x"}]})";
  CHECK(facts("qwen3:8B")->model == "QWEN3:8b");
  CHECK(facts()->model == "QWEN3:8b");  // it is the one that is loaded
  CHECK(facts("b").error().hint.find("a, QWEN3:8b") != std::string::npos);
  play.pages.erase("/api/ps");
  CHECK_FALSE(facts());
  play.models = R"({"data": []})";
  CHECK(facts().error().message.find("serves no model") != std::string::npos);
  play.models = "<html>";
  CHECK(facts().error().message.find("no list of models") != std::string::npos);
}

TEST_CASE("addresses people type", "[bench]") {
  for (const std::string_view typed :
       {"http://h:1", "http://h:1/", "http://h:1/v1", "http://h:1/v1/", "http://h:1/v1/models",
        "http://h:1/v1/chat/completions", "h:1", "h:1/v1/completions"}) {
    CHECK(server_base(typed) == "http://h:1");
  }
  CHECK(server_base("https://h/prefix/v1") == "https://h/prefix");
}

TEST_CASE("events arrive in any pieces", "[bench]") {
  const std::string text = ": comment\nevent: x\ndata: one\ndata: two\n\ndata:three\r\n\r\n\ndata: cut off";
  for (std::size_t size = 1; size <= text.size(); ++size) {
    EventReader reader;
    std::vector<std::string> got;
    for (std::size_t at = 0; at < text.size(); at += size)
      reader.feed(std::string_view(text).substr(at, size), [&](std::string_view data) { got.emplace_back(data); });
    CHECK(got == std::vector<std::string>{"one\ntwo", "three"});
    CHECK_FALSE(reader.overflow());
  }
  EventReader endless;
  const std::string piece(1U << 16U, 'x');
  for (int i = 0; i < 100; ++i) endless.feed(piece, [](std::string_view) { FAIL("no event"); });
  CHECK(endless.overflow());
}

TEST_CASE("what counts as a word, in every dialect", "[bench]") {
  for (const std::string_view event :
       {R"({"choices": [{"delta": {"content": "a"}}]})", R"({"choices": [{"delta": {"reasoning_content": "a"}}]})",
        R"({"choices": [{"text": "a"}]})", R"({"choices": [{"message": {"content": "a"}}]})",
        R"({"choices": [{"delta": {"tool_calls": [{}]}}]})"}) {
    Written written;
    take_event(event, 5, written);
    CHECK(written.pieces == 1);
    CHECK(*written.first_s == 5);
  }
  for (const std::string_view event : {R"({"choices": [{"delta": {"content": ""}}]})",
                                       R"({"choices": [{"delta": {"role": "x"}}]})", R"({"choices": []})", "[]", "3", "{"}) {
    Written written;
    take_event(event, 5, written);
    CHECK(written.pieces == 0);
  }
  Written written;
  take_event(R"({"error": "plain"})", 5, written);
  CHECK(written.error == "plain");
}

TEST_CASE("prompts have about the length asked for", "[bench]") {
  for (const std::uint32_t tokens : {64U, 1024U}) {
    const std::string prompt = prompt_of(tokens, 7);
    const auto words = std::count(prompt.begin(), prompt.end(), ' ');
    CHECK(static_cast<double>(words) == Approx(tokens).epsilon(0.1));
    CHECK(prompt != prompt_of(tokens, 8));
    CHECK(prompt == prompt_of(tokens, 7));
  }
}
