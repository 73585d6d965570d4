#!/bin/sh
# SPDX-License-Identifier: MIT
# A folder of articles in several languages, named in each of the ways that files can, or found out.
. "$(dirname "$0")/common.sh"
mkdir -p post/en
printf '%s\n' 'Closing of the harbour' '' \
    'The harbour was closed on Tuesday because the wind had torn two barges from their moorings.' \
    'Nobody was hurt, but the ferry company said that it would take a week to repair the pier.' \
    >post/en/harbour.txt
printf '%s\n' 'Der Hafen ist geschlossen' '' \
    'Der Hafen wurde am Dienstag geschlossen, weil der Wind zwei Kähne losgerissen hatte. Verletzt' \
    'wurde niemand, doch die Häuser am Ufer mussten geräumt werden, sagte die Reederei.' \
    >post/hafen.txt
printf '%s\n' '<html lang="fr"><head><title>Le port</title></head><body><p>Les chevaux travaillaient' \
    'près des quais.</p></body></html>' >post/port.html
printf '%s\n' '---' 'title: Dächer' 'lang: de-AT' '---' '' 'Die Dächer der Häuser.' >post/dach.md
printf '%s\n' '{"id":"a","language":"de","text":"Ein Dach."}' \
    '{"id":"b","lang":"fr","text":"Un cheval."}' '{"id":"c","text":"A house."}' >post/feed.jsonl

run 0 "$INDEXER" --language en,de,fr post
cd post || exit 1
run 0 "$INDEXER" status
has out 'languages english,german,french, titles'
has out 'languages english 2, german 3, french 2'
run 0 "$INDEXER" status --json
has out '"language":"english,german,french"'
has out '"languages":{"english":2,"german":3,"french":2}'
run 0 "$INDEXER" check

found()
{
    run 0 "$SEARCH" -l "$1"
    same "found by $1" "$2" "$(sort "$scratch/.out" | tr '\n' ' ')"
}
found haus 'dach.md hafen.txt '
found travailler 'port.html '
found cheval 'feed.jsonl port.html '
found 'barge' 'en/harbour.txt '
found '=Dächer' 'dach.md '
run 0 "$SEARCH" --json dach
has out 'feed.jsonl'
has out 'dach.md'
run 0 "$SEARCH" --explain haus

# The index keeps its languages, by whatever names.
run 0 "$INDEXER"
run 0 "$INDEXER" --language english,deu,French
run 2 "$INDEXER" --language de,en,fr
has err 'the index is in english,german,french'
has err 'indexer rebuild --language de,en,fr'
run 2 "$INDEXER" --language en
run 0 "$INDEXER" rebuild
found haus 'dach.md hafen.txt '
run 0 "$INDEXER" rebuild --language en
run 0 "$INDEXER" status
has out 'language en, titles'
run 1 "$SEARCH" haus
run 0 "$INDEXER" rebuild --from-sources --language de,fr
found haus 'dach.md hafen.txt '
run 1 "$SEARCH" moored

# What is no list of languages.
cd "$scratch" || exit 1
mkdir other
echo text >other/a.txt
for list in en,klingon en,none en,,de ,; do
    run 2 "$INDEXER" --language "$list" other
    [ ! -e other/.quern ] || fail "an index of $list"
done
finish
