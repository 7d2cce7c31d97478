// SPDX-License-Identifier: MIT
#include <canirun/units.hpp>
#include <catch2/catch.hpp>
#include <string>

using namespace canirun;

TEST_CASE("sizes: binary and decimal units are told apart", "[units]") {
  struct Row {
    const char* text;
    std::uint64_t bytes;
  };
  const Row row = GENERATE(Row{"17179869184", 17179869184ULL}, Row{"64GiB", 64 * k_gib}, Row{"64 GiB", 64 * k_gib},
                           Row{"64gib", 64 * k_gib}, Row{"24GB", 24000000000ULL}, Row{"24G", 24000000000ULL},
                           Row{"512MiB", 512 * k_mib}, Row{"1.5GiB", 3 * k_gib / 2}, Row{"4096GiB", 4096 * k_gib},
                           Row{"1024TiB", 1024 * k_tib}, Row{"8K", 8000}, Row{"1B", 1}, Row{"2e3", 2000});
  const Result<std::uint64_t> bytes = parse_bytes(row.text, "--ram");
  INFO(row.text);
  REQUIRE(bytes.has_value());
  CHECK(*bytes == row.bytes);
}

TEST_CASE("sizes: an error names the flag, the text and what is allowed", "[units]") {
  struct Row {
    const char* text;
    const char* why;
  };
  const Row row = GENERATE(Row{"", "not a size"}, Row{"banana", "not a size"}, Row{"-5GiB", "negative"}, Row{"0", "zero"},
                           Row{"0.1", "zero"}, Row{"5GiBB", "unknown unit"}, Row{"5 GiB/s", "unknown unit"},
                           Row{"1025TiB", "more than 1 PiB"}, Row{"1e400", "not a size"}, Row{"nan", "not a size"},
                           Row{"inf", "not a size"}, Row{"1e308TiB", "more than 1 PiB"}, Row{"0x10", "unknown unit"});
  const Result<std::uint64_t> bytes = parse_bytes(row.text, "--ram");
  INFO(row.text);
  REQUIRE_FALSE(bytes.has_value());
  CHECK(bytes.error().kind == ErrorKind::usage);
  CHECK_THAT(bytes.error().message, Catch::StartsWith("--ram: \"" + std::string(row.text)));
  CHECK_THAT(bytes.error().message, Catch::Contains(row.why));
  CHECK_THAT(bytes.error().hint, Catch::Contains("1 PiB"));
}

TEST_CASE("a very long word is quoted cut", "[units]") {
  const Result<std::uint64_t> bytes = parse_bytes(std::string(10000, 'x'), "--ram");
  REQUIRE_FALSE(bytes.has_value());
  CHECK(bytes.error().message.size() < 120);
}

TEST_CASE("bandwidths need a unit per second", "[units]") {
  CHECK(parse_bandwidth("1008GB/s", "--bandwidth").value() == Approx(1008e9));
  CHECK(parse_bandwidth("83.2 GB/s", "--bandwidth").value() == Approx(83.2e9));
  CHECK(parse_bandwidth("2TB/s", "--bandwidth").value() == Approx(2e12));
  CHECK(parse_bandwidth("1GiB/s", "--bandwidth").value() == Approx(1073741824.0));
  CHECK(parse_bandwidth("400 gbps", "--bandwidth").value() == Approx(400e9));
  for (const char* text : {"", "fast", "100", "100GB", "-1GB/s", "0GB/s", "2PB/s", "1001TB/s", "GB/s", "/s"}) {
    INFO(text);
    const Result<double> rate = parse_bandwidth(text, "--bandwidth");
    REQUIRE_FALSE(rate.has_value());
    CHECK_THAT(rate.error().message, Catch::StartsWith("--bandwidth: "));
  }
}

TEST_CASE("token counts: k is 1024 and only whole counts pass", "[units]") {
  CHECK(parse_token_count("8192", "--ctx").value() == 8192U);
  CHECK(parse_token_count("8k", "--ctx").value() == 8192U);
  CHECK(parse_token_count("128K", "--ctx").value() == 131072U);
  CHECK(parse_token_count("1M", "--ctx").value() == 1048576U);
  CHECK(parse_token_count("1.5k", "--ctx").value() == 1536U);
  CHECK(parse_token_count("2147483647", "--ctx").value() == 2147483647U);
  for (const char* text : {"", "0", "-1", "1.5", "2147483648", "4096M", "8kk", "eight", "8 192", "8,192"}) {
    INFO(text);
    CHECK_FALSE(parse_token_count(text, "--ctx").has_value());
  }
}

TEST_CASE("numbers keep to their range and say it", "[units]") {
  CHECK(parse_number("0.32", "--kwh", 0, 10).value() == Approx(0.32));
  CHECK(parse_number("0", "--kwh", 0, 10).value() == Approx(0));
  for (const char* text : {"", "-0.1", "10.5", "cheap", "0.3 USD", "nan", "inf"}) {
    INFO(text);
    const Result<double> number = parse_number(text, "--kwh", 0, 10);
    REQUIRE_FALSE(number.has_value());
    CHECK_THAT(number.error().text() + number.error().hint, Catch::Contains("0 to 10"));
  }
}
