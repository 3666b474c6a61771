/// RTP and RTCP (RFC 3550, 3551, 4585, 5104, 5506, 8285): views and writers over byte arrays for
/// the path of every packet, with what WebRTC adds: RTX (RFC 4588), RED (RFC 2198), transport-wide
/// feedback, REMB. Nothing here encrypts, and nothing here allocates per packet.
package dev.madang.protocol.rtp;
