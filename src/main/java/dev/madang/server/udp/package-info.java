/** The UDP door: one port for STUN, TURN and media, and the loops that serve it. */
package dev.madang.server.udp;
