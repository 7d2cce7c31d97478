#!/bin/sh
# SPDX-License-Identifier: MIT
# The catalog for a machine: filters narrow, sorting sorts, a query without matches is a no.
. "$2/tests/e2e/common.inc"
run 0 list --on "RTX 4090" --json
json 'd["schema"] == "canirun/list" and len(d["models"]) > 80'
run 0 list qwen coder --on "RTX 4090" --json
json 'all("qwen" in m["model"] and "coder" in m["model"] for m in d["models"])'
run 0 list --on "RTX 4090" --fits --max-memory 8GiB --min-tps 20 --sort speed --json
json 'all(m["memory_bytes"] <= 8 << 30 and m["decode_tokens_per_s"]["typical"] >= 20 for m in d["models"])'
json '(lambda s: s == sorted(s, reverse=True))([m["decode_tokens_per_s"]["typical"] for m in d["models"]])'
run 0 list --on "RTX 4090" --limit 3 --json
json 'len(d["models"]) == 3'
run 1 list no-such-model-in-there --on "RTX 4090"
run 2 list --on "RTX 4090" --max-memory 0
err_has "--max-memory"
