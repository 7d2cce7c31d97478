// SPDX-License-Identifier: MIT
#include "net/stream.hpp"

#include "net/curl_session.hpp"
#include "net/url.hpp"

namespace canirun::net {
namespace {

/// An answer while it comes in.
struct Incoming {
  StreamAnswer answer;
  const Sink* sink = nullptr;
  std::uint64_t most_bytes = 0, bytes = 0;
  std::size_t header_bytes = 0;

  bool take_header(std::string_view line) {
    header_bytes += line.size();
    if (header_bytes > k_most_header_bytes) return false;
    if (line.starts_with("HTTP/")) {
      answer.status = status_in(line);
      return true;
    }
    const std::size_t colon = line.find(':');
    if (colon != std::string_view::npos && lower_case(line.substr(0, colon)) == "content-type") {
      answer.content_type = lower_case(trimmed(line.substr(colon + 1)));
    }
    return true;
  }
  bool take_body(std::string_view piece) {
    bytes += piece.size();
    const bool is_content = answer.status >= 200 && answer.status < 300;
    if (is_content && *sink) {
      answer.stopped = bytes > most_bytes || !(*sink)(piece);
    } else {
      const std::uint64_t most = is_content ? most_bytes : k_most_error_bytes;
      answer.stopped = bytes > most;
      if (!answer.stopped) answer.body.append(piece);
    }
    return !answer.stopped;
  }
};

class CurlStreamClient : public StreamClient {
 public:
  explicit CurlStreamClient(CurlOptions options) : options_(std::move(options)) {}

  Result<StreamAnswer> send(const StreamRequest& request, const Sink& sink) override {
    const Result<Url> url = parse_url(request.url);
    if (!url) return tl::unexpected<Error>(url.error());
    if (const Result<void> ready = session_.prepare(); !ready) return tl::unexpected<Error>(ready.error());

    Incoming incoming;
    incoming.sink = &sink;
    incoming.most_bytes = request.most_bytes;
    session_.begin(request.url, header_lines(request), {.total_s = request.total_s, .stall_s = request.stall_s}, options_);
    session_.set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    session_.set(CURLOPT_TCP_NODELAY, 1L);
    if (is_loopback(url->host)) session_.set(CURLOPT_NOPROXY, "*");
    if (!request.body.empty()) {
      session_.set(CURLOPT_POST, 1L);
      session_.set(CURLOPT_POSTFIELDS, request.body.c_str());
      session_.set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    }
    const CURLcode code = session_.perform(incoming);
    if (code == CURLE_OK || (code == CURLE_WRITE_ERROR && incoming.answer.stopped)) return std::move(incoming.answer);
    return tl::unexpected<Error>(trouble_of(session_.failure(code, url->origin())).error);
  }

 private:
  static std::vector<std::string> header_lines(const StreamRequest& request) {
    std::vector<std::string> lines;
    // "Expect": no second round trip before the body.
    if (!request.body.empty()) lines = {"Content-Type: application/json", "Expect:"};
    for (const auto& [name, value] : request.headers) lines.push_back(name + ": " + value);
    return lines;
  }

  CurlOptions options_;
  CurlSession session_;
};

}  // namespace

std::unique_ptr<StreamClient> curl_stream_client(CurlOptions options) {
  return std::make_unique<CurlStreamClient>(std::move(options));
}

bool is_loopback(std::string_view host) {
  if (host == "localhost" || host.ends_with(".localhost") || host == "[::1]") return true;
  // 127.0.0.0/8, as digits: "127.evil.example" is a name like any other.
  return host.starts_with("127.") && host.find_first_not_of("0123456789.") == std::string_view::npos;
}

}  // namespace canirun::net
