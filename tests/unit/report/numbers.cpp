// SPDX-License-Identifier: MIT
#include "report/numbers.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

using namespace canirun::report;

TEST_CASE("memory prints in GiB with one decimal and never rounds a part to nothing") {
  CHECK(format_binary_bytes(0) == "0 bytes");
  CHECK(format_binary_bytes(1023) == "1023 bytes");
  CHECK(format_binary_bytes(412ULL << 20U) == "412 MiB");
  CHECK(format_binary_bytes(1000ULL << 20U) == "1.0 GiB");
  CHECK(format_binary_bytes(24ULL << 30U) == "24.0 GiB");
  CHECK(format_binary_bytes(4096ULL << 30U) == "4.0 TiB");
  CHECK(format_binary_bytes(std::numeric_limits<std::uint64_t>::max()) == "16777216.0 TiB");
  CHECK(format_gib(24ULL << 30U) == "24.0");
  CHECK(format_gib(50ULL << 20U) == "0.05");
  CHECK(format_gib(0) == "0.0");
}

TEST_CASE("files, bandwidth and compute print in decimal units") {
  CHECK(format_decimal_bytes(4'920'739'168) == "4.9 GB");
  CHECK(format_decimal_bytes(811'600'000) == "812 MB");
  CHECK(format_decimal_bytes(999'600'000) == "1.0 GB");
  CHECK(format_decimal_bytes(1'300'000'000'000) == "1.3 TB");
  CHECK(format_bandwidth(1008e9) == "1008 GB/s");
  CHECK(format_bandwidth(83.2e9) == "83 GB/s");
  CHECK(format_bandwidth(0.5e9) == "0.5 GB/s");
  CHECK(format_flops(82.58e12) == "82.6 TFLOPS");
  CHECK(format_flops(900e9) == "900 GFLOPS");
  CHECK(format_flops(1.979e15) == "1.98 PFLOPS");
}

TEST_CASE("rates show two or three significant digits") {
  CHECK(format_rate(118.4) == "118");
  CHECK(format_rate(42.4) == "42");
  CHECK(format_rate(9.96) == "10");
  CHECK(format_rate(4.24) == "4.2");
  CHECK(format_rate(0.314) == "0.31");
  CHECK(format_rate(0.001) == "0");
  CHECK(format_rate_range({117.6, 135, 152.3}) == "118-152");
  CHECK(format_rate_range({2.01, 2.02, 2.04}) == "2.0");
}

TEST_CASE("durations choose their unit") {
  CHECK(format_seconds(0.004) == "0.004 s");
  CHECK(format_seconds(0.04) == "0.04 s");
  CHECK(format_seconds(0.26) == "0.3 s");
  CHECK(format_seconds(12.4) == "12 s");
  CHECK(format_seconds(200) == "3 min");
  CHECK(format_seconds(8 * 3600) == "8 h");
  CHECK(format_seconds(72 * 3600) == "3 days");
  CHECK(format_seconds(std::numeric_limits<double>::infinity()) == "?");
  CHECK(format_seconds_range({0.21, 0.26, 0.4}) == "0.2-0.4 s");
  CHECK(format_seconds_range({8, 30, 200}) == "8.0 s - 3 min");
  CHECK(format_seconds_range({1, 1, 1}) == "1.0 s");
}

TEST_CASE("money keeps cents where they matter") {
  CHECK(format_usd(0) == "$0");
  CHECK(format_usd(0.0042) == "$0.004");
  CHECK(format_usd(0.5) == "$0.50");
  CHECK(format_usd(182.5) == "$182.50");
  CHECK(format_usd(12.404) == "$12.40");
  CHECK(format_usd(1825) == "$1,825");
  CHECK(format_usd(1'234'567) == "$1,234,567");
  CHECK(format_usd(-3.1) == "-$3.10");
  CHECK(format_usd(std::nan("")) == "?");
}

TEST_CASE("token counts: contexts in k = 1024, amounts in decimal") {
  CHECK(format_context(8192) == "8k");
  CHECK(format_context(131072) == "128k");
  CHECK(format_context(1U << 20U) == "1M");
  CHECK(format_context(9500) == "9500");
  CHECK(format_context(100'000) == "98k");
  CHECK(format_context(0) == "0");
  CHECK(format_tokens(850) == "850");
  CHECK(format_tokens(41'000) == "41k");
  CHECK(format_tokens(100'000) == "100k");
  CHECK(format_tokens(1'200'000) == "1.2M");
  CHECK(format_tokens(1'000'000) == "1M");
}

TEST_CASE("parameters, shares, watts, clocks") {
  CHECK(format_parameters(494'032'768) == "494M");
  CHECK(format_parameters(7'615'616'512) == "7.6B");
  CHECK(format_parameters(355'000'000'000) == "355B");
  CHECK(format_parameters(1'040'000'000'000) == "1.0T");
  CHECK(format_percent(0.313) == "31 %");
  CHECK(format_percent(0.004) == "0.4 %");
  CHECK(format_percent(0) == "0 %");
  CHECK(format_score(9.0) == "9");
  CHECK(format_score(21.44) == "21.4");
  CHECK(format_score(1354) == "1354");
  CHECK(multiple_of(1.4) == "1.4 times");
  CHECK(multiple_of(2) == "2 times");
  CHECK(multiple_of(0.046) == "5 % of");
  CHECK(format_watts(319.6) == "320 W");
  CHECK(format_watts(5.5) == "5.5 W");
  CHECK(format_hertz(2.52e9) == "2.52 GHz");
  CHECK(format_hertz(800e6) == "800 MHz");
}
