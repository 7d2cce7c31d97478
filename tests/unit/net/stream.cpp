// SPDX-License-Identifier: MIT
// Answers that are used while they come in, over real sockets: a server on loopback that says one thing and hangs up.
#include "net/stream.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <string>
#include <thread>
#include <vector>

using namespace canirun;
using namespace canirun::net;

namespace {

/// Takes one connection, notes the request, sends the pieces one after the other and closes.
class OneAnswer {
 public:
  explicit OneAnswer(std::vector<std::string> pieces) : pieces_(std::move(pieces)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    REQUIRE(::bind(listener_, generic, size) == 0);
    REQUIRE(::listen(listener_, 1) == 0);
    REQUIRE(::getsockname(listener_, generic, &size) == 0);
    url_ = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + "/v1/x";
    thread_ = std::thread([this] { serve(); });
  }
  ~OneAnswer() {
    ::shutdown(listener_, SHUT_RDWR);
    ::close(listener_);
    thread_.join();
  }
  OneAnswer(const OneAnswer&) = delete;
  OneAnswer& operator=(const OneAnswer&) = delete;
  [[nodiscard]] const std::string& url() const { return url_; }
  /// After the exchange.
  [[nodiscard]] const std::string& request() const { return request_; }

 private:
  void serve() {
    const int connection = ::accept(listener_, nullptr, nullptr);
    if (connection < 0) return;
    char buffer[65536];
    while (request_.find("\r\n\r\n") == std::string::npos || request_.find("end-of-body") == std::string::npos) {
      const ssize_t got = ::recv(connection, buffer, sizeof buffer, 0);
      if (got <= 0) break;
      request_.append(buffer, static_cast<std::size_t>(got));
    }
    for (const std::string& piece : pieces_) {
      if (::send(connection, piece.data(), piece.size(), MSG_NOSIGNAL) < 0) break;
    }
    ::close(connection);
  }

  std::vector<std::string> pieces_;
  std::string url_, request_;
  int listener_ = -1;
  std::thread thread_;
};

Result<StreamAnswer> post(const OneAnswer& server, const Sink& sink, std::uint64_t most_bytes = 1U << 20U) {
  const auto client = curl_stream_client({});
  return client->send({.url = server.url(),
                       .body = "{\"x\": \"end-of-body\"}",
                       .headers = {{"Authorization", "Bearer k"}, {"Bad", "a\r\nInjected: 1"}},
                       .stall_s = 5,
                       .total_s = 10,
                       .most_bytes = most_bytes},
                      sink);
}

const std::string k_ok = "HTTP/1.1 200 OK\r\nContent-Type: Text/Event-Stream\r\nConnection: close\r\n";

}  // namespace

TEST_CASE("pieces reach the sink in order, and the request is what was asked", "[net]") {
  std::string got, request;
  {
    const OneAnswer server({k_ok + "Content-Length: 8\r\n\r\nab", "cd", "efgh"});
    const Result<StreamAnswer> answer = post(server, [&](std::string_view piece) {
      got += piece;
      return true;
    });
    REQUIRE(answer);
    CHECK(answer->status == 200);
    CHECK(answer->content_type == "text/event-stream");
    CHECK(answer->body.empty());
    CHECK_FALSE(answer->stopped);
    request = server.request();
  }
  CHECK(got == "abcdefgh");
  CHECK(request.find("POST /v1/x HTTP/1.1\r\n") == 0);
  CHECK(request.find("Content-Type: application/json\r\n") != std::string::npos);
  CHECK(request.find("Authorization: Bearer k\r\n") != std::string::npos);
  CHECK(request.find("Injected") == std::string::npos);
  CHECK(request.find("Expect") == std::string::npos);
}

TEST_CASE("a sink that has enough ends the exchange; so does too much", "[net]") {
  const std::string answer_text = k_ok + "Content-Length: 1000000\r\n\r\n" + std::string(1000, 'x');
  {
    const OneAnswer server({answer_text});
    const Result<StreamAnswer> answer = post(server, [](std::string_view) { return false; });
    REQUIRE(answer);
    CHECK(answer->stopped);
  }
  const OneAnswer server({answer_text});
  const Result<StreamAnswer> answer = post(server, [](std::string_view) { return true; }, 100);
  REQUIRE(answer);
  CHECK(answer->stopped);
}

TEST_CASE("what comes with an error status is no content", "[net]") {
  const OneAnswer server({"HTTP/1.1 500 No\r\nContent-Length: 6\r\nConnection: close\r\n\r\nbroken"});
  const Result<StreamAnswer> answer = post(server, [](std::string_view) -> bool {
    FAIL("the sink got an error page");
    return false;
  });
  REQUIRE(answer);
  CHECK(answer->status == 500);
  CHECK(answer->body == "broken");
}

TEST_CASE("an answer that is cut off is an error", "[net]") {
  const OneAnswer server({k_ok + "Content-Length: 100\r\n\r\nab"});
  const Result<StreamAnswer> answer = post(server, [](std::string_view) { return true; });
  REQUIRE_FALSE(answer);
  CHECK(answer.error().kind == ErrorKind::network);
  CHECK(answer.error().message.find("broke") != std::string::npos);
  CHECK_FALSE(curl_stream_client({})->send({.url = "ftp://localhost/x"}, {}));
}

TEST_CASE("addresses of this machine", "[net]") {
  for (const std::string_view host : {"localhost", "a.localhost", "127.0.0.1", "127.8.9.1", "[::1]"})
    CHECK(is_loopback(host));
  for (const std::string_view host :
       {"localhost.example", "127.0.0.1.example", "128.0.0.1", "192.168.1.1", "[::2]", "", "127.evil"})
    CHECK_FALSE(is_loopback(host));
}
