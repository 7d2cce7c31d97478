// SPDX-License-Identifier: MIT
#include "net/range_source.hpp"

#include <catch2/catch.hpp>

#include "scripted.hpp"

using namespace canirun;
using namespace canirun::net;
using namespace canirun::net::test;

namespace {

std::string file_of(std::size_t bytes) {
  std::string file(bytes, '\0');
  for (std::size_t i = 0; i < bytes; ++i) file[i] = static_cast<char>('a' + (i * 7 + i / 251) % 26);
  return file;
}

struct Stage {
  std::vector<HttpRequest> requests;
  ScriptedClient client;
  explicit Stage(std::function<HttpResponse(const HttpRequest&)> server) : client(std::move(server), requests) {}
};

Result<std::string> read(RangeSource& source, std::uint64_t offset, std::size_t bytes) {
  std::string text(bytes, '\0');
  const Result<std::size_t> got = source.read(offset, std::as_writable_bytes(std::span(text)));
  if (!got) return tl::unexpected<Error>(got.error());
  text.resize(*got);
  return text;
}

RemoteFile remote(std::uint64_t first_bytes = 1000) {
  RemoteFile file{.name = "x.gguf", .url = "https://hub.example/x.gguf"};
  file.first_bytes = first_bytes;
  return file;
}

std::string error_of(std::function<HttpResponse(const HttpRequest&)> server, std::size_t bytes = 5000) {
  Stage stage(std::move(server));
  RangeSource source(stage.client, remote());
  const Result<std::string> text = read(source, 0, bytes);
  return text ? "no error" : text.error().message;
}

}  // namespace

TEST_CASE("windows grow while reading goes on, and jumps skip what lies between") {
  const std::string file = file_of(100000);
  Stage stage([&](const HttpRequest& request) { return part_of(file, request); });
  RangeSource source(stage.client, remote());
  CHECK_FALSE(source.size());
  CHECK(*read(source, 0, 10) == file.substr(0, 10));
  CHECK(source.size() == 100000);
  CHECK(*read(source, 500, 1000) == file.substr(500, 1000));  // over the edge of the first window
  CHECK(*read(source, 1600, 900) == file.substr(1600, 900));
  REQUIRE(stage.requests.size() == 2);
  CHECK(stage.requests[0].range->first == 0);
  CHECK(stage.requests[0].range->last == 999);
  CHECK(stage.requests[1].range->first == 1000);
  CHECK(stage.requests[1].range->last == 2999);
  CHECK(*read(source, 90000, 100) == file.substr(90000, 100));
  REQUIRE(stage.requests.size() == 3);
  CHECK(stage.requests[2].range->first == 90000);
  CHECK(*read(source, 99990, 100) == file.substr(99990));
  CHECK(read(source, 100000, 10)->empty());
  CHECK(read(source, 200000, 10)->empty());
}

TEST_CASE("a window longer than asked for is one request") {
  const std::string file = file_of(50000);
  Stage stage([&](const HttpRequest& request) { return part_of(file, request); });
  RangeSource source(stage.client, remote());
  CHECK(*read(source, 0, 40000) == file.substr(0, 40000));
  CHECK(stage.requests.size() == 1);
}

TEST_CASE("a server without ranges is read from its start, and not beyond what is needed") {
  const std::string file = file_of(300000);
  Stage stage([&](const HttpRequest& request) {
    HttpRequest whole = request;
    whole.range.reset();
    return part_of(file, whole);
  });
  RangeSource source(stage.client, remote());
  CHECK(*read(source, 0, 10) == file.substr(0, 10));
  CHECK(*read(source, 10, 3000) == file.substr(10, 3000));
  CHECK(source.size() == 300000);
  CHECK(stage.client.traffic().received_bytes <= 1000 + 4000);
  CHECK(*read(source, 250000, 10) == file.substr(250000, 10));
  CHECK(stage.requests.back().most_bytes < 260000);
  CHECK_FALSE(stage.requests.back().range);

  RangeSource jump(stage.client, remote());  // the first read is far from the start
  CHECK(*read(jump, 200000, 10) == file.substr(200000, 10));

  Stage huge([&](const HttpRequest& request) {
    return answer(200, std::string(static_cast<std::size_t>(request.most_bytes) + 1, 'x'));
  });
  RangeSource far(huge.client, remote());
  const Result<std::string> text = read(far, 65U << 20U, 10);
  REQUIRE_FALSE(text);
  CHECK(text.error().message.find("from the start only") != std::string::npos);
}

