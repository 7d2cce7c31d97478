// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/calibration.hpp>
#include <canirun/result.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Measures a running server that speaks the OpenAI interface. How bytes get there is somebody else's business.
namespace canirun::bench {

struct ServerRequest {
  std::string path;  ///< "/v1/models"
  std::string body;  ///< JSON to POST; empty: a GET
  double stall_s = 30, total_s = 60;
};
struct ServerReply {
  int status = 0;
  std::string content_type, body;  ///< body: what no sink took
};

/// One connection to the server. Used by one thread at a time.
class Server {
 public:
  virtual ~Server() = default;
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  /// With a sink, pieces of a 2xx answer go there as they arrive; false ends the exchange.
  virtual Result<ServerReply> ask(const ServerRequest& request, const std::function<bool(std::string_view)>& sink) = 0;

 protected:
  Server() = default;
};

/// What a driver of servers needs of the world. Tests bring a clock of their own.
struct ServerWorld {
  std::string address;  ///< for messages: "http://localhost:8080"
  std::function<std::unique_ptr<Server>()> connect;
  std::function<double()> now_s;  ///< steady
  std::function<void(std::string_view)> progress;
};

/// What it says about itself. Empty and absent: it does not say.
struct ServerFacts {
  Engine engine = Engine::llama_cpp;
  std::string engine_name;  ///< "llama-server", "Ollama", "vLLM", "LM Studio", "a server"
  std::string version;
  std::string model;  ///< as requests name it
  std::string model_file, quant;
  std::optional<std::uint64_t> parameter_count;
  std::optional<double> gpu_share;  ///< of the model's bytes, where it tells (Ollama)
};

/// Asks who it is and which model it serves. `wanted`: a model by name; a server that serves one under another name serves
/// that. Errors: nobody there, another protocol, no model, several and none wanted.
Result<ServerFacts> recognise(const ServerWorld& world, const std::optional<std::string>& wanted);

/// Adds what it only tells once the model is loaded: how much of it lies on a GPU.
void learn_placement(const ServerWorld& world, ServerFacts& facts);

struct ServerLoad {
  std::uint32_t parallel = 1;
  std::uint32_t short_prompt_tokens = 64, long_prompt_tokens = 1024, written_tokens = 64;
  std::uint32_t repetitions = 2;
  double silence_s = 120;  ///< without a word, loading the model included, before it is given up
  double patience_s = 25;  ///< a request that would take longer is made shorter
};

struct ServerResult {
  std::vector<Measurement> runs;   ///< by length of prompt, then those that ran at once
  std::vector<std::string> notes;  ///< what was left out or looked odd
  std::optional<double> together_tokens_per_s;
};

/// Warms it up and runs the load. Errors name the address and what came: nothing is measured from half an answer.
Result<ServerResult> drive(const ServerWorld& world, const ServerFacts& facts, const ServerLoad& load);

/// "http://localhost:8080/v1/chat/completions" -> "http://localhost:8080".
std::string server_base(std::string_view typed);

}  // namespace canirun::bench
