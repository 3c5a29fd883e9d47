import Engine
import OCI
import Testing

@Suite(.timeLimit(.minutes(1))) struct ImageNameTests {
    @Test func theTextIsUnchangedAndTheReferenceIsNormalized() throws {
        let name = ImageName("busybox")
        #expect(name.text == "busybox")
        #expect(try name.reference.description == "docker.io/library/busybox:latest")
        #expect(ImageName("busybox") == name)
        #expect(ImageName("busybox:latest") != name, "docker gets another word")
    }

    @Test func aNameCanBeNoReference() {
        let name = ImageName("Busybox:1")
        #expect(name.text == "Busybox:1")
        #expect(throws: ReferenceError.self) { try name.reference }
    }

    @Test func membersOfAManifestListFollowTheTarget() {
        let image = ImageListEntry(reference: "a/b:1", file: "list", line: 3)
        let step = LoadStep(manifestList: ImageName("r/a/b:1"), of: ["windows-1809", "linux-amd64"], for: image)
        guard case .manifestList(_, let members) = step.action else {
            Issue.record("another action")
            return
        }
        #expect(members.map(\.text) == ["r/a/b:1-windows-1809", "r/a/b:1-linux-amd64"])
    }

    @Test(arguments: [
        ("rancher/charts/fleet:1", true), ("docker.io/rancher/charts/x:1", true), ("rancher/chartsx:1", false),
        ("busybox", false),
    ])
    func charts(_ reference: String, _ isChart: Bool) {
        #expect(ImageListEntry(reference: reference, file: "list", line: 1).isChart == isChart)
    }
}
