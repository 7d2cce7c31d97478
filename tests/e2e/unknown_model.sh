#!/bin/sh
# SPDX-License-Identifier: MIT
# A mistyped model: exit 2, nothing on stdout, a suggestion; the same as a document with --json.
. "$2/tests/e2e/common.inc"
run 2 lama3.1-8b
[ ! -s "$scratch/out" ] || fail "something on stdout"
err_has "error: "
err_has "llama-3.1-8b"
run 2 check lama3.1-8b --json
[ ! -s "$scratch/err" ] || fail "something on stderr"
json 'd["schema"] == "canirun/error" and d["error"]["kind"] == "not_found" and "llama-3.1-8b" in d["error"]["hint"]'
