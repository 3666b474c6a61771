/** Session descriptions (RFC 8866) as WebRTC uses them (RFC 8829), and how offers are answered. */
package dev.madang.protocol.sdp;
