/// DTLS 1.2 with far ends that signaling vouches for (RFC 8827, 5764): handshakes on virtual
/// threads, everything after them on the loop of its owner.
package dev.madang.net.dtls;
