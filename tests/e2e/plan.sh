#!/bin/sh
# SPDX-License-Identifier: MIT
# The inverse of check: machines that make a model usable, cheapest first, each faster than those before it.
. "$2/tests/e2e/common.inc"
run 0 plan gpt-oss-120b --min-tps 20 --ctx 32k --on "RTX 3060 12GB" --ram 16GiB --json
json 'len(d["machines"]) > 2 and d["tried"] > 100 and not d["runs_here_already"]'
json 'all(a["price_usd"]["typical"] <= b["price_usd"]["typical"] for a, b in zip(d["machines"], d["machines"][1:]))'
json 'all(a["decode_tokens_per_s"]["typical"] < b["decode_tokens_per_s"]["typical"] for a, b in zip(d["machines"], d["machines"][1:]))'
json 'all(row["decode_tokens_per_s"]["typical"] >= 20 for row in d["machines"])'
# What it names, check agrees with.
on=$(/usr/bin/python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["machines"][0]["on"])' "$scratch/out")
run 0 check gpt-oss-120b --min-tps 20 --ctx 32k --on "$on" --ram 64GiB

# A budget cuts the list and says what the next step costs.
run 0 plan qwen3-coder-30b-a3b --on "RTX 3060 12GB" --ram 16GiB --budget 2000 --json
json 'all(row["price_usd"]["typical"] <= 2000 for row in d["machines"]) and d["cheapest_over_budget"]["price_usd"]["typical"] > 2000'
run 1 plan llama-3.1-405b --quant Q8_0 --on "RTX 3060 12GB" --ram 16GiB --budget 500
out_has "none of the"
# With the PC there already, only the card is paid for.
run 0 plan qwen3-8b --own --min-tps 30 --on "cpu=AMD Ryzen 9 7950X" --json
json 'd["pc_is_there"] and d["machines"][0]["price_usd"]["typical"] < 500'
run 0 plan llama-3.1-8b --on "RTX 4090"
out_has "NOTHING TO BUY"
run 2 plan
err_has "canirun plan needs"
run 2 plan llama-3.1-8b --budget many
err_has "--budget"
