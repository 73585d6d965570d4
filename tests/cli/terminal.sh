#!/bin/sh
# SPDX-License-Identifier: MIT
# What a person sees: layout, colours, links, pager, and that nothing else reaches the terminal.
. "$(dirname "$0")/common.sh"
command -v script >/dev/null || { echo 'skipped: there is no script(1)'; exit 0; }
mark="${esc}[1;33m"
off="${esc}[0m"
make_news
cd news || exit 1
cat >long.txt <<'END'
Firethorn grows a hedge

A hedge of firethorn is dense, prickly and evergreen, and it keeps out cattle, burglars and the neighbours’ dogs alike; it wants no care but a cut in late summer, and pays with red berries.

Firethorn is also a firethorn.
END
run 0 "$INDEXER"

on_terminal "$SEARCH firethorn hedge" || fail "exit code $?"
has out "${mark}firethorn${off}"
has out 'long.txt'
grep -q '^    ' "$scratch/.out" || fail 'the passage is not indented'
has out '1 article'
has out ' ms'
# No line is wider than the terminal, colours and links not counted.
sed "s/${esc}\[[0-9;]*m//g; s/${esc}]8;;[^${esc}]*${esc}\\\\//g" "$scratch/.out" >"$scratch/plain"
[ "$(wc -L <"$scratch/plain")" -le 100 ] || fail 'a line is wider than 100 columns'
same 'heading' 1 "$(grep -c '^long.txt:[0-9]*  Firethorn grows a hedge$' "$scratch/plain")"
columns=40
on_terminal "$SEARCH firethorn hedge"
sed "s/${esc}\[[0-9;]*m//g; s/${esc}]8;;[^${esc}]*${esc}\\\\//g" "$scratch/.out" >"$scratch/plain"
[ "$(wc -L <"$scratch/plain")" -le 40 ] || fail 'a line is wider than 40 columns'
columns=100

# Links to files that are there.
on_terminal "$SEARCH firethorn"
has out "${esc}]8;;file://$(hostname)$scratch/news/long.txt"
on_terminal "$SEARCH --hyperlink never firethorn"
lacks out "${esc}]8;;"

# Copies of a passage.
for name in f1 f2 f3; do echo 'A fieldfare is a thrush.' >$name.txt; done
run 0 "$INDEXER"
on_terminal "$SEARCH fieldfare"
has out '+2 copies (--no-fold)'
same 'headings of copies' 1 "$(grep -c ':1' "$scratch/.out")"
on_terminal "$SEARCH --no-fold --color never fieldfare"
lacks out copies
same 'headings without folding' 3 "$(grep -c '^f[123].txt:1' "$scratch/.out")"
rm f1.txt f2.txt f3.txt
run 0 "$INDEXER"

# More passages of an article.
printf 'Gannet\n\n' >gannet.txt
i=0
while [ $i -lt 8 ]; do
    i=$((i + 1))
    printf 'Gannet %d dives into the cold sea by the island and comes up again with a fish, as it has done since early morning, while people on the boat count and count, and write it all down in a book that nobody will ever read, because the winter is long and the island far.\n\n' $i >>gannet.txt
done
"$INDEXER" -q
on_terminal "$SEARCH gannet"
has out 'more passages here (--all)'
on_terminal "$SEARCH --all gannet"
lacks out '(--all)'

# Colour: never, NO_COLOR, TERM; the flag beats the variable.
for how in "--color never" "--color=never --hyperlink auto"; do
    on_terminal "$SEARCH $how firethorn"
    lacks out "$esc"
done
on_terminal "NO_COLOR=1 $SEARCH firethorn"
lacks out "$esc"
on_terminal "TERM=dumb $SEARCH firethorn"
lacks out "$esc"
on_terminal "NO_COLOR= $SEARCH firethorn"
has out "$mark"
on_terminal "NO_COLOR=1 $SEARCH --color always firethorn"
has out "$mark"

# Files newer than the index.
sleep 1.1
echo 'A new hedge.' >newer.txt
on_terminal "$SEARCH firethorn"
has out 'newer than the index — run: indexer'
"$INDEXER" -q
on_terminal "$SEARCH firethorn"
lacks out 'newer than the index'

# Nothing found, and its exit code.
on_terminal "$SEARCH Firethron" && fail 'no hit, exit code 0'
has out 'no passage matches “Firethron”'

# The pager: only for what is longer than the screen.
rows=6
on_terminal "PAGER='sed s/^/PAGED:/' $SEARCH --all gannet"
has out 'PAGED:'
on_terminal "QUERN_PAGER='sed s/^/OURS:/' PAGER=false $SEARCH --all gannet"
has out 'OURS:'
on_terminal "PAGER='sed s/^/PAGED:/' $SEARCH --no-pager --all gannet"
lacks out 'PAGED:'
has out 'Gannet'
on_terminal "PAGER=/no/such/pager $SEARCH --all gannet"
has out 'Gannet'
on_terminal "PAGER='head -n 1' $SEARCH --all gannet" || fail "a pager that ends early: exit code $?"
rows=50
on_terminal "PAGER='sed s/^/PAGED:/' $SEARCH Bedrock"
lacks out 'PAGED:'

# Untrusted text: escape sequences in a text, a title, a file name, a query.
printf 'Evil %s]0;owned\007 title\n\nyew %s[2J%s]52;c;AAAA\007 \302\233 31m \342\200\256 \342\201\246 end\n' \
    "$esc" "$esc" "$esc" >"$(printf 'ev%s[31mil.txt' "$esc")"
printf 'bad \377\376 bytes \200\233 of yew\n\302' >bytes.bin.txt
"$INDEXER" -q
on_terminal "$SEARCH -n 5 yew"
has out '\x1b[2J'
has out '\u202e'
sed "s/${esc}\[\(1;33\|35\|1\|90\|0\)m//g; s/${esc}]8;;[^${esc}]*${esc}\\\\//g" "$scratch/.out" >"$scratch/plain"
LC_ALL=C grep -q "$esc" "$scratch/plain" && fail 'an escape sequence reaches the terminal'
LC_ALL=C grep -q "$(printf '\302\233')" "$scratch/plain" && fail 'U+009B reaches the terminal'
LC_ALL=C grep -q "$(printf '\342\200\256')" "$scratch/plain" && fail 'U+202E reaches the terminal'
LC_ALL=C grep -q "$(printf '\007')" "$scratch/plain" && fail 'BEL reaches the terminal'
grep -qax '.*' "$scratch/plain" || fail 'the output is not UTF-8'
printf 'zzz%s[32m\302\233' "$esc" >"$scratch/query"
on_terminal "$SEARCH --color never \"\$(cat '$scratch/query')\""
LC_ALL=C grep -q "$esc" "$scratch/.out" && fail 'the query reaches the terminal'
has out 'no passage matches “zzz\x1b[32m\x9b”'

# The indexer: names of skipped files are clean, the progress leaves no trace.
printf '\000\001\002' >"$(printf 'sk%s[31mip.txt' "$esc")"
on_terminal "$INDEXER"
has out 'skipped sk\x1b[31mip.txt'
finish
