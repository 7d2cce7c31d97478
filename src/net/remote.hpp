// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/result.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/file_set.hpp"
#include "formats/header_reader.hpp"
#include "net/http.hpp"
#include "net/reference.hpp"

namespace canirun::net {

/// What the room needs to know of its surroundings; nothing else is taken from the environment.
struct NetworkOptions {
  std::string hugging_face_endpoint = "https://huggingface.co";  ///< HF_ENDPOINT
  std::string model_scope_endpoint = "https://modelscope.cn";    ///< MODELSCOPE_ENDPOINT
  std::string ollama_registry = "https://registry.ollama.ai";    ///< OLLAMA_REGISTRY
  std::string hugging_face_token;                                ///< empty: none
  std::string token_source;                                      ///< where it came from, or where it was looked for
  std::string cache_folder;                                      ///< empty: no cache
  std::string ca_file, ca_folder;                                ///< authorities to trust; empty: the system's
  std::string user_agent;
  double connect_timeout_s = 10, stall_timeout_s = 15, total_timeout_s = 120;
  /// Told what is going on when it takes longer than half a second, for one line on stderr; may be empty.
  std::function<void(std::string_view)> progress;
};
/// From HF_ENDPOINT, MODELSCOPE_ENDPOINT, OLLAMA_REGISTRY, HF_TOKEN, HF_TOKEN_PATH, HF_HOME, XDG_CACHE_HOME, HOME, and
/// CURL_CA_BUNDLE, SSL_CERT_FILE, REQUESTS_CA_BUNDLE, SSL_CERT_DIR. libcurl itself reads HTTPS_PROXY, NO_PROXY and the like.
NetworkOptions network_options_from_environment(std::string_view program_version);

/// A repository, tag or file on the network, listed but not read.
struct RemoteModel {
  Reference reference;
  std::string title;     ///< "OWNER/REPO", "qwen2.5-coder:7b"
  std::string host;      ///< name of the host that was asked
  std::string revision;  ///< commit or digest the listing is of, empty when the host does not say
  std::vector<formats::ListedFile> files;
  std::vector<std::string> contents;   ///< of each file: a name that changes with its content; empty: the host gives none
  std::vector<formats::FileSet> sets;  ///< `files` sorted; only the one the reference names, when it names one
  std::string licence, base_model;     ///< as the hub says, empty when it does not
  bool gated = false;
};

/// The way to models on the network: one connection kept alive, one cache, one count of traffic.
class Network {
 public:
  explicit Network(NetworkOptions options);
  Network(NetworkOptions options, std::unique_ptr<HttpClient> client);  ///< tests bring their own client
  ~Network();
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;

  /// What lies at a reference. One request (two for a paged listing).
  Result<RemoteModel> look_up(const Reference& reference);
  /// Reads headers of its files; answers come from the cache where the server says that nothing changed.
  std::unique_ptr<formats::HeaderReader> reader(const RemoteModel& model);

  [[nodiscard]] Traffic traffic() const;
  /// The host a reference will be asked at, for the line that says so before it happens.
  [[nodiscard]] std::string host_of(const Reference& reference) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace canirun::net
