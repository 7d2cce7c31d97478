// SPDX-License-Identifier: MIT
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/cache.hpp"
#include "net/http.hpp"
#include "net/range_source.hpp"
#include "net/remote.hpp"

/// Each kind of place that holds models: how it is listed, and where its files are.
namespace canirun::net {

/// What hubs work with.
struct Desk {
  HttpClient& client;
  const Cache& cache;
  const NetworkOptions& options;
};

class Hub {
 public:
  virtual ~Hub() = default;
  Hub(const Hub&) = delete;
  Hub& operator=(const Hub&) = delete;
  /// What lies there; sets not yet narrowed to what the reference names.
  virtual Result<RemoteModel> list(Desk desk, const Reference& reference) const = 0;
  /// Where a file of it is, as the listing names it.
  [[nodiscard]] virtual RemoteFile locate(const NetworkOptions& options, const RemoteModel& model,
                                          const std::string& file) const = 0;
  /// scheme://host[:port] a reference is asked at.
  [[nodiscard]] virtual std::string endpoint(const NetworkOptions& options, const Reference& reference) const = 0;

 protected:
  Hub() = default;
};
const Hub& hugging_face();
const Hub& model_scope();
const Hub& ollama_registry();
const Hub& plain_address();
const Hub& hub_of(Host host);

/// A small document of a hub: from the cache when the server says that nothing changed.
struct Document {
  std::string url, cache_key = {};
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::uint64_t most_bytes = 8U << 20U;
  std::function<Error(const HttpResponse&)> explain = {};  ///< what a status that is no success means
};
Result<std::string> fetch_document(Desk desk, const Document& document);

/// What a status means that no hub has words of its own for. `what`: "hf.co/OWNER/REPO".
Error plain_refusal(const std::string& what, const HttpResponse& response);

/// Leaves of `model.sets` what its reference names: a file's set, a folder, a quant. Errors list what there is.
Result<void> narrow(RemoteModel& model);

}  // namespace canirun::net
