#!/bin/sh
# SPDX-License-Identifier: MIT
# A folder of GGUF files: the quants are offered, the one that suits the machine is taken, others can be asked for.
source_dir=$2
. "$source_dir/tests/e2e/model_common.inc"
cd "$scratch" || exit
for quant in Q4_K_M:mixture Q6_K:q6_k Q8_0:q8_0 F16:f16; do
  gguf llama-3.1-8b "models/Llama-3.1-8B-Instruct-${quant%:*}.gguf" --type "${quant#*:}"
done
gguf mmproj models/mmproj-Llama-f16.gguf --type f16
on run 0 check ./models --json
json 'len(d["model"]["files"]["offers"]) == 4 if "files" in d["model"] else True'
json 'd["model"]["quant"] in ("Q4_K_M", "Q6_K", "Q8_0", "F16") and d["placement"]["status"] == "fits"'
for quant in Q4_K_M Q6_K Q8_0 F16; do
  on run 0 check ./models --quant $quant --json
  json 'd["model"]["quant"] == "'$quant'"'
done
# A quant that is not there is worked out, and that is said.
on run 0 check ./models --quant Q5_K_M
out_has "Q5_K_M"
run 0 inspect ./models --json
json 'len([s for s in d["sets"] if s["kind"] == "gguf"]) == 4 and len([s for s in d["sets"] if s["kind"] == "projector"]) == 1'
# Little memory: the smallest is taken.
run 0 check ./models --on "RTX 3060 12GB" --ram 8GiB --json
json 'd["model"]["quant"] in ("Q4_K_M", "Q6_K", "Q8_0")'

# Two models in one folder: which one is asked.
gguf qwen2.5-0.5b models/Qwen2.5-0.5B-Instruct-Q8_0.gguf
on run 2 check ./models
one_error
err_has "Llama-3.1-8B"
err_has "Qwen2.5-0.5B"
