#!/bin/sh
# SPDX-License-Identifier: MIT
# Machines nobody has plugged in: the figures everyone can check by hand.
. "$2/tests/e2e/common.inc"
run 0 check llama-3.1-8b --on "RTX 4090" --quant Q4_K_M --json
json 'd["placement"]["status"] == "fits"'
json 'd["throughput"]["decode_tokens_per_s"]["low"] <= 150 and d["throughput"]["decode_tokens_per_s"]["high"] >= 120'
run 0 check llama-3.1-8b --on "M2 Pro 16GB" --quant Q4_K_M --json
json '25 < d["throughput"]["decode_tokens_per_s"]["typical"] <= 40.7'
"$canirun" check llama-3.3-70b --on "Ryzen 9 7950X" --ram 64GiB --quant Q4_K_M --json >"$scratch/out" || true
json '1 <= d["throughput"]["decode_tokens_per_s"]["typical"] <= 3'
json 'd["usability"]["level"] == "batch_only"'
