#!/bin/sh
# SPDX-License-Identifier: MIT
# Many queries from a file, answered as a run in TREC's form.
. "$(dirname "$0")/common.sh"

make_news
mkdir -p "news/a b"
printf '%s\n' 'Elder and 100% commitment' '' 'The elder keeps its commitment.' >'news/a b/100%.txt'
cat >news/notes.jsonl <<'END'
{"id":"n1","title":"Ships","text":"The ferry keeps its commitment to the islands, says the line, whose board met in the harbour on Monday and came to no other conclusion about the winter than that one.\n\nA ferry of the line is older than the ship that follows it through the sound, and none is longer than sixty metres, so that all the smaller harbours can take them in a strong wind from the west."}
END
run 0 "$INDEXER" news
printf 'q1\tferry\nq2\tcommitment\n\nnone\txyzzy\r\n' >queries.tsv

run 0 "$SEARCH" --index news/.quern --queries queries.tsv --format trec
same 'words of each line' 6 "$(awk '{print NF}' .out | sort -u)"
same 'first hit' 'q1 Q0 n1 1' "$(head -n 1 .out | cut -d' ' -f1-4)"
same 'queries' 'q1 q2' "$(cut -d' ' -f1 .out | uniq | tr '\n' ' ' | sed 's/ $//')"
same 'an article stands once' 4 "$(grep -c '^q2' .out)"
same 'ranks' '1 2 3 4' "$(awk '$1 == "q2" {print $4}' .out | tr '\n' ' ' | sed 's/ $//')"
same 'scores fall' "$(awk '$1 == "q2" {print $5}' .out)" "$(awk '$1 == "q2" {print $5}' .out | sort -rn)"
has out ' a%20b/100%25.txt '
lacks err .

# The same scores as one by one.
score=$("$SEARCH" --index news/.quern --json -n 1 commitment | sed -n 's/.*"score":\([0-9.]*\).*/\1/p')
same 'score' "$(printf '%.6f' "$score")" "$(awk '$1 == "q2" && $4 == 1 {print $5}' .out)"

run 0 "$SEARCH" --index news/.quern --queries queries.tsv --format trec -n 1
same 'one article each' 2 "$(wc -l <.out | tr -d ' ')"
run 0 "$SEARCH" --index news/.quern --queries queries.tsv --format trec --all
same 'all passages' 2 "$(grep -c '^q1 Q0 n1 1 ' .out)"
"$SEARCH" --index news/.quern --queries - --format trec <queries.tsv >.in 2>&1
same 'from standard input' 5 "$(wc -l <.in | tr -d ' ')"

printf 'q\txyzzy\n' >none.tsv
run 1 "$SEARCH" --index news/.quern --queries none.tsv --format trec
printf 'q1\tferry\nno tab here\n' >bad.tsv
run 2 "$SEARCH" --index news/.quern --queries bad.tsv --format trec
has err 'bad.tsv, line 2'
printf 'two words\tferry\n' >bad.tsv
run 2 "$SEARCH" --index news/.quern --queries bad.tsv --format trec
run 6 "$SEARCH" --index news/.quern --queries missing.tsv --format trec
run 2 "$SEARCH" --index news/.quern --queries queries.tsv
run 2 "$SEARCH" --index news/.quern --queries queries.tsv --format csv
run 2 "$SEARCH" --index news/.quern --queries queries.tsv --format trec ferry
run 2 "$SEARCH" --index news/.quern --format trec ferry
run 2 "$SEARCH" --index news/.quern --queries queries.tsv --format trec --json
finish
