#!/bin/sh
# SPDX-License-Identifier: MIT
# What does not fit, or misses a floor, ends with 1 and says what would do.
. "$2/tests/e2e/common.inc"
run 1 check llama-3.1-405b --on "RTX 3060 12GB" --ram 16GiB --json
json 'd["placement"]["status"] == "does_not_fit" and d["placement"]["headroom_bytes"] < 0'
json 'd["verdict"]["answer"] != "run_local"'
run 1 check llama-3.1-8b --on "RTX 4090" --quant F16 --ctx 128k --ram 8GiB --json
json 'any(s["command"].startswith("canirun check llama-3.1-8b ") and "--ram 8GiB" in s["command"] for s in d["verdict"]["suggestions"])'
run 0 check llama-3.1-8b --on "RTX 4090" --min-tps 20
run 1 check llama-3.1-8b --on "RTX 4090" --min-tps 2000
run 1 check llama-3.1-8b --on "RTX 4090" --max-ttft 0.0001
# Beyond what the model was made for llama.cpp starts and the answers suffer; Ollama cuts it down.
run 0 check llama-3.1-8b --on "2x RTX 4090" --ctx 256k --json
json 'd["verdict"]["reasons"][0]["code"] == "beyond_context_limit" and "--rope-scale 2" in d["verdict"]["reasons"][0]["text"] and d["verdict"]["confidence"] == "low"'
run 0 check llama-3.1-8b --on "2x RTX 4090" --ctx 256k --parallel 2 --json
json 'd["verdict"]["reasons"][0]["code"] != "beyond_context_limit"'
run 1 check llama-3.1-8b --on "RTX 4090" --ctx 256k --engine ollama --json
json 'd["verdict"]["reasons"][0]["code"] == "beyond_context_limit" and "--ctx 131072" in d["verdict"]["suggestions"][0]["command"]'
