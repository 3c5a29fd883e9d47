import CBZip2
import CLZMA
import CLibdeflate
import CZlib
import CZstd

/// The C libraries for compression.
package enum CompressionLibraries {
    /// The name and loaded version of each library. libdeflate has no function for its version, so its header's is used.
    package static var versions: [(name: String, version: String)] {
        [
            ("zlib", String(cString: zlibVersion())),
            ("libdeflate", LIBDEFLATE_VERSION_STRING),
            ("liblzma", String(cString: lzma_version_string())),
            // `1.0.8, 13-Jul-2019`
            ("libbz2", String(String(cString: BZ2_bzlibVersion()).prefix { $0 != "," })),
            ("libzstd", String(cString: ZSTD_versionString())),
        ]
    }
}
