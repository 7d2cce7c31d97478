// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/machine.hpp>
#include <string>

#include "report/page.hpp"
#include "report/report.hpp"

namespace canirun::report {

/// "AMD Ryzen 9 7950X · 16 cores (32 threads)".
std::string cpu_line(const Machine& machine);
/// "58.1 of 64.0 GiB free · 83 GB/s (published)", with the limit a process is under.
std::string pool_line(const MemoryPool& pool);

}  // namespace canirun::report
