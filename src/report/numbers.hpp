// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/currency.hpp>
#include <canirun/evidence.hpp>
#include <cstdint>
#include <string>

/// Numbers for people: two or three significant digits and always a unit. JSON gets the raw values instead.
namespace canirun::report {

std::string format_binary_bytes(std::uint64_t bytes);      ///< memory: "6.1 GiB", "412 MiB", "1.2 TiB"
std::string format_gib(std::uint64_t bytes);               ///< the number alone, in GiB: "21.9", "0.05"
std::string format_decimal_bytes(std::uint64_t bytes);     ///< files: "4.9 GB", "812 MB"
std::string format_bandwidth(double bytes_per_s);          ///< "1008 GB/s", "83 GB/s", "0.5 GB/s"
std::string format_flops(double flops_per_s);              ///< "82.6 TFLOPS", "900 GFLOPS"
std::string format_significant(double value, int digits);  ///< plain decimal, no exponent: 118.4 -> "118", 4.24 -> "4.2"
std::string format_rate(double per_s);                     ///< "118", "42", "4.2", "0.31"
std::string format_rate_range(const Range& range);         ///< "118-152"; one number when both ends print the same
std::string format_score(double value);                    ///< benchmark figures: "21.4", "9", "1354"
std::string format_seconds(double seconds);                ///< "0.04 s", "0.9 s", "12 s", "3 min", "2.1 h"
std::string format_seconds_range(const Range& range);      ///< "0.2-0.4 s"
/// "$0.31", "$0.004", "$12.40", "$1,095"; negative: "-$3.10"; in another currency "EUR 0.29".
std::string format_usd(double usd, const Currency& currency = {});
std::string format_context(std::uint64_t tokens);    ///< context sizes, k = 1024: "8k", "128k", "1M", "9500"
std::string format_tokens(double tokens);            ///< amounts, decimal: "41k", "1.2M", "850"
std::string format_parameters(std::uint64_t count);  ///< "7.6B", "30.5B", "494M"
std::string format_percent(double share);            ///< 0.313 -> "31 %"
std::string multiple_of(double times);               ///< "1.4 times", "5 % of": goes before what it is a multiple of
std::string format_watts(double watts);              ///< "320 W"
std::string format_hertz(double hertz);              ///< "2.52 GHz"

}  // namespace canirun::report
