import GoldenSuite
import TestSupport

/// A directory of two scripts that replace Rancher's and behave as `docs/compatibility.md` describes these.
struct ScriptsOfOurOwn {
    let directory: TemporaryDirectory

    /// Writes the scripts.
    ///
    /// - Parameters:
    ///   - changes: changes to the scripts: texts of one or both of them, and their replacements.
    ///   - family: the end of their names. They are shell scripts, whatever their names.
    init(_ changes: [Change] = [], family: String = ".sh") throws {
        directory = try TemporaryDirectory()
        let isShell = family == ".sh"
        let scripts = [
            "rancher-save-images\(family)": isShell ? Self.save : Self.savePowerShell,
            "rancher-load-images\(family)": isShell ? Self.load : Self.loadPowerShell,
        ]
        for change in changes where !scripts.values.contains(where: { $0.contains(change.text) }) {
            throw SuiteError("no script has \(change.text)")
        }
        for (name, text) in scripts {
            try directory.write(changes.reduce(text) { $0.replacing($1.text, with: $1.other) }, to: name)
        }
    }

    /// A text of the scripts, and its replacement.
    typealias Change = (text: String, other: String)

    /// Changes that make them scripts of a release before v2.13.8: no charts, and an archive even of no images.
    static let older: [Change] = [
        ("[[ $1 = *rancher/charts/* ]]", "false"), ("if [ -z \"$pulled\" ]", "if false"),
    ]

    /// The beginning of both, after their flags.
    private static let common = #"""

        is_chart() { [[ $1 = *rancher/charts/* ]]; }

        # Calls a command with each name of a list, until it fails.
        each() {
            local name
            while IFS= read -r name; do
                if [ -n "$name" ]; then "$1" "$name" || return; fi
            done <"$2"
        }

        is_image() { ! is_chart "$1"; }

        has_new_helm() {
            local major minor
            IFS=. read -r major minor <<<"$(helm version --short 2>/dev/null | grep -o '^v[0-9.]*' | tr -d v)"
            [ -n "$major" ] && { [ "$major" -gt 3 ] || { [ "$major" = 3 ] && [ "${minor%%.*}" -ge 8 ]; }; }
        }

        refuse() {
            local rule='====================================================================='
            printf '%s\n' "$rule" "$@" "$rule"
            exit 1
        }

        helm=
        [ -n "$source_registry" ] && source_registry=${source_registry%/}
        prefix=${source_registry:+$source_registry/}
        each is_image "$names"
        if [ $? = 1 ] && [ -r "$names" ] && ! docker info 2>/dev/null | grep -iq containerd.snapshotter; then
            type helm >/dev/null 2>&1 || refuse 'ERROR: List contains non-image OCI artifacts, which are not supported' \
                'by docker'\''s legacy storage drivers. You must take action in order to continue.' \
                '' \
                'Preferred: configure docker to use the containerd image store' \
                '    https://docs.docker.com/engine/storage/containerd/#enable-containerd-image-store-on-docker-engine' \
                '    NOTE: Switching image stores hides all images and containers currently present in the original docker image store.' \
                '' \
                'Alternative: install the helm CLI:' \
                '    https://helm.sh/docs/intro/install/'
            has_new_helm || refuse 'ERROR: helm CLI is older than v3.8.0; OCI chart support requires helm 3.8.0+ (GA).' \
                '' \
                'Please upgrade helm to v3.8.0 or later:' \
                '    https://helm.sh/docs/intro/install/' \
                '' \
                'For reference, older versions need HELM_EXPERIMENTAL_OCI=1 and are not supported here:' \
                '    v3.7.2 - last pre-GA (OCI works only with HELM_EXPERIMENTAL_OCI=1)' \
                '    v3.6.3 - older experimental-OCI' \
                '    v3.4.2 - OCI very limited'
            echo "WARNING: Docker is not using the containerd snapshotter; falling back to helm CLI for OCI Helm charts."
            helm=yes
        fi

        """#

    private static let save =
        #"""
        #!/bin/bash
        names=rancher-images.txt archive=rancher-images.tar.gz source_registry=

        usage() {
            echo "USAGE: $0 [--image-list rancher-images.txt] [--images rancher-images.tar.gz]"
            exit "$1"
        }

        while [ $# -gt 0 ]; do
            case "$1" in
            --image-list | -l) names=$2 ;;
            --images | -i) archive=$2 ;;
            --source-registry | -s) source_registry=$2 ;;
            --help | -h) help=asked && set -- x "$@" ;;
            *) usage 1 ;;
            esac
            shift 2 || shift
        done
        [ -z "$help" ] || usage 0
        """# + common + #"""
            [ -z "$helm" ] || mkdir -p rancher-oci-charts

            pull_chart() {
                local version=${1#*:} output
                echo "Pulling chart: $1..."
                if output=$(helm pull "oci://${1%:*}" --version "${version//_/+}" -d ./rancher-oci-charts 2>&1); then
                    echo "Chart pull success: $1"
                else
                    printf '%s\n' "Chart pull FAILED: $1" "Error output:" "$output" ""
                    printf '%s\n' "ERROR: OCI Helm charts are required for Prime functionality."
                    printf '%s\n' "Cannot proceed with incomplete artifact set."
                    exit 1
                fi
            }

            pull() {
                local name=$prefix$1
                if [ -n "$helm" ] && is_chart "$name"; then
                    pull_chart "$name"
                elif docker pull "$name" >/dev/null 2>&1; then
                    echo "Image pull success: $name"
                    pulled+=" $name"
                elif docker inspect "$name" >/dev/null 2>&1; then
                    pulled+=" $name"
                else
                    echo "Image pull failed: $name"
                fi
            }

            pulled=
            each pull "$names"
            if [ -z "$pulled" ]; then
                echo "No docker images pulled; skipping $archive."
            else
                set -- $(echo $pulled)
                echo "Creating $archive with $# images"
                docker save "$@" | gzip >$archive
            fi
            if [ -n "$helm" ]; then
                shopt -s nullglob
                set -- ./rancher-oci-charts/*.tgz
                printf '\nOCI Helm charts saved in ./rancher-oci-charts/ (%d files). ' $#
                echo "Used by rancher-load-images.sh. Remove with: rm -rf ./rancher-oci-charts"
            fi
            exit 0

            """#

    private static let load =
        #"""
        #!/bin/bash
        names=rancher-images.txt archive=rancher-images.tar.gz source_registry= windows= releases=1809

        usage() {
            echo -n "USAGE: $0 [--images rancher-images.tar.gz] [--source-registry index.docker.io]"
            echo " --registry my.registry.com:5000"
            exit "$1"
        }

        while [ $# -gt 0 ]; do
            case "$1" in
            --image-list | -l) names=$2 ;;
            --images | -i) archive=$2 ;;
            --source-registry | -s) source_registry=$2 ;;
            --registry | -r) target_registry=$2 ;;
            --windows-image-list) windows=$2 ;;
            --windows-versions) releases=$2 ;;
            --help | -h) help=asked && set -- x "$@" ;;
            *) usage 1 ;;
            esac
            shift 2 || shift
        done
        [ -n "$target_registry" ] || usage 1
        [ -z "$help" ] || usage 0
        """# + common + #"""
            registry=${target_registry%/}

            architectures=() linux_names=() windows_names=()
            keep_linux() { linux_names+=("$1"); }
            keep_windows() { windows_names+=("$1"); }

            # Where an image is pushed to.
            target() {
                case "$1" in
                */*) target=$registry/$1 ;;
                *) target=$registry/rancher/$1 ;;
                esac
            }

