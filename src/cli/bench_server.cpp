// SPDX-License-Identifier: MIT
#include "cli/bench_server.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstdlib>

#include "bench/server.hpp"
#include "cli/bench_probe.hpp"
#include "cli/request_checker.hpp"
#include "net/remote.hpp"
#include "net/stream.hpp"
#include "net/url.hpp"
#include "report/numbers.hpp"

namespace canirun::cli {
namespace {

constexpr std::uint32_t k_most_at_once = 64;

/// bench's idea of a server over net's idea of a connection.
class HttpServer : public bench::Server {
 public:
  HttpServer(std::string base, std::string key, const net::CurlOptions& options)
      : base_(std::move(base)), key_(std::move(key)), client_(net::curl_stream_client(options)) {}

  Result<bench::ServerReply> ask(const bench::ServerRequest& request,
                                 const std::function<bool(std::string_view)>& sink) override {
    net::StreamRequest sent{
        .url = base_ + request.path, .body = request.body, .stall_s = request.stall_s, .total_s = request.total_s};
    sent.headers.emplace_back("Accept", "text/event-stream, application/json");
    if (!key_.empty()) sent.headers.emplace_back("Authorization", "Bearer " + key_);
    Result<net::StreamAnswer> answer = client_->send(sent, sink);
    if (!answer) return tl::unexpected<Error>(std::move(answer).error());
    return bench::ServerReply{
        .status = answer->status, .content_type = std::move(answer->content_type), .body = std::move(answer->body)};
  }

 private:
  std::string base_, key_;
  std::unique_ptr<net::StreamClient> client_;
};

bench::ServerWorld world_of(Session& session, const std::string& base) {
  const net::NetworkOptions network = net::network_options_from_environment(k_version);
  net::CurlOptions options;
  options.user_agent = network.user_agent;
  options.ca_file = network.ca_file;
  options.ca_folder = network.ca_folder;
  options.connect_timeout_s = 5;
  const char* key = std::getenv("CANIRUN_SERVER_KEY");
  const std::string secret = key == nullptr ? "" : key;
  bench::ServerWorld world;
  world.address = base;
  world.connect = [=] { return std::make_unique<HttpServer>(base, secret, options); };
  world.now_s = [] { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); };
  world.progress = [&session](std::string_view text) { session.show_progress(text); };
  return world;
}

Result<bench::ServerLoad> load_asked(const Options& options) {
  bench::ServerLoad load;
  RequestChecker checker(Request::From::flags);
  checker.count(options.request.parallel, {"parallel", "parallel"}, 1, k_most_at_once, load.parallel);
  std::optional<json::Word> timeout;
  if (options.timeout) timeout = json::Word{*options.timeout};
  checker.number(timeout, {"timeout", "timeout"}, 1, 3600, load.silence_s);
  if (checker.error()) return tl::unexpected<Error>(*checker.error());
  return load;
}

Result<void> check_address(const std::string& base, bool offline) {
  const Result<net::Url> url = net::parse_url(base);
  if (!url) return tl::unexpected<Error>(Error(url.error()).within("--server"));
  if (offline && !net::is_loopback(url->host)) {
    return fail(ErrorKind::usage, fmt::format("--server: {} is not this machine, and --offline was given", url->host));
  }
  return {};
}

}  // namespace

bool is_on_this_machine(const std::string& server) {
  const Result<net::Url> url = net::parse_url(bench::server_base(server));
  return url && net::is_loopback(url->host);
}

Result<void> measure_server(Session& session, BenchRuns& runs, BenchReport& report) {
  const Options& options = session.options();
  const std::string base = bench::server_base(*options.server);
  const Result<void> allowed = check_address(base, options.offline);
  if (!allowed) return allowed;
  const Result<bench::ServerLoad> load = load_asked(options);
  if (!load) return tl::unexpected<Error>(load.error());
  const bench::ServerWorld world = world_of(session, base);

  const probe::Activity before = probe::activity_now();
  session.show_progress(base + ": which model does it serve?");
  Result<bench::ServerFacts> facts = bench::recognise(world, options.bench_model);
  if (!facts) return tl::unexpected<Error>(Error(facts.error()).within("--server"));
  Result<bench::ServerResult> result = bench::drive(world, *facts, *load);
  if (!result) return tl::unexpected<Error>(Error(result.error()).within("--server"));
  const std::vector<std::string> disturbances = disturbances_between(before, probe::activity_now(), 0);
  report.notes.insert(report.notes.end(), disturbances.begin(), disturbances.end());
  bench::learn_placement(world, *facts);
  session.clear_progress();

  report.sources.push_back(
      {base, facts->version.empty() ? facts->engine_name : fmt::format("{} {}", facts->engine_name, facts->version)});
  report.notes.insert(report.notes.end(), result->notes.begin(), result->notes.end());
  if (result->together_tokens_per_s) {
    report.notes.push_back(fmt::format("{} requests at once write {} tok/s together", load->parallel,
                                       report::format_rate(*result->together_tokens_per_s)));
  }
  const bool is_split = facts->gpu_share && *facts->gpu_share > 0.001 && *facts->gpu_share < 0.999;
  for (Measurement& run : result->runs) {
    run.busy = !disturbances.empty();
    if (facts->gpu_share) run.gpu_layers = *facts->gpu_share >= 0.5 ? 999 : 0;
    if (is_split) run.gpu_layers.reset();
    bench::FoundRun found{.run = std::move(run),
                          .line = 0,
                          .model_file = facts->model_file,
                          .parameter_count = facts->parameter_count,
                          .model_bytes = {}};
    Result<BenchRun> compared = runs.compare(std::move(found));
    if (!compared) return tl::unexpected<Error>(std::move(compared).error());
    if (is_split && !options.request.gpu_layers) {
      compared->kept_only = "part of the model lies on the GPU, and nobody says how many layers; tell it with --gpu-layers";
      compared->found.run.parallel.reset();
    }
    report.runs.push_back(std::move(*compared));
  }
  return {};
}

}  // namespace canirun::cli
