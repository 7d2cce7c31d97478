// SPDX-License-Identifier: MIT
#include "net/hub.hpp"

#include <fmt/format.h>

#include "net/url.hpp"

namespace canirun::net {

const Hub& hub_of(Host host) {
  switch (host) {
    case Host::hugging_face:
      return hugging_face();
    case Host::model_scope:
      return model_scope();
    case Host::ollama:
      return ollama_registry();
    case Host::address:
      break;
  }
  return plain_address();
}

Result<std::string> fetch_document(Desk desk, const Document& document) {
  HttpRequest request{.url = document.url, .head_only = false, .headers = document.headers, .range = {}};
  request.most_bytes = document.most_bytes;
  const std::optional<Cache::Entry> kept = document.cache_key.empty() ? std::nullopt : desk.cache.find(document.cache_key);
  if (kept && !kept->etag.empty()) request.headers.emplace_back("If-None-Match", kept->etag);
  Result<HttpResponse> answer = desk.client.send(request);
  if (!answer) return tl::unexpected<Error>(std::move(answer).error());
  if (answer->status == 304 && kept) return kept->body;
  if (answer->status != 200) return tl::unexpected<Error>(document.explain(*answer));
  const Result<Url> url = parse_url(answer->url);
  const std::string host = url ? url->host : document.url;
  if (answer->cut) {
    return fail(ErrorKind::malformed,
                fmt::format("{} answers with more than {} bytes where a small text belongs", host, document.most_bytes));
  }
  if (is_web_page(*answer)) {
    return fail(ErrorKind::network, fmt::format("{} sends a web page instead of an answer", host),
                "a login page of this network, or a mirror's address that is not the hub's?");
  }
  const std::string etag(answer->header("etag"));
  if (!document.cache_key.empty() && !etag.empty()) desk.cache.keep(document.cache_key, {etag, answer->body});
  return std::move(answer->body);
}

Error plain_refusal(const std::string& what, const HttpResponse& response) {
  const Result<Url> url = parse_url(response.url);
  const std::string host = url ? url->host : "the server";
  Error error{.kind = ErrorKind::network, .message = {}, .context = {}, .hint = {}};
  switch (response.status) {
    case 401:
    case 403:
      error.message = fmt::format("{} does not let us see {} (HTTP {})", host, what, response.status);
      error.hint = "does it open in a browser without logging in? Download it and name its path";
      break;
    case 404:
    case 410:
      error.kind = ErrorKind::not_found;
      error.message = fmt::format("{} has no {} (HTTP {})", host, what, response.status);
      error.hint = "is it spelt right, capitals too?";
      break;
    case 429:
      error.message = fmt::format("{} says that there were too many requests (HTTP 429)", host);
      error.hint = "wait a few minutes";
      break;
    default:
      error.message = fmt::format("{} answers HTTP {} to the question for {}", host, response.status, what);
      error.hint = response.status >= 500 ? "the trouble is at their side; try again later" : "";
  }
  return error;
}

}  // namespace canirun::net
