#!/bin/sh
# SPDX-License-Identifier: MIT
# Help for who searches: why a passage has its score, what else may have been meant, what to try,
# words that go on as typed.
. "$(dirname "$0")/common.sh"
: "${JSONL_CHECK:?the path of jsonl_check}"

# members TYPE NAME: the values in the last output.
members()
{
    "$JSONL_CHECK" -l "$1" "$2" <"$scratch/.out"
}

make_news
for i in 1 2 3 4; do
    echo "Dogwood $i trains its models on Trainium chips, as it has always done." >"news/dogwood$i.txt"
done
echo 'Elder runs on Tranium, whatever that may be.' >news/elder.txt
run 0 "$INDEXER" news
cd news || exit 1

# --explain: the last column adds up to the score.
run 0 "$SEARCH" --explain Bedrock commitment
has out 'Bedrock    → bedrock'
has out 'BM25, k1 1.2, b 0.75'
sums=$(awk '/^ *score /{ if (n && s != want) print "off by", s - want; want = int($2 * 1000 + .5); s = 0; n++ }
    / → /{ s += int($NF * 1000 + .5) } END { if (s != want) print "off by", s - want; print n }' "$scratch/.out")
same 'sums of explanations' 2 "$sums"
run 0 "$SEARCH" --explain --json '"long-term commitment" Bedrock'
"$JSONL_CHECK" <"$scratch/.out" >"$scratch/.check" || fail "explain: $(cat "$scratch/.check")"
has out '"kind":"phrase"'
run 0 "$SEARCH" --json Bedrock
lacks out explanation

# Dates.
printf '%s\n' '{"id":"1","date":"2024-03-27","text":"Fennel in March."}' \
    '{"id":"2","date":"2025-01-02","text":"Fennel in January."}' '{"id":"3","text":"Fennel, ever."}' >dates.jsonl
"$INDEXER" -q
run 0 "$SEARCH" --since 2024-06 fennel
has out 'in January'
same 'since' 1 "$(wc -l <"$scratch/.out" | tr -d ' ')"
run 0 "$SEARCH" --until 2024-03 fennel
has out 'in March'
run 0 "$SEARCH" --since 2024 --until=2025-01-02 -c fennel
has out '2 passages'
run 1 "$SEARCH" --since 2026 fennel
run 0 "$SEARCH" --since 2024-99 --json fennel
has out '2024-99'
# They hold whatever the text is, and for what else is counted.
for words in 'fennel NOT' 'fennel AND' 'fennel OR' '"fennel' '(fennel OR'; do
    run 1 "$SEARCH" --since 2026 "$words"
    run 0 "$SEARCH" --since 2025 "$words"
    same "$words since" 1 "$(wc -l <"$scratch/.out" | tr -d ' ')"
done
run 0 "$SEARCH" --since 2024 -c
has out '2 passages'
printf 'q\tfennel\n' >queries.tsv
run 0 "$SEARCH" --queries queries.tsv --format trec --until 2024
same 'queries until' 1 "$(wc -l <"$scratch/.out" | tr -d ' ')"
run 1 "$SEARCH" --since 2025 --until 2025-06 fennal
has err 'did you mean:  search --since 2025 --until 2025-06 fennel      1 passage in 1 article'
rm queries.tsv

# Nothing found: what may have been meant is said and not searched for.
run 1 "$SEARCH" Bedrok
has err 'no passage matches “Bedrok”'
has err 'did you mean:  search Bedrock      1 passage in 1 article'
same 'nothing is answered' '' "$(cat "$scratch/.out")"
run 1 "$SEARCH" BEDRCOK
has err 'did you mean:  search BEDROCK '
run 1 "$SEARCH" ebdrock
has err 'did you mean:  search bedrock '
run 1 "$SEARCH" comitment
has err 'did you mean:  search commitment '
run 1 "$SEARCH" zzyzx
lacks err 'did you mean'
run 1 "$SEARCH" -q Bedrok
same 'quiet' '' "$(cat "$scratch/.err")"
run 1 "$SEARCH" --json Bedrok
"$JSONL_CHECK" <"$scratch/.out" >"$scratch/.check" || fail "suggestions: $(cat "$scratch/.check")"
same 'suggestion' '[{"query":"Bedrock","passages":1,"articles":1}]' "$(members summary suggestions)"

# A phrase that stands nowhere: its words, and the query to try.
run 1 "$SEARCH" '"Bedrock price"'
has err '  Bedrock in 1 passage · price in 1 passage'
has err 'try:  search Bedrock price '
run 1 "$SEARCH" '"Bedrok price"'
has err 'try:  search Bedrock price '
lacks err 'did you mean'

# A rare word beside a common one that is near: said after the answer.
run 0 "$SEARCH" --json Tranium
same 'suggestion for what was found' Trainium \
    "$(members summary suggestions | sed 's/.*"query":"\([^"]*\)".*/\1/')"
run 0 "$SEARCH" --json Trainium
same 'no suggestion for the common one' '[]' "$(members summary suggestions)"
if command -v script >/dev/null; then
    on_terminal "$SEARCH Tranium"
    has out 'also:  search Trainium      4 passages in 4 articles'
    on_terminal "$SEARCH Trainium"
    lacks out 'also:'
fi

# Words that go on as typed.
run 0 "$SEARCH" --complete tr
same 'completions' 'trainium trains tranium' "$(tr '\n' ' ' <"$scratch/.out" | sed 's/ $//')"
run 0 "$SEARCH" --complete BEDR
same 'folded' bedrock "$(cat "$scratch/.out")"
run 0 "$SEARCH" --complete zzyzx
same 'none' '' "$(cat "$scratch/.out")"
run 0 "$SEARCH" --complete ''
run 2 "$SEARCH" --complete tr chips
if command -v bash >/dev/null; then
    run 0 bash -c '. "$SOURCE_DIR/completions/quern.bash"; COMP_CWORD=1
        _quern "$SEARCH" trani search; echo "${COMPREPLY[*]}"'
    has out tranium
fi
finish