            push_list() {
                local members=() architecture
                export DOCKER_CLI_EXPERIMENTAL=enabled
                for architecture in "${architectures[@]}"; do members+=("$target-$architecture"); done
                echo "Preparing manifest $target, list[${architectures[*]}]"
                docker manifest create "$target" "${members[@]}" --amend
                docker manifest push "$target" --purge
            }

            docker load --input $archive
            each keep_linux "$names"
            if [ -n "$windows" ]; then
                IFS=, read -r -a releases <<<"$releases"
                for release in "${releases[@]}"; do architectures+=("windows-$release"); done
                each keep_windows "$windows"
                for name in "${windows_names[@]}"; do
                    [[ " ${linux_names[*]}" = *" $name"* ]] && continue
                    target "$name"
                    push_list
                done
            fi

            architectures+=(linux-amd64)
            for name in "${linux_names[@]}"; do
                [ -n "$helm" ] && is_chart "$name" && continue
                target "$name"
                if [ -n "$windows" ] && [[ " ${windows_names[*]}" = *" $name"* ]]; then
                    docker tag "$prefix$name" "$target-linux-amd64"
                    docker push "$target-linux-amd64"
                    push_list
                else
                    docker tag "$prefix$name" "$target"
                    docker push "$target"
                fi
            done
            [ -n "$helm" ] || exit 0

            flags=()
            host=${registry#http://}
            case "${host#https://}" in
            localhost* | 127.0.0.1* | 0.0.0.0*) flags=(--plain-http) ;;
            esac
            for name in "${linux_names[@]}"; do
                is_chart "$name" || continue
                untagged=${name%:*} version=${name#*:}
                file="./rancher-oci-charts/${untagged##*/}-${version//_/+}.tgz"
                namespace="oci://$registry/${untagged%/*}"
                if ! [ -f "$file" ]; then
                    echo "ERROR: Chart file missing: $file"
                    echo "Expected location: ./rancher-oci-charts/"
                    echo "Ensure rancher-save-images.sh completed successfully and"
                    echo "rancher-oci-charts/ directory was transferred to this host."
                    exit 1
                fi
                echo "Helm chart push: $file -> $namespace"
                helm push "$file" "$namespace" "${flags[@]}"
            done

            """#
}
