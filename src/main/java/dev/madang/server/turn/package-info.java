/** The STUN and TURN door: sockets for the engine in `protocol.turn`, and credentials for it. */
package dev.madang.server.turn;
