# Builds the executables with everything inside but glibc; to be sourced after scripts/lib.sh.

packaging=$root/Packaging
# What is built: lib/ has the static libraries, build/ is SwiftPM's.
static=$root/.build/static
programs=(rancher-save-images rancher-load-images)
# Both are this one executable, which goes by the name of its file.
executable=rancher-images

# Debian packages that the static build needs in addition to the headers.
static_build_packages=("${build_packages[@]}" build-essential dpkg-dev xz-utils jq git)

# Everything that is laid out has the same modes for every user, and lists are sorted alike.
umask 022
export LC_ALL=C

# Fetches and unpacks a source package of Debian's in the version given, from where the machine has the binary package from.
#
# USAGE: fetch_source SOURCE VERSION BINARY DIRECTORY
fetch_source() {
    local source=$1 version=$2 binary=$3 directory=$4 archive suite component installed
    installed=$(dpkg-query -W -f '${Version}' "$binary")
    # A line of apt-cache is `BINARY | VERSION | URI SUITE/COMPONENT ARCHITECTURE Packages`.
    read -r archive suite < <(apt-cache madison "$binary" | awk -F ' *[|] *' -v v="$installed" '$2 == v { print $3; exit }') ||
        fail "apt knows no archive that has $binary $installed: apt-get update, then apt-get install $binary"
    component=${suite#*/} component=${component%% *} suite=${suite%%/*}
    # A configuration of its own: the machine's may be without sources, and is not touched.
    mkdir -p "$directory"/apt/{lists,cache}/partial
    echo "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $archive $suite $component" >"$directory/apt/sources"
    local apt=(
        apt-get -qq -o "Dir::Etc::SourceList=$directory/apt/sources" -o Dir::Etc::SourceParts=-
        -o "Dir::State::Lists=$directory/apt/lists" -o "Dir::Cache=$directory/apt/cache" -o "APT::Sandbox::User=$(id -un)"
    )
    "${apt[@]}" update
    (cd "$directory" && "${apt[@]}" source "$source=$version" >apt/log) || fail "no source package $source $version at $archive"
    mv "$directory/$source"-*/ "$directory/source"
}

# Builds libcurl as $static/lib/libcurl.a, unless it is there: HTTP/1.1 and TLS, and no other protocol.
#
# Debian's own libcurl.a needs a dozen libraries more (Kerberos, LDAP, SSH, ...), which have no static ones.
build_libcurl() {
    local version directory=$static/curl key
    version=$(dpkg-query -W -f '${source:Version}' libcurl4-openssl-dev)
    key="$version, OpenSSL $(dpkg-query -W -f '${source:Version}' libssl-dev), $(sha256sum <"$packaging/static.sh")"
    [ "$(cat "$static/libcurl.key" 2>/dev/null)" != "$key" ] || return 0
    say "building libcurl $version"
    rm -rf "$directory" "$static/libcurl.key"
    mkdir -p "$directory/build" "$static/lib"
    fetch_source curl "$version" libcurl4-openssl-dev "$directory"
    local without=(
        nghttp2 zlib brotli zstd libpsl libidn2 librtmp libgsasl
        # CertificateAuthorities looks where the distributions keep them.
        ca-bundle ca-path
    )
    local disable=(
        shared manual dependency-tracking ldap ldaps dict ftp file gopher imap mqtt pop3 rtsp smb smtp telnet tftp
        ntlm ntlm-wb tls-srp alt-svc hsts doh mime netrc websockets unix-sockets cookies libcurl-option
    )
    (
        cd "$directory/build"
        export CPPFLAGS=-D_FORTIFY_SOURCE=2
        export CFLAGS="-O2 -fPIC -ffunction-sections -fdata-sections -fstack-protector-strong -ffile-prefix-map=$directory=."
        ../source/configure --quiet --with-openssl "${without[@]/#/--without-}" "${disable[@]/#/--disable-}"
        make --silent -j "$(nproc)" -C lib
    ) >"$directory/log" 2>&1 || fail "libcurl cannot be built: see $directory/log"
    cp "$directory/build/lib/.libs/libcurl.a" "$static/lib"
    printf '%s\n' "$key" >"$static/libcurl.key"
}

# Sets $commit: that of the sources, and whether they have been changed since.
read_commit() {
    commit=$(git -C "$root" rev-parse HEAD)
    [ -z "$(git -C "$root" status --porcelain)" ] || commit="$commit, with changes"
}

# Compiles the commit that --version prints into $commit_object, whose name contains the commit, because SwiftPM links again only
# if a name has changed.
compile_commit() {
    local shown=${commit:0:12}${commit:40}
    commit_object=$static/commit/$(tr -dc a-z0-9 <<<"$shown").o
    mkdir -p "$static/commit"
    printf '__attribute__((visibility("hidden"))) const char rancher_images_commit[] = "%s";\n' "$shown" |
        gcc -fPIC -Wall -Werror -x c -c - -o "$commit_object"
}

# Fills $static/lib, which has static libraries only, and $static/pkgconfig, which makes it the first directory that the linker
# looks into.
gather_libraries() {
    local library archive module
    mkdir -p "$static/lib" "$static/pkgconfig"
    for library in libssl libcrypto libz libdeflate liblzma libbz2 libzstd libyaml libstdc++; do
        archive=$(gcc -print-file-name="$library.a")
        [ -f "$archive" ] || fail "$library.a is missing"
        ln -sfn "$archive" "$static/lib/$library.a"
    done
    gcc -O2 -fPIC -fno-math-errno -fno-builtin-hypotf -fvisibility=hidden -Wall -Werror \
        -c "$packaging/glibc-2.34.c" -o "$static/glibc-2.34.o"
    while read -r module libraries; do
        printf 'Name: %s\nDescription: static\nVersion: 0\nLibs: -L%s %s\n' "$module" "$static/lib" "$libraries" \
            >"$static/pkgconfig/$module.pc"
    done <<'END'
libcurl -lcurl -lssl -lcrypto
libcrypto -lcrypto
zlib -lz
libdeflate -ldeflate
liblzma -llzma
libzstd -lzstd
yaml-0.1 -lyaml
END
}

# Builds products in $static/build. The linker's map is $static/PRODUCT.map.
#
# USAGE: build_static PRODUCT...
build_static() {
    local product options
    build_libcurl
    gather_libraries
    read_commit
    compile_commit
    options=(
        -c release --scratch-path "$static/build" --static-swift-stdlib --disable-local-rpath
        -Xswiftc -gnone -Xswiftc -use-ld=lld -Xswiftc -Xclang-linker -Xswiftc -static-libgcc
        -Xlinker --strip-all -Xlinker --no-export-dynamic -Xlinker -z -Xlinker now
        -Xlinker --no-eh-frame-hdr -Xlinker "--script=$packaging/discard.ld" -Xlinker "$static/glibc-2.34.o"
        -Xlinker "$commit_object"
    )
    for product in "$@"; do
        PKG_CONFIG_PATH=$static/pkgconfig swift build --package-path "$root" --quiet "${options[@]}" --product "$product" \
            -Xlinker "-Map=$static/$product.map"
    done
    ln -sfn "$(swift build --package-path "$root" "${options[@]}" --show-bin-path)" "$static/bin"
}
