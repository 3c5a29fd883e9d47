# Lists the libraries inside the executable, from the linker's map; to be sourced after static.sh.

# Prints the files that the linker took from outside the project, one a line.
linked_files() {
    # A line of a map is `VMA LMA SIZE ALIGN FILE:(SECTION)` or `VMA LMA SIZE ALIGN ARCHIVE(MEMBER):(SECTION)`.
    sed -nE 's/^ *([0-9a-f]+ +){3}[0-9]+ +(\/[^:(]*\.(a|o))[:(].*/\2/p' "$static/$executable.map" | sort -u |
        grep -v -F -e "$static/build/" -e "$static/glibc-2.34.o" -e "$static/commit/" | xargs -d '\n' realpath | sort -u
}

# Prints a line for each file that the linker took: component, version, Debian's package or `-`, name of the file.
#
# A component is a source package of Debian's, or a project that Swift's toolchain is made of.
linked_components() {
    local swift_version toolchain files file name component package
    swift_version=$(swift --version 2>/dev/null | sed -nE 's/.*\(swift-([0-9.]+)-RELEASE\).*/\1/p')
    [ -n "$swift_version" ] || fail "this is no release of Swift, so the list of contents cannot name it"
    toolchain=$(swift_toolchain)
    files=$(linked_files)
    while read -r file; do
        name=${file##*/} package=
        case $file in
        "$static/lib/libcurl.a") package=libcurl4-openssl-dev ;;
        "$toolchain"/*)
            case $name in
            libdispatch.a | libswiftDispatch.a | libBlocksRuntime.a) component=swift-corelibs-libdispatch ;;
            libFoundationEssentials.a | lib_FoundationCShims.a) component=swift-foundation ;;
            lib_FoundationCollections.a) component=swift-collections ;;
            libswift*.a | swiftrt.o) component=swift ;;
            *) fail "Packaging/contents.sh does not know where $file is from" ;;
            esac
            printf '%s\t%s\t-\t%s\n' "$component" "$swift_version" "$name"
            ;;
        *) package=$(dpkg-query -S "$file") && package=${package%%:*} ;;
        esac
        [ -z "$package" ] ||
            dpkg-query -W -f "\${source:Package}\\t\${source:Version}\\t$package\\t$name\\n" "$package"
    done <<<"$files" | sort
}

swift_toolchain() { dirname "$(dirname "$(readlink -f "$(command -v swift)")")"; }

# Prints the bill of materials of the executables in a directory, in SPDX 2.3.
#
# USAGE: linked_components | bill_of_materials DIRECTORY; needs $version, $commit and $SOURCE_DATE_EPOCH.
bill_of_materials() {
    local program executables=()
    for program in "${programs[@]}"; do
        executables+=("$program" "$(sha1sum <"$1/$program")" "$(sha256sum <"$1/$program")")
    done
    jq --raw-input --slurp --from-file "$packaging/bill-of-materials.jq" \
        --rawfile table "$packaging/libraries.tsv" --arg version "$version" --arg commit "$commit" \
        --arg created "$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y-%m-%dT%H:%M:%SZ)" \
        --arg distribution "$(. /etc/os-release && printf %s "$ID-$VERSION_ID")" \
        --args "${executables[@]}"
}

# Prints the licences of what is inside, which have to go along with it.
#
# USAGE: linked_components | licences
licences() {
    local component version package name text sum
    declare -A printed
    printf 'rancher-images is under the Apache License 2.0: see LICENSE in this directory.\n'
    printf 'Its executables have the following inside.\n'
    while IFS=$'\t' read -r component version package name; do
        text=/usr/share/doc/$package/copyright
        [ "$package" != - ] || text=$(swift_toolchain)/share/swift/LICENSE.txt
        sum=$(sha256sum <"$text")
        [ -z "${printed[$component$sum]:-}" ] || continue
        printf '\n\n==== %s %s\n\n' "$component" "$version"
        if [ -z "${printed[$sum]:-}" ]; then cat "$text"; else printf 'As of %s.\n' "${printed[$sum]}"; fi
        printed[$sum]=${printed[$sum]:-$component} printed[$component$sum]=yes
    done
}
