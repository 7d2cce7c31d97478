// SPDX-License-Identifier: MIT
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <cstring>

#include "store/files.hpp"
#include "store/store.hpp"
#include "temp_folder.hpp"

namespace canirun::store {
namespace {

std::string read_at(formats::ByteSource& source, std::uint64_t offset, std::size_t count) {
  std::string text(count, '?');
  const Result<std::size_t> got = source.read(offset, std::as_writable_bytes(std::span(text.data(), text.size())));
  REQUIRE(got);
  text.resize(*got);
  return text;
}

Error open_error(const std::string& path) {
  const auto source = open_file(path);
  REQUIRE_FALSE(source);
  return source.error();
}

}  // namespace

TEST_CASE("a file is read where it is asked for, and no further than its end") {
  const TempFolder temp;
  const auto source = open_file(temp.file("a file.gguf", "0123456789"));
  REQUIRE(source);
  CHECK((*source)->size() == 10);
  CHECK((*source)->name() == temp / "a file.gguf");
  CHECK(read_at(**source, 0, 4) == "0123");
  CHECK(read_at(**source, 7, 10) == "789");
  CHECK(read_at(**source, 10, 1).empty());
  CHECK(read_at(**source, UINT64_MAX, 8).empty());
  CHECK(read_at(**source, 3, 0).empty());
}

TEST_CASE("offsets beyond 4 GiB") {
  const TempFolder temp;
  constexpr std::uint64_t k_far = 5ULL << 30U;
  temp.sparse("big.gguf", k_far);
  std::ofstream(temp / "big.gguf", std::ios::binary | std::ios::app) << "end";
  const auto source = open_file(temp / "big.gguf");
  REQUIRE(source);
  CHECK((*source)->size() == k_far + 3);
  CHECK(read_at(**source, k_far - 1, 10) == std::string("\0end", 4));
}

TEST_CASE("a file that becomes shorter ends earlier, one that grows stays as it was") {
  const TempFolder temp;
  temp.file("a", "0123456789");
  const auto source = open_file(temp / "a");
  REQUIRE(source);
  temp.file("a", "0123456789abc");
  CHECK(read_at(**source, 8, 10) == "89");
  temp.file("a", "01");
  CHECK(read_at(**source, 0, 10) == "01");
}

TEST_CASE("what is no file is said to be that, and never waited for") {
  const TempFolder temp;
  REQUIRE(::mkfifo((temp / "pipe").c_str(), 0600) == 0);
  CHECK(open_error(temp / "pipe").message.find("named pipe") != std::string::npos);
  CHECK(open_error(temp.path()).message.find("folder") != std::string::npos);
  CHECK(open_error("/dev/null").message.find("device") != std::string::npos);

  const int listener = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = temp / "socket";
  REQUIRE(path.size() < sizeof address.sun_path);
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  REQUIRE(::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  CHECK(open_error(path).message.find("socket") != std::string::npos);
  ::close(listener);
}

TEST_CASE("what cannot be opened has its reason") {
  const TempFolder temp;
  const Error missing = open_error(temp / "nothing");
  CHECK(missing.kind == ErrorKind::not_found);
  CHECK(missing.message.find(temp / "nothing") != std::string::npos);

  temp.link("broken", "gone");
  CHECK(open_error(temp / "broken").kind == ErrorKind::not_found);
  CHECK(open_error(temp / "broken").message.find("link") != std::string::npos);
  temp.link("a", "b");
  temp.link("b", "a");
  CHECK(open_error(temp / "a").kind == ErrorKind::io);
  CHECK(open_error(temp / std::string(5000, 'x')).hint.find("shorten") != std::string::npos);
  CHECK_FALSE(open_file(""));
  CHECK_FALSE(open_file(std::string("a\0b", 3)));
  CHECK(open_error(temp.file("plain") + "/below").kind == ErrorKind::not_found);

  if (::geteuid() != 0) {  // root may read everything
    temp.file("closed", "x");
    ::chmod((temp / "closed").c_str(), 0);
    CHECK(open_error(temp / "closed").kind == ErrorKind::io);
    CHECK_FALSE(open_error(temp / "closed").hint.empty());
  }
}

TEST_CASE("links to files are followed, an empty file is one") {
  const TempFolder temp;
  temp.file("blob", "text");
  const auto linked = open_file(temp.link("name", "blob"));
  REQUIRE(linked);
  CHECK(read_at(**linked, 0, 9) == "text");
  const auto empty = open_file(temp.file("empty"));
  REQUIRE(empty);
  CHECK((*empty)->size() == 0);
}

TEST_CASE("texts are read whole, up to a limit") {
  const TempFolder temp;
  temp.file("config.json", "{\"a\": 1}");
  const LocalModel model{.folder = temp.path(), .files = {}, .sets = {}};
  CHECK(reader(model)->text("config.json", 8).value() == "{\"a\": 1}");
  const auto refused = reader(model)->text("config.json", 7);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message.find("8 bytes") != std::string::npos);
  // The limit counts before memory is taken.
  temp.sparse("huge.json", 1ULL << 40U);
  CHECK_FALSE(reader(model)->text("huge.json", 1U << 20U));
  CHECK_FALSE(reader(model)->text("gone.json", 8));
}

}  // namespace canirun::store
