#compdef rancher-save-images.ps1
# Made by make-manuals from the table of flags: change that.
_arguments \
    '(-l --image-list)-l[text file that lists the images, one a line]:PATH:_files' \
    '(-l --image-list)--image-list[text file that lists the images, one a line]:PATH:_files' \
    '(-i --images)-i[archive of the images, as docker save writes it, in one file or in parts]:PATH:_files' \
    '(-i --images)--images[archive of the images, as docker save writes it, in one file or in parts]:PATH:_files' \
    '(-s --source-registry)-s[registry in front of the names that the images have, or get, in the archive]:HOST[\:PORT][/PATH]: ' \
    '(-s --source-registry)--source-registry[registry in front of the names that the images have, or get, in the archive]:HOST[\:PORT][/PATH]: ' \
    '(-o --os-release-id)-o[Windows release of the images\: 1809, ltsc2022, ...]:ID: ' \
    '(-o --os-release-id)--os-release-id[Windows release of the images\: 1809, ltsc2022, ...]:ID: ' \
    '(-h --help)-h[print this text]' \
    '(-h --help)--help[print this text]' \
    '--engine[who moves the images\: the docker command, or this program by itself; auto is docker in shell mode where a daemon answers, else registry]:auto|docker|registry:(auto docker registry)' \
    '--jobs[transfers at a time (default\: chosen for the machine)]:N: ' \
    '*--platform[which image of a multi-platform name; may be repeated]:OS/ARCH[/VARIANT]|all:(all)' \
    '--strict[exit with 1 where any image fails]' \
    '--archive-format[what docker save writes with its containerd store, since docker 25, and before docker 25]:containerd|docker|legacy:(containerd docker legacy)' \
    '--failed-list[write the references that failed into FILE, a list to run again]:FILE:_files' \
    '--report[write what became of each image into FILE\: as JUnit XML where the name ends in .xml, else as JSON]:FILE:_files' \
    '--checksum[write the archive'\''s SHA-256 beside it, into ARCHIVE.sha256, for sha256sum -c]' \
    '*--insecure-registry[registry without a valid certificate or without TLS, beside those of docker'\''s settings; may be repeated]:HOST[\:PORT]: ' \
    '--ca-file[certificates of authorities, PEM or DER, that are believed beside the system'\''s]:FILE:_files' \
    '--username[user at the registry that --registry, or else --source-registry, names; goes before docker'\''s and podman'\''s logins]:USER: ' \
    '--password-stdin[read the password of --username from standard input; without it RANCHER_IMAGES_PASSWORD has it]' \
    '--compression-level[of what gzip compresses\: 1 is the fastest, 9 the smallest]:1-9: ' \
    '--patience[how long a registry is tried again that fails or sends nothing]:DURATION: ' \
    '--limit-rate[most bytes a second of all transfers together, such as 500k or 10M; k, M and G are powers of 1000]:RATE: ' \
    '*--reuse[older archive to copy from what need not be fetched, beside the one that is replaced; may be repeated]:ARCHIVE:_files' \
    '*--since[older archive, or the JSON that --list prints of it, whose blobs are left out\: a delta, for registries that have the older one'\''s images; docker cannot load it; may be repeated]:ARCHIVE:_files' \
    '--split[write the archive in parts of this size, ARCHIVE.001 and so on, with their checksums in ARCHIVE.sha256; k, M and G are powers of 1000]:SIZE: ' \
    '--repair[save nothing, but prove every digest of an archive that was saved here, and fetch anew what is damaged or missing]:ARCHIVE:_files' \
    '--fresh[drop what a stopped run has left, and begin anew]' \
    '--with-referrers[save what refers to the images too\: signatures, attestations, bills of materials; a load pushes what the archive has]' \
    '--check[look at everything that the run needs, and move nothing; exit with 1 where anything would fail]' \
    '--progress[how far the run is, on standard error\: lines that are drawn anew on a terminal, or a plain line every 30 seconds; auto is terminal where standard error is one, else plain]:auto|terminal|plain|none:(auto terminal plain none)' \
    '--quiet[on standard error, tell failures and the count at the end, and no more]' \
    '--verbose[tell on standard error of every request, login and decision, in lines with a >; no secret is among it]' \
    '--version[print the version, and those of the libraries inside]'
