# Makes an SPDX 2.3 document of the lines of `linked_components`; see contents.sh.

def lines: split("\n") | map(select(length > 0 and (startswith("#") | not)) | split("\t"));
def identifier: "SPDXRef-" + gsub("[^a-zA-Z0-9.-]"; "-");
def purl($locator): {referenceCategory: "PACKAGE-MANAGER", referenceType: "purl", referenceLocator: $locator};

($table | lines | map({key: .[0], value: {licence: .[1], origin: .[2]}}) | from_entries) as $known
| ($ARGS.positional | [range(0; length; 3) as $i | {
    name: .[$i], sha1: .[$i + 1][:40], sha256: .[$i + 2][:64]
}]) as $executables
| [lines | group_by([.[0], .[1]])[] | .[0][0] as $name | .[0][1] as $version
    | ($known[$name] // error("Packaging/libraries.tsv does not know " + $name)) as $about
    | {
        SPDXID: ("Package-" + $name | identifier),
        name: $name,
        versionInfo: $version,
        downloadLocation: "NOASSERTION",
        filesAnalyzed: false,
        licenseConcluded: $about.licence,
        licenseDeclared: $about.licence,
        copyrightText: "NOASSERTION",
        comment: ("linked: " + (map(.[3]) | unique | join(", ")))
    }
    + if $about.origin == "debian" then {
        supplier: "Organization: Debian",
        sourceInfo: ("Debian source package; installed as " + (map(.[2]) | unique | join(", "))),
        externalRefs: [purl("pkg:deb/debian/\($name)@\($version | @uri)?arch=source&distro=\($distribution)")]
    } else {
        supplier: "Organization: Swift.org",
        sourceInfo: "as it comes with the toolchain of Swift \($version)"
    } + if $about.origin == "-" then {} else {
        externalRefs: [purl("pkg:github/\($about.origin)@swift-\($version)-RELEASE")]
    } end end
] as $libraries
| {
    spdxVersion: "SPDX-2.3",
    dataLicense: "CC0-1.0",
    SPDXID: "SPDXRef-DOCUMENT",
    name: "rancher-images-\($version)",
    # Unique, as the specification wants it: another build has other executables.
    documentNamespace: "https://spdx.org/spdxdocs/rancher-images-\($version)-\($executables | map(.sha256[:16]) | join("-"))",
    creationInfo: {created: $created, creators: ["Tool: rancher-images scripts/package"]},
    documentDescribes: (["SPDXRef-rancher-images"] + [$executables[] | "File-" + .name | identifier]),
    packages: ([{
        SPDXID: "SPDXRef-rancher-images",
        name: "rancher-images",
        versionInfo: $version,
        sourceInfo: "commit \($commit)",
        downloadLocation: "NOASSERTION",
        filesAnalyzed: false,
        licenseConcluded: "Apache-2.0",
        licenseDeclared: "Apache-2.0",
        copyrightText: "NOASSERTION",
        primaryPackagePurpose: "APPLICATION"
    }] + $libraries),
    files: [$executables[] | {
        SPDXID: ("File-" + .name | identifier),
        fileName: "./bin/\(.name)",
        fileTypes: ["BINARY"],
        checksums: [{algorithm: "SHA1", checksumValue: .sha1}, {algorithm: "SHA256", checksumValue: .sha256}],
        licenseConcluded: "NOASSERTION",
        licenseInfoInFiles: ["NOASSERTION"],
        copyrightText: "NOASSERTION"
    }],
    hasExtractedLicensingInfos: [{
        licenseId: "LicenseRef-liblzma-public-domain",
        name: "public domain, as liblzma's authors declare it",
        extractedText: "liblzma is in the public domain."
    }],
    relationships: (
        [$executables[] | {
            spdxElementId: ("File-" + .name | identifier),
            relationshipType: "GENERATED_FROM",
            relatedSpdxElement: "SPDXRef-rancher-images"
        }]
        + [$libraries[] | {
            spdxElementId: "SPDXRef-rancher-images",
            relationshipType: "STATIC_LINK",
            relatedSpdxElement: .SPDXID
        }]
    )
}
