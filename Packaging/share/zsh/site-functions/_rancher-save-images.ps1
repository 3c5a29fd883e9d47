#compdef rancher-save-images.ps1
# Made by make-manuals from the table of flags: change that.
_arguments \
    '(-l --image-list)-l[read the names of the images from this text file, one per line]:PATH:_files' \
    '(-l --image-list)--image-list[read the names of the images from this text file, one per line]:PATH:_files' \
    '(-i --images)-i[use this archive, in the format of docker save]:PATH:_files' \
    '(-i --images)--images[use this archive, in the format of docker save]:PATH:_files' \
    '(-s --source-registry)-s[prepend this registry to the image names in the archive]:HOST[\:PORT][/PATH]: ' \
    '(-s --source-registry)--source-registry[prepend this registry to the image names in the archive]:HOST[\:PORT][/PATH]: ' \
    '(-o --os-release-id)-o[set the Windows release of the images\: 1809, ltsc2022, ...]:ID: ' \
    '(-o --os-release-id)--os-release-id[set the Windows release of the images\: 1809, ltsc2022, ...]:ID: ' \
    '(-h --help)-h[print this text]' \
    '(-h --help)--help[print this text]' \
    '--engine[choose what moves the images\: docker commands or this program]:auto|docker|registry:(auto docker registry)' \
    '--jobs[limit the number of concurrent transfers]:N: ' \
    '*--platform[select the platform of a multi-platform image]:OS/ARCH[/VARIANT]|all:(all)' \
    '--strict[exit with status 1 if any image fails]' \
    '--archive-format[choose the format of the archive]:containerd|docker|legacy:(containerd docker legacy)' \
    '--failed-list[write the references that failed to FILE, as a list for another run]:FILE:_files' \
    '--report[write the result of each image to FILE]:FILE:_files' \
    '--checksum[write the archive'\''s SHA-256 to ARCHIVE.sha256, for sha256sum -c]' \
    '*--insecure-registry[allow this registry without TLS or without a valid certificate]:HOST[\:PORT]: ' \
    '--ca-file[trust the CA certificates in FILE too, PEM or DER]:FILE:_files' \
    '--username[log in to the registry as USER]:USER: ' \
    '--password-stdin[read the password of --username from standard input]' \
    '--compression-level[set the level of gzip compression]:1-9: ' \
    '--patience[retry a registry that fails or sends nothing for this long]:DURATION: ' \
    '--limit-rate[limit all transfers together to RATE bytes a second]:RATE: ' \
    '*--reuse[copy blobs from an older archive instead of downloading them]:ARCHIVE:_files' \
    '*--since[write a delta archive, without the blobs of an older archive]:ARCHIVE:_files' \
    '--split[write the archive in parts of SIZE bytes\: ARCHIVE.001 and so on]:SIZE: ' \
    '--repair[verify a saved archive and download corrupt or missing blobs again]:ARCHIVE:_files' \
    '--fresh[discard the data of an interrupted run and start over]' \
    '--with-referrers[save signatures, attestations and SBOMs of the images too]' \
    '--check[check everything that the run needs and transfer nothing]' \
    '--progress[show the progress on standard error]:auto|terminal|plain|none:(auto terminal plain none)' \
    '--quiet[print only failures and the final count to standard error]' \
    '--verbose[log every request, login and decision to standard error]' \
    '--version[print the version of the program and of its libraries]'
