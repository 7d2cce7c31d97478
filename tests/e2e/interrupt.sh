#!/bin/sh
# SPDX-License-Identifier: MIT
# Ctrl-C while it waits for requests ends with 130.
. "$2/tests/e2e/common.inc"
mkfifo "$scratch/fifo"
# A shell without job control starts background jobs with SIGINT ignored; setting a handler undoes that.
"$canirun" check --requests "$scratch/fifo" >"$scratch/out" 2>"$scratch/err" &
pid=$!
exec 9>"$scratch/fifo"
kill -INT "$pid"
code=0
wait "$pid" || code=$?
exec 9>&-
[ "$code" -eq 130 ] || fail "ended with $code"
