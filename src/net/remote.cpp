// SPDX-License-Identifier: MIT
#include "net/remote.hpp"

#include <fmt/format.h>

#include <chrono>

#include "net/curl_transport.hpp"
#include "net/hub.hpp"
#include "net/remote_reader.hpp"
#include "net/url.hpp"
#include "net/web_client.hpp"

namespace canirun::net {
namespace {

using Clock = std::chrono::steady_clock;

/// Says what is going on, not before half a second and not more than ten times a second.
class ProgressLine {
 public:
  explicit ProgressLine(std::function<void(std::string_view)> show) : show_(std::move(show)) {}
  void update(std::string_view host, std::uint64_t bytes) {
    const Clock::time_point now = Clock::now();
    if (!show_ || now - begin_ < std::chrono::milliseconds(500) || now - last_ < std::chrono::milliseconds(100)) return;
    last_ = now;
    show_(fmt::format("{}: {:.1f} MB", host, static_cast<double>(bytes) / 1e6));
  }

 private:
  std::function<void(std::string_view)> show_;
  Clock::time_point begin_ = Clock::now(), last_ = begin_;
};

}  // namespace

struct Network::State {
  NetworkOptions options;
  std::unique_ptr<HttpClient> client;
  Cache cache;
  ProgressLine progress;

  explicit State(NetworkOptions with) : options(std::move(with)), cache(options.cache_folder), progress(options.progress) {}
  [[nodiscard]] Desk desk() const { return {*client, cache, options}; }

  std::unique_ptr<HttpClient> real_client() {
    Patience patience = real_patience();
    patience.total_s = options.total_timeout_s;
    patience.progress = options.progress;
    CurlOptions curl{.user_agent = options.user_agent,
                     .connect_timeout_s = options.connect_timeout_s,
                     .stall_timeout_s = options.stall_timeout_s,
                     .ca_file = options.ca_file,
                     .ca_folder = options.ca_folder};
    curl.tick = [this](std::string_view host, std::uint64_t bytes) {
      progress.update(host, client->traffic().received_bytes + bytes);
    };
    return std::make_unique<WebClient>(curl_transport(std::move(curl)), std::move(patience));
  }
};

Network::Network(NetworkOptions options) : state_(std::make_unique<State>(std::move(options))) {
  state_->client = state_->real_client();
}
Network::Network(NetworkOptions options, std::unique_ptr<HttpClient> client)
    : state_(std::make_unique<State>(std::move(options))) {
  state_->client = std::move(client);
}
Network::~Network() = default;

Result<RemoteModel> Network::look_up(const Reference& reference) {
  const Hub& hub = hub_of(reference.host);
  const std::string endpoint = hub.endpoint(state_->options, reference);
  const Result<Url> url = parse_url(endpoint);
  if (!url) return tl::unexpected<Error>(Error(url.error()).within("the address of the hub"));
  Result<RemoteModel> model = hub.list(state_->desk(), reference);
  if (!model) return model;
  model->host = url->host;
  if (model->sets.empty()) model->sets = formats::file_sets(model->files);
  if (reference.host == Host::address || reference.host == Host::ollama) return model;
  if (const Result<void> narrowed = narrow(*model); !narrowed) return tl::unexpected<Error>(narrowed.error());
  return model;
}

std::unique_ptr<formats::HeaderReader> Network::reader(const RemoteModel& model) {
  return remote_reader(state_->desk(), model);
}

Traffic Network::traffic() const { return state_->client->traffic(); }

std::string Network::host_of(const Reference& reference) const {
  const Result<Url> url = parse_url(hub_of(reference.host).endpoint(state_->options, reference));
  return url ? url->host : std::string();
}

}  // namespace canirun::net
