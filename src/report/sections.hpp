// SPDX-License-Identifier: MIT
#pragma once
#include "report/document.hpp"
#include "report/report.hpp"

/// The sections several documents share, each under its own key of `root`.
namespace canirun::report {

/// Id of a pool; null where there is no such pool.
void set_pool(Node node, std::string_view name, const Machine& machine, std::uint32_t index);

void write_request(Node root, const Answer& answer);
void write_machine(Node root, const Machine& machine);
void write_model(Node root, const Answer& answer);
void write_memory(Node root, const Answer& answer);
void write_placement(Node root, const Answer& answer);
void write_throughput(Node root, const Answer& answer);
void write_capability(Node root, const Capability& capability);
void write_cost(Node root, const CostEstimate& cost);
void write_verdict(Node root, const Verdict& verdict);
void write_commands(Node root, const Answer& answer);
/// Name and totals of what the answer is about, without the details.
void write_machine_summary(Node root, const Machine& machine);

}  // namespace canirun::report
