#!/bin/sh
# SPDX-License-Identifier: MIT
# Several contexts, cache types or quants at once: a table of what each costs, the same figures as asked one by one.
. "$2/tests/e2e/common.inc"
run 0 check qwen3-8b --on "RTX 4090" --ctx 4k,32k --kv-type f16,q8_0 --json
json 'd["schema"] == "canirun/variants" and [(r["kv_type"], r["context_tokens"]) for r in d["variants"]] == [("f16", 4096), ("f16", 32768), ("q8_0", 4096), ("q8_0", 32768)]'
json 'd["variants"][0]["kv_cache_bytes"] * 8 == d["variants"][1]["kv_cache_bytes"] > d["variants"][3]["kv_cache_bytes"]'
json 'all(r["decode_full_tokens_per_s"]["typical"] < r["decode_empty_tokens_per_s"]["typical"] for r in d["variants"])'
total=$(/usr/bin/python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["variants"][3]["total_bytes"])' "$scratch/out")
run 0 check qwen3-8b --on "RTX 4090" --ctx 32k --kv-type q8_0 --json
json "d['memory']['total_bytes'] == $total"

run 0 check qwen3-8b --on "RTX 4090" --quant Q4_K_M,Q8_0
out_has "Q8_0"
# What fits is a row, what does not fit too; the answer is the worst of them.
run 1 check llama-3.3-70b --on "RTX 3060 12GB" --ram 32GiB --quant IQ2_XXS,BF16
out_has "does not fit"

run 2 check qwen3-8b --ctx 4k,,8k
err_has "--ctx"
run 2 check qwen3-8b --kv-type f16,q3_9
err_has '"q3_9" is not one of'
run 2 check qwen3-8b --quant Q4_K_M,Q9
err_has "Q9"
# One answer has one context.
run 2 cost qwen3-8b --ctx 4k,8k
err_has "--ctx"
