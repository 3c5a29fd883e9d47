# Lays out what is installed; to be sourced after static.sh and contents.sh.

# Manuals and completions, as they lie in a prefix's share: man/man1, man/man7, bash-completion/completions,
# zsh/site-functions, fish/vendor_completions.d.
documents=$packaging/share

# Sets $version and $SOURCE_DATE_EPOCH.
read_version() {
    SOURCE_DATE_EPOCH=$(git -C "$root" log -1 --format=%ct)
    export SOURCE_DATE_EPOCH
    version=$( (exec -a "${programs[0]}" "$static/bin/$executable" --version) | grep -oEm 1 '[0-9]+\.[0-9]+\.[0-9]+')
}

# Lays out bin and share in a new directory.
#
# USAGE: lay_out DIRECTORY
lay_out() {
    local bin=$1/bin share=$1/share notes=$1/share/doc/rancher-images program components
    mkdir -p "$bin" "$notes"
    install -m 755 "$static/bin/$executable" "$bin/${programs[0]}"
    for program in "${programs[@]}"; do
        [ -e "$bin/$program" ] || ln "$bin/${programs[0]}" "$bin/$program"
        sed "s/@program@/$program/" "$packaging/script-name" >"$bin/$program.sh"
        chmod 755 "$bin/$program.sh"
        ln -s "$program" "$bin/$program.ps1"
    done
    if [ -d "$documents" ]; then
        cp -R "$documents/." "$share"
        find "$share" -path '*/man/*' -type f -exec gzip -n9 {} +
        # bash-completion and fish look for a file of the name that is typed; zsh finds all names in one.
        for program in "${programs[@]}"; do
            ln -s "$program" "$share/bash-completion/completions/$program.sh"
            ln -s "$program.fish" "$share/fish/vendor_completions.d/$program.sh.fish"
        done
    fi
    install -m 644 "$root/LICENSE" "$root/CHANGELOG.md" "$notes"
    components=$(linked_components)
    licences <<<"$components" >"$notes/copyright"
    bill_of_materials "$bin" <<<"$components" >"$notes/rancher-images.spdx.json"
    find "$1" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
}
