// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "net/http.hpp"
#include "net/transport.hpp"
#include "net/url.hpp"

/// Servers that tests make up: a function answers, and every request is noted.
namespace canirun::net::test {

inline HttpResponse answer(int status, std::string body = {},
                           std::vector<std::pair<std::string, std::string>> headers = {}) {
  HttpResponse response;
  response.status = status;
  response.body = std::move(body);
  response.headers = std::move(headers);
  return response;
}

inline std::string header_of(const HttpRequest& request, const std::string& name) {
  for (const auto& [key, value] : request.headers) {
    if (lower_case(key) == lower_case(name)) return value;
  }
  return {};
}

/// One hop each, for WebClient.
class ScriptedTransport : public Transport {
 public:
  using Answer = tl::expected<HttpResponse, Trouble>;
  explicit ScriptedTransport(std::function<Answer(const HttpRequest&)> server, std::vector<HttpRequest>& requests)
      : server_(std::move(server)), requests_(requests) {}
  Answer exchange(const HttpRequest& request, double) override {
    requests_.push_back(request);
    return server_(request);
  }

 private:
  std::function<Answer(const HttpRequest&)> server_;
  std::vector<HttpRequest>& requests_;
};

/// Whole answers, for everything above the client.
class ScriptedClient : public HttpClient {
 public:
  explicit ScriptedClient(std::function<HttpResponse(const HttpRequest&)> server, std::vector<HttpRequest>& requests)
      : server_(std::move(server)), requests_(requests) {}
  Result<HttpResponse> send(const HttpRequest& request) override {
    requests_.push_back(request);
    HttpResponse response = server_(request);
    if (response.url.empty()) response.url = request.url;
    if (response.body.size() > request.most_bytes) {
      response.body.resize(static_cast<std::size_t>(request.most_bytes));
      response.cut = true;
    }
    ++traffic_.requests;
    traffic_.received_bytes += response.body.size();
    return response;
  }
  [[nodiscard]] Traffic traffic() const override { return traffic_; }

 private:
  std::function<HttpResponse(const HttpRequest&)> server_;
  std::vector<HttpRequest>& requests_;
  Traffic traffic_;
};

/// What a server with ranges answers for a file.
inline HttpResponse part_of(const std::string& file, const HttpRequest& request, const std::string& etag = "\"v1\"") {
  if (!request.range) return answer(200, file, {{"etag", etag}, {"content-length", std::to_string(file.size())}});
  const std::uint64_t first = request.range->first;
  if (first >= file.size()) return answer(416, {}, {{"content-range", "bytes */" + std::to_string(file.size())}});
  const std::uint64_t last = std::min<std::uint64_t>(request.range->last, file.size() - 1);
  return answer(206, file.substr(static_cast<std::size_t>(first), static_cast<std::size_t>(last - first + 1)),
                {{"etag", etag},
                 {"content-range",
                  "bytes " + std::to_string(first) + "-" + std::to_string(last) + "/" + std::to_string(file.size())}});
}

}  // namespace canirun::net::test
