/** STUN messages (RFC 8489): reading, writing, integrity, and their framing over TCP. */
package dev.madang.protocol.stun;
