import Hashing
import TestSupport

/// A hundred small images and ten large ones, of one layer each.
enum ManyImages {
    /// Puts them into a registry.
    ///
    /// - Parameter largeSize: the size of a large layer in bytes.
    /// - Returns: their names, the large ones among the small ones.
    static func add(to registry: StandInRegistry, largeSize: Int) -> [String] {
        var list: [String] = []
        for number in 0..<100 {
            list.append(addImage("small/image\(number)", size: 2_000 + number, seed: number, to: registry))
            if number % 10 == 9 {
                list.append(addImage("large/image\(number)", size: largeSize, seed: number, to: registry))
            }
        }
        return list
    }

    private static func addImage(_ repository: String, size: Int, seed: Int, to registry: StandInRegistry) -> String {
        var state = UInt32(truncatingIfNeeded: seed) &* 2_654_435_761 | 1
        let layer = (0..<size / 4)
            .flatMap { _ -> [UInt8] in
                state = state &* 1_664_525 &+ 1_013_904_223
                return withUnsafeBytes(of: state, Array.init)
            }
        let diffID = ContentHash.digest(of: layer)
        let configuration = Array(
            #"""
            {"os":"linux","architecture":"amd64","config":{"Labels":{"n":"\#(repository)"}},\#
            "rootfs":{"type":"layers","diff_ids":["\#(diffID)"]}}
            """#
            .utf8
        )
        registry.addImage(repository: repository, tag: "v1", configuration: configuration, layers: [layer])
        return "\(repository):v1"
    }
}
