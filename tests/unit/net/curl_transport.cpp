// SPDX-License-Identifier: MIT
// Over real sockets: a server on loopback that says what a test wants it to say.
#include "net/curl_transport.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <thread>

using namespace canirun;
using namespace canirun::net;

namespace {

/// Takes connections one after the other; `reply` is asked for the bytes to send for each request, and closes when empty.
class Server {
 public:
  explicit Server(std::function<std::string(const std::string& request)> reply) : reply_(std::move(reply)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    REQUIRE(::bind(listener_, generic, size) == 0);
    REQUIRE(::listen(listener_, 8) == 0);
    REQUIRE(::getsockname(listener_, generic, &size) == 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~Server() {
    ::shutdown(listener_, SHUT_RDWR);
    ::close(listener_);
    thread_.join();
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  [[nodiscard]] std::string url(const std::string& path = "/x") const {
    return "http://127.0.0.1:" + std::to_string(port_) + path;
  }
  [[nodiscard]] int connections() const { return connections_; }
  std::string request() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return request_;
  }

 private:
  void serve() {
    while (true) {
      const int connection = ::accept(listener_, nullptr, nullptr);
      if (connection < 0) return;
      ++connections_;
      while (answer_one(connection)) {
      }
      ::close(connection);
    }
  }
  bool answer_one(int connection) {
    std::string request;
    std::array<char, 4096> buffer{};
    while (request.find("\r\n\r\n") == std::string::npos) {
      const ssize_t got = ::recv(connection, buffer.data(), buffer.size(), 0);
      if (got <= 0) return false;
      request.append(buffer.data(), static_cast<std::size_t>(got));
    }
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      request_ = request;
    }
    const std::string reply = reply_(request);
    if (reply.empty()) return false;
    std::size_t done = 0;
    while (done < reply.size()) {
      const ssize_t sent = ::send(connection, reply.data() + done, reply.size() - done, MSG_NOSIGNAL);
      if (sent <= 0) return false;
      done += static_cast<std::size_t>(sent);
    }
    return reply.find("Connection: close") == std::string::npos;
  }

  std::function<std::string(const std::string&)> reply_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<int> connections_ = 0;
  std::mutex mutex_;
  std::string request_;
  std::thread thread_;
};

std::string reply(const std::string& body, const std::string& headers = {}) {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + headers + "\r\n" + body;
}

struct NoProxy {
  NoProxy() {
    for (const char* name : {"http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"}) ::unsetenv(name);
  }
};

tl::expected<HttpResponse, Trouble> get(const std::string& url, CurlOptions options = {}, std::uint64_t most_bytes = 1000) {
  const NoProxy plain;
  HttpRequest request;
  request.url = url;
  request.most_bytes = most_bytes;
  return curl_transport(std::move(options))->exchange(request, 20);
}

}  // namespace

TEST_CASE("one connection serves several requests, with their ranges and headers") {
  Server server([](const std::string&) { return reply("hello", "ETag: \"e\"\r\nX-Odd:   spaces  \r\n"); });
  const NoProxy plain;
  const std::unique_ptr<Transport> transport = curl_transport({.user_agent = "canirun/test"});
  HttpRequest request;
  request.url = server.url("/file?x=1");
  request.range = ByteRange{10, 19};
  request.headers = {{"Accept", "text/x"}, {"X-Bad", "a\r\nInjected: yes"}};
  for (int i = 0; i < 3; ++i) {
    const auto response = transport->exchange(request, 20);
    REQUIRE(response);
    CHECK(response->status == 200);
    CHECK(response->body == "hello");
    CHECK(response->header("etag") == "\"e\"");
    CHECK(response->header("x-odd") == "spaces");
  }
  CHECK(server.connections() == 1);
  const std::string sent = server.request();
  CHECK(sent.find("GET /file?x=1 HTTP/1.1\r\n") == 0);
  CHECK(sent.find("Range: bytes=10-19\r\n") != std::string::npos);
  CHECK(sent.find("Accept: text/x\r\n") != std::string::npos);
  CHECK(sent.find("User-Agent: canirun/test\r\n") != std::string::npos);
  CHECK(sent.find("Accept-Encoding") == std::string::npos);
  CHECK(sent.find("Injected") == std::string::npos);
}

TEST_CASE("a body is cut at the limit") {
  Server server([](const std::string&) { return reply(std::string(100000, 'x')); });
  const auto response = get(server.url());
  REQUIRE(response);
  CHECK(response->cut);
  CHECK(response->body.size() == 1000);
}

TEST_CASE("redirects are answers here") {
  Server server([](const std::string&) {
    return std::string("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n");
  });
  CHECK(get(server.url())->status == 302);
}

TEST_CASE("what goes wrong is told in words") {
  Server packed([](const std::string&) { return reply("xxxx", "Content-Encoding: gzip\r\n"); });
  CHECK(get(packed.url()).error().error.message.find("packed (gzip)") != std::string::npos);
  Server flood([](const std::string&) {
    std::string text = "HTTP/1.1 200 OK\r\n";
    for (int i = 0; i < 2000; ++i) text += "X-" + std::to_string(i) + ": y\r\n";
    return text + "\r\n";
  });
  CHECK(get(flood.url()).error().error.message.find("more headers") != std::string::npos);
  Server short_body([](const std::string&) {
    return std::string("HTTP/1.1 200 OK\r\nContent-Length: 50\r\nConnection: close\r\n\r\nfew");
  });
  CHECK(get(short_body.url()).error().worth_retrying);
  Server silent([](const std::string&) { return std::string(); });
  CHECK(get(silent.url()).error().worth_retrying);
  Server other([](const std::string&) { return std::string("SSH-2.0-none\r\nConnection: close\r\n"); });
  CHECK(get(other.url()).error().error.message.find("no HTTP") != std::string::npos);
  const auto nobody = get("http://127.0.0.1:1/x");
  REQUIRE_FALSE(nobody);
  CHECK(nobody.error().error.message == "cannot reach 127.0.0.1: the connection was refused");
  CHECK(nobody.error().error.hint.find("--offline") != std::string::npos);
  CHECK_FALSE(nobody.error().worth_retrying);
  CHECK(get("https://127.0.0.1:1/x").error().error.kind == ErrorKind::network);
}

TEST_CASE("a server that stops in the middle does not keep us") {
  Server server([](const std::string&) { return std::string("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nfew"); });
  const auto response = get(server.url(), {.stall_timeout_s = 1});
  REQUIRE_FALSE(response);
  CHECK(response.error().error.message.find("stopped answering") != std::string::npos);
}
