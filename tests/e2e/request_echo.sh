#!/bin/sh
# SPDX-License-Identifier: MIT
# The request of an answer can be sent back and gives the same answer.
. "$2/tests/e2e/common.inc"
"$canirun" check qwen3-8b --on "RTX 3060 12GB" --ram 32GiB --ctx 16k --kv-type q8_0 --parallel 2 --engine ollama --profile chat --json >"$scratch/first" || true
/usr/bin/python3 -c 'import json, sys
print(json.dumps(json.load(open(sys.argv[1]))["request"]))' "$scratch/first" >"$scratch/line"
run 0 check --requests "$scratch/line"
/usr/bin/python3 - "$scratch/first" "$scratch/out" <<'EOF' || fail "sent back, it is answered differently"
import json, sys
first, second = (json.load(open(path)) for path in sys.argv[1:])
for key in ("request", "memory", "placement", "throughput", "verdict"):
    assert first[key] == second[key], key
EOF
