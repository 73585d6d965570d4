#!/bin/sh
# SPDX-License-Identifier: MIT
# Words that stand for the same: British and American spellings, synonyms of a file.
. "$(dirname "$0")/common.sh"

mkdir news
printf '%s\n' 'The harbour' '' 'Grey ferries were recognised at the harbour of the centre.' >news/british.txt
printf '%s\n' 'The harbor' '' 'Gray boats were recognized at the harbor of the center.' >news/american.txt
printf '%s\n' 'Islands' '' 'The board organised the winter of the islands.' >news/board.txt
run 0 "$INDEXER" news
export QUERN_INDEX="$scratch/news/.quern"

run 0 "$SEARCH" -l harbour
same 'as typed' 'news/british.txt' "$(cat .out)"
run 0 "$SEARCH" -l --spellings harbour
same 'both' 'news/american.txt news/british.txt' "$(sort .out | tr '\n' ' ' | sed 's/ $//')"
run 0 "$SEARCH" -l --spellings organized
same 'the other one alone' 'news/board.txt' "$(cat .out)"
run 0 "$SEARCH" -l --spellings '"recognised at"'
same 'a phrase is as typed' 'news/british.txt' "$(cat .out)"
run 1 "$SEARCH" -l --spellings '+recognizing -gray'
run 0 "$SEARCH" -l --spellings '+recognizing -ferry'
same 'with signs' 'news/american.txt' "$(cat .out)"

# What was asked, marked, explained and counted.
run 0 "$SEARCH" --spellings --color always harbor
has out "${esc}"
run 0 "$SEARCH" --spellings --json --explain harbour
"$JSONL_CHECK" <"$scratch/.out" >"$scratch/.check" || fail "$(cat "$scratch/.check")"
has out '"parsed":"\\same:harbor,harbour"'
has out '"kind":"same"'
run 0 "$SEARCH" --spellings --explain harbour
has out '(same)'
run 0 "$SEARCH" -c --spellings centre
has out '2 passages in 2 articles'
printf 'q\tcentre\n' >queries.tsv
run 0 "$SEARCH" --spellings --queries queries.tsv --format trec
same 'queries of a file' 2 "$(grep -c ' Q0 ' .out)"

# It is no slip where the other one is found.
run 1 "$SEARCH" organized
run 0 "$SEARCH" --spellings organized
lacks err 'also'

# Synonyms.
printf '%s\n' 'Ships' '' 'The steamers were sold to the line by its dealers.' >news/steam.txt
printf '%s\n' 'More ships' '' 'A motor vessel was launched for the islands.' >news/motor.txt
run 0 "$INDEXER" news
printf '%s\n' '# ships' 'ferry, steamer, motor vessel' 'big steamer => ferry' >ships.txt
run 0 "$SEARCH" -l --synonyms ships.txt ferries
same 'all of a set' 'news/british.txt news/motor.txt news/steam.txt' \
    "$(sort .out | tr '\n' ' ' | sed 's/ $//')"
run 0 "$SEARCH" -l --synonyms ships.txt 'motor vessels'
same 'words in a row' 3 "$(wc -l <.out | tr -d ' ')"
run 0 "$SEARCH" -l --synonyms ships.txt '+steamer -islands'
same 'with signs' 'news/british.txt news/steam.txt' "$(sort .out | tr '\n' ' ' | sed 's/ $//')"
run 0 "$SEARCH" -l --synonyms ships.txt =steamers
same 'a typed form' 'news/steam.txt' "$(cat .out)"
run 0 "$SEARCH" --json --explain --synonyms ships.txt ferry
"$JSONL_CHECK" <"$scratch/.out" >"$scratch/.check" || fail "$(cat "$scratch/.check")"
has out '"highlights":[{"start":14,"end":26}]'
run 0 "$SEARCH" --synonyms ships.txt --queries queries.tsv --format trec
printf 'ferry\n' >bad.txt
run 2 "$SEARCH" --synonyms bad.txt ferry
has err 'bad.txt:1: there is one word alone'
run 6 "$SEARCH" --synonyms missing.txt ferry
has err 'missing.txt'
finish
