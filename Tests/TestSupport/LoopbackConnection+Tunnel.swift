import Glibc

extension LoopbackConnection {
    /// Confirms the tunnel, and forwards bytes in both directions until both ends are closed.
    func tunnel(to port: Int) {
        guard let other = Self.connect(to: port) else {
            _ = write(Array("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n".utf8)[...])
            return
        }
        defer { close(other) }
        guard write(Array("HTTP/1.1 200 Connection established\r\n\r\n".utf8)[...]) else { return }

        var ends = [socket, other].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        while ends.contains(where: { $0.fd >= 0 }) {
            // Descriptors below zero are ignored.
            guard poll(&ends, nfds_t(ends.count), -1) > 0 else { return }
            for (index, end) in ends.enumerated() where end.revents != 0 {
                let target = index == 0 ? other : socket
                guard !Self.pass(from: end.fd, to: target) else { continue }
                shutdown(target, Int32(SHUT_WR))
                ends[index].fd = -1
            }
        }
    }

    /// Forwards the available bytes; returns `false` at the end.
    private static func pass(from source: Int32, to target: Int32) -> Bool {
        withUnsafeTemporaryAllocation(byteCount: 64 * 1024, alignment: 16) { space in
            let count = recv(source, space.baseAddress, space.count, 0)
            var sent = 0
            while sent < count {
                let written = Glibc.send(
                    target,
                    space.baseAddress.map { $0 + sent },
                    count - sent,
                    Int32(MSG_NOSIGNAL)
                )
                guard written > 0 else { return false }
                sent += written
            }
            return count > 0
        }
    }

    private static func connect(to port: Int) -> Int32? {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { return nil }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr = in_addr(s_addr: UInt32(0x7F00_0001).bigEndian)
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else {
            close(socket)
            return nil
        }
        return socket
    }
}
