#!/bin/sh
# SPDX-License-Identifier: MIT
# A folder from its first index to its last change: what is said, what is found.
. "$(dirname "$0")/common.sh"
make_news

run 0 "$INDEXER" news
has out '3 files: 3 added, 0 changed, 0 removed, 0 the same'
has out '3 articles'
has out 'new index in news/.quern'
[ -d news/.quern ] || fail 'no index in news/.quern'

# The index is found from the folder and from below; paths are seen from there.
mkdir -p news/2024
cd news || exit 1
run 0 "$SEARCH" Bedrock commitment
same 'first hit' alder.txt "$(head -n 1 "$scratch/.out" | cut -d: -f1)"
run 0 "$SEARCH" 'Bedrock commitment'
cp "$scratch/.out" "$scratch/together"
run 0 "$SEARCH" Bedrock commitment
cmp -s "$scratch/.out" "$scratch/together" || fail 'words apart and words together differ'
cd 2024 || exit 1
run 0 "$SEARCH" -l cedar
same 'path from below' ../cedar.txt "$(cat "$scratch/.out")"
cd "$scratch" || exit 1
run 0 "$SEARCH" --index news cedar
same 'path from above' news/cedar.txt "$(cut -d: -f1 <"$scratch/.out")"
run 0 "$SEARCH" --index news/.quern cedar
run 0 env QUERN_INDEX="$scratch/news/.quern" "$SEARCH" cedar

# Phrases, in any quotes.
cd news || exit 1
run 0 "$SEARCH" -l '"long-term commitment"'
same 'phrase' alder.txt "$(cat "$scratch/.out")"
run 0 "$SEARCH" -l '“long-term commitment”'
same 'curly phrase' alder.txt "$(cat "$scratch/.out")"

# One of each change.
sleep 2.1 # a file that is read within two seconds of its change is read again
run 0 "$INDEXER"
has out '3 files: 0 added, 0 changed, 0 removed, 3 the same'
echo 'Dogwood makes a commitment too.' >dogwood.txt
echo 'Birch was bought by a zeppelin company.' >birch.txt
rm cedar.txt
run 0 "$INDEXER"
has out '4 files: 1 added, 1 changed, 1 removed, 1 the same'
run 0 "$SEARCH" zeppelin
run 0 "$SEARCH" Dogwood
run 1 "$SEARCH" spring
run 1 "$SEARCH" billion

# Roots: a folder outside, then forgotten.
mkdir -p ../more
echo 'Elm sells turbines.' >../more/elm.txt
run 0 "$INDEXER" --index .quern ../more
has out '1 file: 1 added'
run 0 "$SEARCH" -l turbines
same 'outside' ../more/elm.txt "$(cat "$scratch/.out")"
echo 'Elm sells propellers.' >../more/elm.txt
run 0 "$INDEXER"
run 0 "$SEARCH" propellers
run 0 "$INDEXER" --drop ../more
run 1 "$SEARCH" propellers
run 0 "$SEARCH" zeppelin
run 2 "$INDEXER" --drop ../more

# Standard input adds and replaces.
printf '%s\n' '{"id":"a","title":"Fig","text":"Figs are grown on the moon."}' \
    '{"id":"b","text":"Nothing of note."}' >../records
"$INDEXER" --source records - <../records >"$scratch/.out" 2>"$scratch/.err" || fail 'stdin'
has out 'records: 2 articles added or replaced'
run 0 "$SEARCH" moon
echo '{"id":"a","text":"Figs are grown on mars."}' | "$INDEXER" -q --source records --stdin ||
    fail 'stdin, again'
run 1 "$SEARCH" moon
run 0 "$SEARCH" mars
run 0 "$INDEXER"
run 0 "$SEARCH" mars

# The other commands.
run 0 "$INDEXER" status
has out 'articles'
has out 'passages of 60 words, language english, titles'
run 0 "$INDEXER" check
has out 'no damage found in'
run 0 "$INDEXER" list
same 'lines of list' 5 "$(wc -l <"$scratch/.out" | tr -d ' ')"
grep -q "^records${tab}a${tab}" "$scratch/.out" || fail 'list lacks the record a'
"$SEARCH" commitment >"$scratch/before"
run 0 "$INDEXER" optimize
# It once read the index meanwhile, and its own lease kept the merged files.
if [ -z "${TEST_ENGINE-}" ]; then # others keep no segments
    same 'segment files after optimize' 1 "$(find .quern -name 'seg-*' | wc -l)"
fi
has out 'articles'
run 0 "$INDEXER" status
has out 'in 1 segment'
"$SEARCH" commitment >"$scratch/after"
cmp -s "$scratch/before" "$scratch/after" || fail 'optimize changed an answer'
run 0 "$INDEXER" rebuild
"$SEARCH" commitment >"$scratch/after"
cmp -s "$scratch/before" "$scratch/after" || fail 'rebuild changed an answer'
run 0 "$INDEXER" rebuild --language none
run 0 "$INDEXER" status
has out 'language none'
run 0 "$INDEXER" remove records --id a
has out '1 article removed'
run 1 "$SEARCH" mars
run 1 "$INDEXER" remove nothing-here
has err 'nothing-here is not in the index'
run 0 "$INDEXER" rebuild --from-sources --language english
has err '1 article has no file'
has out '3 files: 3 added'
"$SEARCH" commitment >"$scratch/after"
cmp -s "$scratch/before" "$scratch/after" || fail 'rebuild --from-sources changed an answer'
same 'left behind' '.quern' "$(ls -a | grep '^\.quern')"
run 0 "$INDEXER" check

# A file that has the name of a command.
echo 'A status of its own.' >status
run 0 "$INDEXER" ./status
has out '1 file: 1 added'

# Without an index and without arguments: this folder.
mkdir ../fresh
cd ../fresh || exit 1
echo 'Quinces.' >q.txt
run 0 "$INDEXER"
has out 'new index in .quern'
run 0 "$SEARCH" quinces

# A first run that was ended before its first commit is taken up; it once wanted to be told the folder.
mkdir ../ended
cd ../ended || exit 1
: | "$INDEXER" -q --stdin
echo 'Sloes.' >s.txt
run 0 "$INDEXER"
has out '1 file: 1 added'
run 0 "$SEARCH" sloes

# A file alone: the index lies beside it.
mkdir ../single
cd ../ || exit 1
echo 'Medlars.' >single/m.txt
run 0 "$INDEXER" single/m.txt
has out 'new index in single/.quern'

# An index of another kind.
mkdir places
echo 'Kiwis and kumquats, for a commitment.' >places/k.txt
run 0 "$INDEXER" --no-text --passages whole --no-titles places
run 0 "$SEARCH" --index places kumquats
same 'place without text' 'places/k.txt:1:' "$(cut -c1-15 "$scratch/.out")"
run 0 "$INDEXER" --passages whole --index places
run 2 "$INDEXER" --passages 80 --index places
has err 'indexer rebuild --passages 80'
finish
