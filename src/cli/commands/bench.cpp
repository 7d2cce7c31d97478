// SPDX-License-Identifier: MIT
#include "cli/commands.hpp"

namespace canirun::cli {

Result<int> run_bench(Session&) { return fail(ErrorKind::unsupported, "bench: not in this build yet"); }

}  // namespace canirun::cli
