/// The manual page of the two programs together, in section 7.
enum OverviewManual {
    /// The page's source.
    static var text: String {
        var page = ManualPage(
            "rancher-images",
            section: 7,
            summary: "move Rancher's container images across an air gap"
        )
        for (title, paragraphs) in sections {
            page.section(title)
            for paragraph in paragraphs { page.paragraph(paragraph) }
            if title == "description" { page.example(procedure) }
        }
        return page.text
    }

    private static let procedure = [
        "rancher-save-images --image-list rancher-images.txt --images rancher-images.tar.gz",
        "# take the list and the archive across",
        "rancher-load-images --image-list rancher-images.txt --images rancher-images.tar.gz \\",
        "    --registry registry.example.com:5000",
    ]

    private static let sections: [(String, [String])] = [
        (
            "description",
            [
                "Rancher's releases come with lists of the images that a cluster needs: `rancher-images.txt` and"
                    + " `rancher-windows-images.txt`. On a host that reaches the registries, `rancher-save-images`(1) saves them into an"
                    + " archive; on the other side `rancher-load-images`(1) brings them into a private registry."
            ]
        ),
        (
            "engines",
            [
                "The registry engine talks to registries itself: each blob is moved once, unchanged, many at a time, and verified on the"
                    + " way. The docker engine runs the docker and helm commands of the scripts. `--engine auto`, the default, takes docker"
                    + " in shell mode where a daemon answers, else registry."
            ]
        ),
        (
            "logins and certificates",
            [
                "What `docker login` or `podman login` has left is used, with credential helpers; so are `/etc/docker/certs.d` and the"
                    + " mirrors, proxies and insecure registries of `/etc/docker/daemon.json`. A host with none of these: `--username`,"
                    + " `--password-stdin`, `--ca-file` and `--insecure-registry`."
            ]
        ),
        (
            "archives",
            [
                "By default an archive is what docker writes with its containerd image store: an OCI layout with a manifest.json, as a"
                    + " gzip whose members are stored. Any docker loads it. `--archive-format` `docker` and `legacy` write what a docker"
                    + " with a graph driver writes.",
                "A delta, which `--since` makes, lacks the blobs of older archives. Only `rancher-load-images`(1) takes it.",
            ]
        ),
        (
            "windows",
            [
                "Images for Windows are saved and loaded on Linux, in PowerShell mode: `rancher-save-images.ps1`. Where both lists name an"
                    + " image, `rancher-load-images --windows-image-list` makes the manifest list of both."
            ]
        ),
        (
            "see also",
            [
                "`rancher-save-images`(1), `rancher-load-images`(1), `docker-save`(1), `skopeo`(1)"
            ]
        ),
    ]
}
