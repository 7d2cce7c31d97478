#!/bin/sh
# SPDX-License-Identifier: MIT
# Any address of a .gguf or a config.json: ranges that grow, jumps over what is not needed, one connection.
source_dir=$2
. "$source_dir/tests/e2e/model_common.inc"
gguf llama-3.1-8b "$scratch/site/files/small vocabulary.gguf" --type mixture
"$python" "$support/write_gguf.py" llama-3.1-8b --type mixture --out "$scratch/site/files/Llama-3.1-8B-Q4_K_M.gguf"
gguf qwen3-30b-a3b "$scratch/site/files/q/Qwen3-30B-A3B-Q8_0.gguf" --split 8
safetensors qwen3-8b bf16 "$scratch/site/files/qwen3-8b" --no-weights
start_server
on run 0 check "$scratch/site/files/Llama-3.1-8B-Q4_K_M.gguf" --json
cp "$scratch/out" "$scratch/local"
forget_requests
on run 0 check "$hub/files/Llama-3.1-8B-Q4_K_M.gguf" --json
json 'd["memory"] == json.load(open("'"$scratch/local"'"))["memory"] and d["model"]["quant"] == "Q4_K_M"'
# A vocabulary of 128,256 tokens: its header has three megabytes.
requests 'len(l) <= 8 and sum(r["bytes"] for r in l) < 6 << 20 and all(r["range"] for r in l if r["method"] == "GET")'
requests 'len({r["connection"] for r in l}) == 1'
run 0 inspect "$hub/files/Llama-3.1-8B-Q4_K_M.gguf" --json
json 'd["traffic"]["requests"] <= 8'
forget_requests
on run 0 check "$hub/files/small%20vocabulary.gguf" --json
json 'd["model"]["parameter_count"] == 8030261312'
requests 'len(l) <= 2 and sum(r["bytes"] for r in l) < 1 << 20'
# config.json
on run 0 check "$hub/files/qwen3-8b/config.json" --quant Q8_0 --json
json 'd["model"]["architecture"] == "qwen3" and d["model"]["parameter_count"] == 8190735360'
# A part of a split file, by address: all parts are asked for.
on run 0 check "$hub/files/q/Qwen3-30B-A3B-Q8_0-00001-of-00008.gguf" --json
json 'd["model"]["parameter_count"] == 30532122624'
# By redirect to another host, a relative one; over IPv6 where there is one.
on run 0 check "$hub/~redirect-relative/files/Llama-3.1-8B-Q4_K_M.gguf" --json
json 'd["memory"] == json.load(open("'"$scratch/local"'"))["memory"]'
if [ -n "${hub6:-}" ]; then
  on run 0 check "$hub6/files/Llama-3.1-8B-Q4_K_M.gguf" --json
  json 'd["memory"] == json.load(open("'"$scratch/local"'"))["memory"]'
fi
# What an address may not be.
for address in "http://user:secret@127.0.0.1:1/x.gguf" "ftp://127.0.0.1/x.gguf" "file:///etc/hostname" "http://127.0.0.1:99999/x.gguf" \
  "http:///x.gguf" "https://huggingface.co/../../x/y"; do
  on run 2 check "$address"
  one_error
  err_lacks secret
done
on run 2 check "$hub/files/nothing.gguf"
one_error
err_has "404"
# Nobody listens there; no such host; offline.
on run 2 check http://127.0.0.1:9/x.gguf
one_error
err_has "127.0.0.1"
on run 2 check http://no-such-host.invalid/x.gguf
one_error
err_has "no-such-host.invalid"
forget_requests
on run 2 check "$hub/files/small%20vocabulary.gguf" --offline --json
on run 2 check hf.co/some/repo --offline
one_error
err_has "offline"
requests 'len(l) == 0'
