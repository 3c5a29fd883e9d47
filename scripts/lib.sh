# What the scripts share; to be sourced.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# Packages that the build needs: the headers of the system libraries.
build_packages=(
    libcurl4-openssl-dev libssl-dev zlib1g-dev libdeflate-dev liblzma-dev libbz2-dev libzstd-dev libyaml-dev
    pkg-config
)

say() { printf '\n== %s\n' "$*"; }

fail() {
    printf '%s\n' "$*" >&2
    exit 1
}

# Prints those of the Debian packages that are missing.
missing_packages() {
    local missing=() package
    for package in "$@"; do
        dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
    done
    printf '%s' "${missing[*]}"
}

# Installs the Debian packages that are missing.
install_packages() {
    local missing
    read -r -a missing <<<"$(missing_packages "$@")"
    [ ${#missing[@]} -eq 0 ] && return
    local as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || fail "as root, install what is missing: apt-get install ${missing[*]}"
        as_root=(sudo)
    fi
    say "installing ${missing[*]}"
    "${as_root[@]}" apt-get update -qq
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

require_swift() {
    command -v swift >/dev/null || fail "Swift 6.2 or later is missing: see https://www.swift.org/install/linux"
}

# The directory of the build that the tests run in: optimized, and with the internals of the modules visible to tests.
test_build=$root/.build/testing
test_build_options=(-c release -Xswiftc -enable-testing --scratch-path "$test_build")

# Builds the tests and all programs that they run.
build_tests() { swift build --build-tests "${test_build_options[@]}"; }

# Runs the test bundle directly: two `swift test` processes would wait for each other's lock of the package.
run_tests() { "$test_build"/release/*PackageTests.xctest --testing-library swift-testing "$@"; }

# Prints where scripts/install records what it laid down in a prefix: paths below it, directories with a slash at their end.
installed_record() { printf '%s/share/rancher-images/installed' "$1"; }

# Starts a registry on a free port of 127.0.0.1.
#
# USAGE: start_registry NAME DIRECTORY [HTTP]; sets NAME_port and NAME_pid. HTTP is more of the section `http` of its configuration.
# The log is DIRECTORY/log.
start_registry() {
    local name=$1 directory=$2 port pid try wait
    for try in 1 2 3 4 5 6 7 8 9 10; do
        port=$((20000 + (RANDOM * 32768 + RANDOM) % 12000))
        mkdir -p "$directory/storage"
        cat >"$directory/config.yml" <<END
version: 0.1
log: {level: error, accesslog: {disabled: true}}
storage: {filesystem: {rootdirectory: "$directory/storage"}}
http: {addr: "127.0.0.1:$port"${3:+, $3}}
validation: {manifests: {urls: {allow: ["^https?://"]}}}
END
        docker-registry serve "$directory/config.yml" >"$directory/log" 2>&1 &
        pid=$!
        for wait in $(seq 100); do
            kill -0 "$pid" 2>/dev/null || break
            if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && kill -0 "$pid" 2>/dev/null; then
                printf -v "${name}_port" %s "$port"
                printf -v "${name}_pid" %s "$pid"
                return
            fi
            sleep 0.1
        done
        kill "$pid" 2>/dev/null || true
    done
    fail "no registry could be started; its log ends with: $(tail -n 3 "$directory/log")"
}

# Ends a process that a script started, by its id.
stop() {
    kill "$1" 2>/dev/null || true
    wait "$1" 2>/dev/null || true
}
