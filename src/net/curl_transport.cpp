// SPDX-License-Identifier: MIT
#include "net/curl_transport.hpp"

#include <algorithm>
#include <utility>

#include "net/curl_session.hpp"
#include "net/url.hpp"

namespace canirun::net {
namespace {

constexpr std::size_t k_most_headers = 500;

/// An answer while it comes in.
struct Incoming {
  HttpResponse response;
  std::uint64_t most_bytes = 0;
  std::size_t header_bytes = 0;
  bool too_many_headers = false;
  bool encoded = false;  ///< packed although nobody asked for it
  const CurlOptions* options = nullptr;
  std::string host;

  bool take_header(std::string_view line) {
    header_bytes += line.size();
    if (header_bytes > k_most_header_bytes || response.headers.size() >= k_most_headers) {
      too_many_headers = true;
      return false;
    }
    if (line.starts_with("HTTP/")) {
      response.headers.clear();
      response.status = status_in(line);
      return true;
    }
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return true;
    response.headers.emplace_back(lower_case(line.substr(0, colon)), std::string(trimmed(line.substr(colon + 1))));
    return true;
  }
  bool take_body(std::string_view piece) {
    const std::string_view encoding = response.header("content-encoding");
    if (!encoding.empty() && lower_case(encoding) != "identity") {
      encoded = true;
      return false;
    }
    const bool is_content = response.status >= 200 && response.status < 300;
    const std::uint64_t most = is_content ? most_bytes : std::min(most_bytes, k_most_error_bytes);
    const auto room = static_cast<std::size_t>(most - std::min<std::uint64_t>(most, response.body.size()));
    response.body.append(piece.substr(0, room));
    response.cut = piece.size() > room;
    return !response.cut;
  }
};

int on_progress(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  const auto* incoming = static_cast<Incoming*>(user);
  if (incoming->options->tick) incoming->options->tick(incoming->host, incoming->response.body.size());
  return 0;
}

class CurlTransport : public Transport {
 public:
  explicit CurlTransport(CurlOptions options) : options_(std::move(options)) {}

  tl::expected<HttpResponse, Trouble> exchange(const HttpRequest& request, double seconds) override {
    if (const Result<void> ready = session_.prepare(); !ready) return tl::unexpected<Trouble>({ready.error(), false});
    Incoming incoming;
    incoming.most_bytes = request.most_bytes;
    incoming.options = &options_;
    if (const Result<Url> url = parse_url(request.url)) incoming.host = url->host;

    session_.begin(request.url, header_lines(request), {.total_s = seconds, .stall_s = options_.stall_timeout_s}, options_);
    session_.set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
    if (request.head_only) session_.set(CURLOPT_NOBODY, 1L);
    session_.set(CURLOPT_XFERINFOFUNCTION, &on_progress);
    session_.set(CURLOPT_XFERINFODATA, &incoming);
    session_.set(CURLOPT_NOPROGRESS, 0L);
    const CURLcode code = session_.perform(incoming);
    if (code == CURLE_OK || (code == CURLE_WRITE_ERROR && incoming.response.cut)) return std::move(incoming.response);
    return tl::unexpected<Trouble>(failure(code, incoming));
  }

 private:
  static std::vector<std::string> header_lines(const HttpRequest& request) {
    std::vector<std::string> lines;
    for (const auto& [name, value] : request.headers) lines.push_back(name + ": " + value);
    if (request.range)
      lines.push_back("Range: bytes=" + std::to_string(request.range->first) + "-" + std::to_string(request.range->last));
    return lines;
  }

  Trouble failure(CURLcode code, const Incoming& incoming) {
    if (incoming.too_many_headers || incoming.encoded) {
      const std::string what = incoming.encoded ? " sends its answer packed (" +
                                                      std::string(incoming.response.header("content-encoding")) +
                                                      ") although nobody asked for that"
                                                : " sends more headers than any answer needs";
      return {Error{.kind = ErrorKind::network, .message = incoming.host + what, .context = {}, .hint = {}}, false};
    }
    return trouble_of(session_.failure(code, incoming.host));
  }

  CurlOptions options_;
  CurlSession session_;
};

}  // namespace

std::unique_ptr<Transport> curl_transport(CurlOptions options) {
  return std::make_unique<CurlTransport>(std::move(options));
}

}  // namespace canirun::net
