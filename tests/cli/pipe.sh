#!/bin/sh
# SPDX-License-Identifier: MIT
# One passage a line: path:line:column:text.
. "$(dirname "$0")/common.sh"
mkdir news
cd news || exit 1
printf 'One\n\nsecond thoughts of an\nurchin about\tsea   weed\r\nand %s[1m kelp %s[0m \302\205\302\233 end.\n' \
    "$esc" "$esc" >weeds.txt
printf 'A “curly” word before limpet.\n' >curly.txt
printf 'latin1 caf\351 whelk\n' >latin.txt
printf 'Barnacle.\n' >"$(printf 'new\nline.txt')"
run 0 "$INDEXER"

# The place of the first match: line, and column in bytes.
run 0 "$SEARCH" urchin
same 'place' weeds.txt:4:1 "$(cut -d: -f1-3 "$scratch/.out")"
same 'lines' 1 "$(wc -l <"$scratch/.out" | tr -d ' ')"
run 0 "$SEARCH" limpet
same 'column in bytes' curly.txt:1:27 "$(cut -d: -f1-3 "$scratch/.out")"

# White space and control characters are single spaces; nothing else is lost.
run 0 "$SEARCH" kelp
has out 'urchin about sea weed and [1m kelp [0m end.'
lacks out "$esc"
lacks out "$tab"
LC_ALL=C grep -q "$(printf '\302\233')" "$scratch/.out" && fail 'U+009B in a pipe'

# Text is UTF-8 whatever the file was.
run 0 "$SEARCH" whelk
has out 'latin1 café whelk'

# A path cannot end the line; with -l it is itself.
run 0 "$SEARCH" barnacle
has out 'new\x0aline.txt:1:1:Barnacle.'
"$SEARCH" -l -0 barnacle | tr '\0' '!' >"$scratch/.out"
printf 'new\nline.txt!' | cmp -s - "$scratch/.out" || fail '-l -0'

# The same hits in the same order as JSON has.
i=0
while [ $i -lt 30 ]; do
    printf 'Mussel bank %d\n\nMussels %d of %d. Mussels mussels.\n\nMore of a mussel %d.\n' $i $i $i $i \
        >"mussel-$i.txt"
    i=$((i + 1))
done
run 0 "$INDEXER"
run 0 "$SEARCH" mussel bank
same 'ten articles' 10 "$(wc -l <"$scratch/.out" | tr -d ' ')"
cut -d: -f1 "$scratch/.out" >"$scratch/paths"
"$SEARCH" --json mussel bank | sed -n 's/.*"type":"hit".*"path":"\([^"]*\)".*/\1/p' >"$scratch/json"
cmp -s "$scratch/paths" "$scratch/json" || fail 'a pipe and JSON differ'
"$SEARCH" -l mussel bank | cmp -s - "$scratch/paths" || fail 'a pipe and -l differ'
run 0 "$SEARCH" -n 30 --all mussel
same '--all names every article' 30 "$(cut -d: -f1 "$scratch/.out" | sort -u | wc -l | tr -d ' ')"
same '--all keeps the passages of an article together' 30 \
    "$(cut -d: -f1 "$scratch/.out" | uniq | wc -l | tr -d ' ')"

# Records of one file: -l names it once.
for n in 1 2 3; do
    echo "{\"id\":\"$n\",\"text\":\"Cockle number $n.\"}"
done >cockles.jsonl
run 0 "$INDEXER"
run 0 "$SEARCH" cockle
same 'records' 'cockles.jsonl:1 cockles.jsonl:2 cockles.jsonl:3' \
    "$(cut -d: -f1-2 "$scratch/.out" | sort | tr '\n' ' ' | sed 's/ $//')"
run 0 "$SEARCH" -l cockle
same 'once' cockles.jsonl "$(cat "$scratch/.out")"

# Colour only when asked for.
run 0 "$SEARCH" limpet
lacks out "$esc"
run 0 "$SEARCH" --color always limpet
has out "${esc}[1;33mlimpet${esc}[0m"
lacks out "${esc}]8"
run 0 "$SEARCH" --color always --hyperlink always limpet
finish
