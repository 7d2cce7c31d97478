#!/bin/sh
# SPDX-License-Identifier: MIT
# JSON lines in, JSON lines out: same order, ids echoed, bad lines answered with an error document, the rest goes on.
. "$2/tests/e2e/common.inc"
cat >"$scratch/in" <<'EOF'
{"id": "a", "model": "llama-3.1-8b", "quant": "Q4_K_M", "on": "RTX 4090", "context_tokens": 4096}
{"id": "b", "model": "llama-3.1-8b", "on": "RTX 4090", "contxt": 1}

not json
{"id": 5, "model": "phi-4", "quant": "Q4_K_M", "on": "2x RTX 3090", "ram": "64GiB", "gpu_layers": 999, "depth_tokens": 0}
{"id": "e", "model": "llama-3.1-8b", "on": "RTX 4090", "context_tokens": -1}
EOF
code=0
"$canirun" check --requests - --json --offline <"$scratch/in" >"$scratch/lines" 2>"$scratch/err" || code=$?
[ "$code" -eq 2 ] || fail "ended with $code"
/usr/bin/python3 - "$scratch/lines" <<'EOF' || fail "the answers are wrong: $(cut -c1-300 "$scratch/lines")"
import json, sys
d = [json.loads(line) for line in open(sys.argv[1])]
assert len(d) == 5, len(d)
assert d[0]["id"] == "a" and d[0]["memory"]["total_bytes"] > 4e9 and d[0]["request"]["context_tokens"] == 4096
assert d[1]["id"] == "b" and "/contxt" in d[1]["error"]["message"]
assert d[1]["error"]["line"] == 2 and "help formats" in d[1]["error"]["hint"]
assert d[2]["error"]["kind"] == "malformed" and d[2]["error"]["line"] == 4
assert d[3]["id"] == "5" and d[3]["request"]["depth_tokens"] == 0 and len([p for p in d[3]["memory"]["pools"] if p["kind"] == "gpu"]) == 2
assert d[4]["id"] == "e" and "/context_tokens" in d[4]["error"]["message"]
EOF
# The same from a file, all good: 0. A file that is not there: 2.
head -1 "$scratch/in" >"$scratch/good"
run 0 check --requests "$scratch/good"
run 2 check --requests "$scratch/none"
err_has "--requests"
