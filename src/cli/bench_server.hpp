// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/result.hpp>

#include "cli/bench_report.hpp"
#include "cli/bench_runs.hpp"

namespace canirun::cli {

/// `canirun bench --server URL`: drives the server and adds what was measured to the report. Errors: an address that is
/// none, one beyond this machine with --offline, and whatever keeps the server from being measured.
Result<void> measure_server(Session& session, BenchRuns& runs, BenchReport& report);

/// Does the address lead to this machine? What runs elsewhere says nothing about it.
bool is_on_this_machine(const std::string& server);

}  // namespace canirun::cli
