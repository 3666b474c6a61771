/// SCTP over DTLS for data channels (RFC 9260, 8831) and the data channels themselves (RFC 8832).
/// Pure: time and randomness come in.
package dev.madang.protocol.sctp;
