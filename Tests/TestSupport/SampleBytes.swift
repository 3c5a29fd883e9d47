/// Returns bytes that hardly compress, always the same for the same seed (SplitMix64).
public func sampleBytes(_ count: Int, seed: Int = 0) -> [UInt8] {
    var state = UInt64(truncatingIfNeeded: seed) &* 0xD134_2543_DE82_EF95
    return [UInt8](unsafeUninitializedCapacity: (count + 7) / 8 * 8) { buffer, initialized in
        for offset in stride(from: 0, to: count, by: 8) {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
            UnsafeMutableRawBufferPointer(buffer)
                .storeBytes(of: mixed ^ mixed >> 31, toByteOffset: offset, as: UInt64.self)
        }
        initialized = count
    }
}
