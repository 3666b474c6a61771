/** The WebRTC door: transports of far ends that send or receive media, and WHIP and WHEP. */
package dev.madang.server.webrtc;
