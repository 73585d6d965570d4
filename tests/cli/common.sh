# SPDX-License-Identifier: MIT
# What the scripts in this folder share. They want INDEXER, SEARCH and JSONL_CHECK: the programs.
# A script goes on after a failed check, says what failed, and exits 1 at its end.

: "${INDEXER:?the path of the indexer}" "${SEARCH:?the path of search}"
unset QUERN_INDEX QUERN_PAGER PAGER NO_COLOR LESS COLUMNS LINES
export LC_ALL=C.UTF-8 TERM=xterm-256color
scratch=$(mktemp -d)
trap 'chmod -R u+rwx "$scratch" 2>/dev/null; rm -rf "$scratch"' EXIT
trap 'exit 1' INT TERM
cd "$scratch" || exit 1
failures=0
tab=$(printf '\t')
esc=$(printf '\033')

fail()
{
    failures=$((failures + 1))
    echo "FAILED: $*"
}

# run CODE COMMAND...: runs it; output in $scratch/.out and .err; wants that exit code.
run()
{
    want=$1
    shift
    "$@" >"$scratch/.out" 2>"$scratch/.err" </dev/null
    code=$?
    [ "$code" -eq "$want" ] && return 0
    fail "exit code $code, not $want: $*"
    sed 's/^/    out: /' "$scratch/.out" | head -n 5
    sed 's/^/    err: /' "$scratch/.err" | head -n 5
}

# has out|err TEXT: the last run printed TEXT.
has()
{
    grep -qF -- "$2" "$scratch/.$1" && return 0
    fail "std$1 lacks '$2'"
    sed 's/^/    /' "$scratch/.$1" | head -n 8
}

# lacks out|err TEXT: it did not.
lacks()
{
    grep -qF -- "$2" "$scratch/.$1" || return 0
    fail "std$1 has '$2'"
    sed 's/^/    /' "$scratch/.$1" | head -n 8
}

# same WHAT WANTED GOT
same()
{
    [ "$2" = "$3" ] || fail "$1: wanted '$2', got '$3'"
}

# on_terminal COMMAND-LINE: runs it with a terminal of 100 columns and 50 rows; all that it prints
# is in .out, the carriage returns of the terminal taken off.
on_terminal()
{
    script -qec "stty cols ${columns:-100} rows ${rows:-50}; $1" /dev/null >"$scratch/.tty" </dev/null
    code=$?
    tr -d '\r' <"$scratch/.tty" >"$scratch/.out"
    return "$code"
}

finish()
{
    [ "$failures" -eq 0 ] && exit 0
    echo "$failures failed"
    exit 1
}

# Three small articles that the scripts use.
make_news()
{
    mkdir -p news
    printf '%s\n' 'Alder opens a Bedrock of its own' '' \
        'Alder Cloud made a “long-term commitment” to the customers of Bedrock.' >news/alder.txt
    printf '%s\n' 'Birch keeps prices' '' \
        'Birch has no commitment to anybody, and says so. Its price is $4 billion.' >news/birch.txt
    printf '%s\n' 'Cedar buys chips' '' 'Cedar bought chips for €12 million in spring.' >news/cedar.txt
}
