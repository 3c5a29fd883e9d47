import Glibc
import SampleImages

/// Fills a registry on this machine with the sample images, for the demonstration and for trying things out.
@main
struct Main {
    static func main() async {
        guard CommandLine.arguments.count == 3 else {
            print("USAGE: seed-registry DIRECTORY HOST:PORT")
            exit(2)
        }
        do {
            try await SampleImages(directory: CommandLine.arguments[1]).push(to: CommandLine.arguments[2])
        } catch {
            print("seed-registry: \(error)")
            exit(1)
        }
    }
}
