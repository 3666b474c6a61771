/// The parts of DTLS 1.2 (RFC 6347) that need neither a clock nor a certificate: records, and what
/// of a datagram may reach a handshake.
package dev.madang.protocol.dtls;
