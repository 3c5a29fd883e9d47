// Shell scripts that do what PowerShell's scripts do, for a fake for PowerShell that has a shell run them.

extension ScriptsOfOurOwn {
    /// The beginning of both: arguments are read from the last to the first, and a flag takes the first argument before the next
    /// flag.
    private static let commonPowerShell = #"""
        #!/bin/bash
        names=rancher-windows-images.txt archive=rancher-windows-images.tar.gz source_registry= release=1809 value=
        for ((i = $#; i > 0; i--)); do
            word=${!i}
            case "${word,,}" in
            -l | --image-list) names=$value ;;
            -i | --images) archive=$value ;;
            -s | --source-registry) source_registry=$value ;;
            -o | --os-release-id) release=$value ;;
            -r | --registry) registry_flag "$value" "$word" || continue ;;
            -h | --help) asked=yes ;;
            *) value=$word && continue ;;
            esac
            value=
        done

        slashed() { sed 's|/*$|/|' <<<"$1"; }

        lines() {
            if [ "$(head -c 2 <"$names" | od -An -tx1)" = " ff fe" ]; then
                iconv -f UTF-16 -t UTF-8 <"$names"
            else
                sed $'1s/^\xef\xbb\xbf//' <"$names"
            fi | tr '\r' '\n'
        }

        prefix=
        [ -z "$source_registry" ] || prefix=$(slashed "$source_registry")

        """#

    static let savePowerShell =
        #"""
        registry_flag() { value=$2 && false; }

        """# + commonPowerShell + #"""
            usage() {
                printf 'USAGE: %s [--image-list rancher-windows-images.txt]' "$PWD/${0#./}"
                echo ' [--images rancher-windows-images.tar.gz] [--source-registry index.docker.io]'
                exit "$1"
            }

            [ -z "$asked" ] || usage 0
            [ -n "$names" ] || exit 1
            [ -e "$names" ] || { echo "Could not find '$names' file" && usage 1; }
            [ -d "$names" ] && exit 1
            pulled=()
            while IFS= read -r name || [ -n "$name" ]; do
                [ -n "$name" ] || continue
                name=$prefix$name-windows-$release
                echo "Pulling $name"
                type docker >/dev/null 2>&1 || exit 1
                docker pull "$name" && pulled+=("$name")
            done < <(lines)
            if [ ${#pulled[@]} = 0 ]; then
                echo "Could not save empty images to host"
                echo "Please verify the images of '$names' existing or not"
                exit 1
            fi
            docker save "${pulled[@]}" -o "$archive"
            exit 0

            """#

    static let loadPowerShell =
        #"""
        registry_flag() { registry=$1; }

        """# + commonPowerShell + #"""
            usage() {
                printf 'USAGE: %s [--images rancher-windows-images.tar.gz]' "$PWD/${0#./}"
                echo ' [--source-registry index.docker.io] --registry my.registry.com:5000'
                exit "$1"
            }

            [ -z "$asked" ] || usage 0
            [ -n "$registry" ] || { echo "Registry address is required" && usage 1; }
            [ -n "$archive" ] || exit 1
            compgen -G "$archive" >/dev/null || { echo "Could not find '$archive'" && usage 1; }
            type docker >/dev/null 2>&1 || exit 1
            docker load --input "$archive" || { echo "Could not load '$archive'" && exit 1; }
            [ -n "$names" ] || exit 1
            [ -e "$names" ] || exit 0
            [ -d "$names" ] && exit 1
            registry=$(slashed "$registry")
            while IFS= read -r name || [ -n "$name" ]; do
                [ -n "$name" ] || continue
                name=$name-windows-$release
                target=$registry$name
                [[ $name = ?*/?* ]] || target=${registry}rancher/$name
                echo "Tagging $target"
                docker tag "$prefix$name" "$target" && docker push "$target"
            done < <(lines)
            exit 0

            """#
}
