# Completion of rancher-save-images.ps1 for bash. Made by make-manuals from the table of flags: change that.
_rancher_save_images_ps1() {
    local word=${COMP_WORDS[COMP_CWORD]} flag=${COMP_WORDS[COMP_CWORD - 1]}
    COMPREPLY=()
    case $flag in
    -l | --image-list) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$word") ;;
    -i | --images) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$word") ;;
    -s | --source-registry) ;;
    -o | --os-release-id) ;;
    --engine) mapfile -t COMPREPLY < <(compgen -W 'auto docker registry' -- "$word") ;;
    --jobs) ;;
    --platform) mapfile -t COMPREPLY < <(compgen -W 'all' -- "$word") ;;
    --archive-format) mapfile -t COMPREPLY < <(compgen -W 'containerd docker legacy' -- "$word") ;;
    --failed-list) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$word") ;;
    --report) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$word") ;;
    --insecure-registry) ;;
    --ca-file) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$word") ;;
    --username) ;;
    --compression-level) ;;
    --patience) ;;
    --limit-rate) ;;
    --reuse) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$word") ;;
    --since) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$word") ;;
    --split) ;;
    --repair) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$word") ;;
    --progress) mapfile -t COMPREPLY < <(compgen -W 'auto terminal plain none' -- "$word") ;;
    *) mapfile -t COMPREPLY < <(compgen -W '-l --image-list -i --images -s --source-registry -o --os-release-id -h --help --engine --jobs --platform --strict --archive-format --failed-list --report --checksum --insecure-registry --ca-file --username --password-stdin --compression-level --patience --limit-rate --reuse --since --split --repair --fresh --with-referrers --check --progress --quiet --verbose --version' -- "$word") ;;
    esac
}
complete -F _rancher_save_images_ps1 rancher-save-images.ps1
