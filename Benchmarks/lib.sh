# What the benchmarks share; to be sourced. Figures are kept in $directory.

. "$(dirname "${BASH_SOURCE[0]}")/../scripts/lib.sh"

# Runs a command, and notes how long it took and how much memory it needed.
measure() {
    local name=$1
    shift
    sync
    /usr/bin/time -a -o "$directory/$name.times" -f '%e %M' "$@" >"$directory/$name.log" 2>&1 ||
        fail "$name failed: $(tail -n 5 "$directory/$name.log")"
}

# The middle of the figures of a rival: column 1 is seconds, column 2 kilobytes.
median() { sort -n -k "$2" "$directory/$1.times" | awk -v column="$2" '{ v[NR] = $column } END { print v[int((NR + 1) / 2)] }'; }

ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / b }'; }

# Prints a table of the rivals.
report() {
    local rival
    printf '\n%-14s %10s %10s\n' '' 'seconds' 'peak MB'
    for rival in "$@"; do
        printf '%-14s %10s %10s\n' "$rival" "$(median "$rival" 1)" "$(($(median "$rival" 2) / 1000))"
    done
}
