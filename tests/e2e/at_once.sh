#!/bin/sh
# SPDX-License-Identifier: MIT
# Several requests at once: what each sees, what all get, how many fit; a model that drafts; speed by depth.
. "$2/tests/e2e/common.inc"
run 0 check qwen3-8b --on "RTX 4090" --parallel 8 --ctx 64k
out_has "8 at once:"
out_has "fit with this much context each"
run 0 check qwen3-8b --on "RTX 4090" --parallel 8 --ctx 64k --json
json 'd["throughput"]["concurrency"]["requests"] == 8 and d["throughput"]["concurrency"]["basis"] == "assumed"'
json 'abs(d["throughput"]["concurrency"]["total_tokens_per_s"]["typical"] / d["throughput"]["concurrency"]["each_tokens_per_s"]["typical"] - 8) < 1e-6'
json 'd["throughput"]["concurrency"]["each_tokens_per_s"]["typical"] < d["throughput"]["decode_tokens_per_s"]["typical"]'
json 'd["throughput"]["concurrency"]["total_tokens_per_s"]["typical"] > 2 * d["throughput"]["decode_tokens_per_s"]["typical"]'
json 'd["throughput"]["speculative"] is None'
most=$(/usr/bin/python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["throughput"]["concurrency"]["most_requests"])' "$scratch/out")
# It is what check says: that many fit, one more does not.
run 0 check qwen3-8b --on "RTX 4090" --parallel "$most" --ctx $((8192 * most)) --json
json 'd["placement"]["status"] == "fits"'
more=$((most + 1))
"$canirun" check qwen3-8b --on "RTX 4090" --parallel "$more" --ctx $((8192 * more)) --json >"$scratch/out" || true
json 'd["placement"]["status"] != "fits"'

run 0 check qwen3-8b --on "RTX 4090" --json
json 'd["throughput"]["concurrency"] is None'
# vLLM gives every request the whole context.
run 0 check qwen3-8b --on "2x RTX 3090" --engine vllm --parallel 4 --json
json 'd["throughput"]["concurrency"]["requests"] == 4'

run 0 check qwen3-32b --on "2x RTX 3090" --draft qwen3-0.6b
out_has "with the draft model"
out_has "(assumed)"
run 0 check qwen3-32b --on "2x RTX 3090" --draft qwen3-0.6b --json
json 'd["throughput"]["speculative"]["basis"] == "assumed" and d["throughput"]["speculative"]["source"]'
json '1 < d["throughput"]["speculative"]["speedup"] < 5'
json 'd["throughput"]["speculative"]["decode_tokens_per_s"]["low"] < d["throughput"]["speculative"]["decode_tokens_per_s"]["typical"]'
run 0 check qwen3-32b --on "2x RTX 3090" --draft qwen3-0.6b --explain
out_has "drafting"

run 0 check qwen3-8b --on "RTX 4090" --ctx 32k --explain
out_has " 4k in the cache:"
out_has "32k in the cache:"
