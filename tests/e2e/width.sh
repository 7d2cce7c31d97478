#!/bin/sh
# SPDX-License-Identifier: MIT
# No line is wider than COLUMNS says, apart from commands that must stay whole.
. "$2/tests/e2e/common.inc"
for columns in 60 80 100; do
  COLUMNS=$columns script -qec "stty cols $columns; '$canirun' check llama-3.1-8b --on 'RTX 4090' --color never; '$canirun' --on 'RTX 4090' --color never" /dev/null </dev/null |
    tr -d '\r' >"$scratch/out"
  [ -s "$scratch/out" ] || fail "nothing was printed"
  /usr/bin/python3 - "$scratch/out" "$columns" <<'EOF' || fail "too wide for $columns columns"
import sys
lines = open(sys.argv[1], encoding="utf-8").read().split("\n")
wide = [l for l in lines if len(l) > int(sys.argv[2]) and "llama-server" not in l and "ollama" not in l and "canirun " not in l and "vllm" not in l]
assert not wide, wide
EOF
done