TEST_CASE("answers that are not what was asked for") {
  const std::string file = file_of(100000);
  const auto with_range = [&](const std::string& range, std::size_t bytes) {
    return error_of(
        [&, range, bytes](const HttpRequest&) { return answer(206, std::string(bytes, 'x'), {{"content-range", range}}); });
  };
  CHECK(with_range("bytes 10-5009/100000", 5000).find("bytes 10 to 5009 came") != std::string::npos);
  CHECK(with_range("bytes 0-9999/100000", 5000).find("were asked for") != std::string::npos);
  CHECK(with_range("bytes 0-4999/100000", 4000).find("fewer") != std::string::npos);
  CHECK(with_range("bytes 0-4999/100000", 6000).find("more") != std::string::npos);
  CHECK(with_range("bytes 0-99/100000", 100).find("too few") != std::string::npos);
  for (const std::string range :
       {"", "bytes", "bytes x-y/z", "items 0-4999/100000", "bytes 5-1/2", "bytes 0-99999999999999999999/1"})
    CHECK(with_range(range, 5000) != "no error");
  CHECK(error_of([](const HttpRequest&) { return answer(500); }).find("HTTP 500") != std::string::npos);
  CHECK(error_of([](const HttpRequest&) { return answer(204); }).find("HTTP 204") != std::string::npos);
  CHECK(error_of([](const HttpRequest&) {
          return answer(200, "x", {{"content-type", "Text/HTML; charset=utf-8"}});
        }).find("web page") != std::string::npos);
  CHECK(error_of([](const HttpRequest&) { return answer(200, " \n<!DOCTYPE html>"); }).find("web page") !=
        std::string::npos);
  // The first byte of a safetensors file may be a "<".
  CHECK(error_of([](const HttpRequest&) { return answer(200, std::string("<\0\0\0\0\0\0\0{}", 10)); }) == "no error");
}

TEST_CASE("a file that changes between two ranges") {
  const std::string file = file_of(100000);
  int count = 0;
  Stage stage([&](const HttpRequest& request) { return part_of(file, request, "\"v" + std::to_string(++count) + "\""); });
  RangeSource source(stage.client, remote());
  REQUIRE(read(source, 0, 10));
  const Result<std::string> text = read(source, 5000, 10);
  REQUIRE_FALSE(text);
  CHECK(text.error().message.find("changed") != std::string::npos);
}

TEST_CASE("a length that a listing told is checked") {
  const std::string file = file_of(1234);
  Stage stage([&](const HttpRequest& request) { return part_of(file, request); });
  RemoteFile wrong = remote();
  wrong.bytes = 4321;
  RangeSource source(stage.client, wrong);
  CHECK_FALSE(read(source, 0, 10));
  RemoteFile right = remote();
  right.bytes = 1234;
  RangeSource good(stage.client, right);
  CHECK(read(good, 1200, 100)->size() == 34);
}

TEST_CASE("a signed address is kept until it expires, and the token stays at the hub") {
  const std::string file = file_of(100000);
  int signed_for = 0;
  Stage stage([&](const HttpRequest& request) {
    if (request.url.find("hub.example") != std::string::npos) {
      HttpResponse response = part_of(file, request);
      response.url = "https://cdn.example/x?sig=" + std::to_string(++signed_for);
      return response;
    }
    if (request.url != "https://cdn.example/x?sig=2" && signed_for == 1 && request.range->first > 4000)
      return answer(403, "<Error/>");
    return part_of(file, request);
  });
  RemoteFile at = remote();
  at.headers = {{"Authorization", "Bearer t"}};
  RangeSource source(stage.client, at);
  REQUIRE(read(source, 0, 10));
  REQUIRE(read(source, 2000, 10));
  REQUIRE(read(source, 50000, 10));  // expired: the hub is asked again, once
  REQUIRE(read(source, 90000, 10));
  std::vector<std::string> urls;
  for (const HttpRequest& request : stage.requests) {
    urls.push_back(request.url);
    CHECK(header_of(request, "authorization").empty() == (request.url.find("cdn.example") != std::string::npos));
  }
  CHECK(urls == std::vector<std::string>{"https://hub.example/x.gguf", "https://cdn.example/x?sig=1",
                                         "https://cdn.example/x?sig=1", "https://hub.example/x.gguf",
                                         "https://cdn.example/x?sig=2"});
}

TEST_CASE("one conditional request tells that nothing changed") {
  const std::string file = file_of(5000);
  Stage stage([&](const HttpRequest& request) {
    return header_of(request, "if-none-match") == "\"v1\"" ? answer(304) : part_of(file, request);
  });
  RangeSource same(stage.client, remote());
  CHECK(*same.unchanged_since("\"v1\""));
  RangeSource other(stage.client, remote());
  CHECK_FALSE(*other.unchanged_since("\"v0\""));
  CHECK(*read(other, 0, 900) == file.substr(0, 900));
  CHECK(stage.requests.size() == 2);  // what came is not asked for again
  CHECK(other.etag() == "\"v1\"");
}
