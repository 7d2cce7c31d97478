// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/assess.hpp>
#include <canirun/result.hpp>

#include "cli/session.hpp"

namespace canirun::cli {

/// A question with its answer, and what both are about.
struct Answered {
  Resolved question;
  Assessment assessment;
  /// The largest of the usual quants that lies wholly on the GPU (without one: in memory) at this context; empty: none, or
  /// nothing to choose.
  std::string largest_quant = {};
};

/// Understands the request and answers it.
Result<Answered> answer_request(Session& session, const Request& request);

/// Answers a question that is understood already.
Answered answer_resolved(Session& session, Resolved question);

/// For the report; refers to `answered`.
report::Answer as_report(Session& session, const Answered& answered);

/// The same as one row of a table.
report::ListRow list_row_of(const Answered& answered);

/// 0 when the answer is yes, with the money where it was required; else 1.
int exit_code_of(const Verdict& verdict, bool require_worth_it);

}  // namespace canirun::cli
