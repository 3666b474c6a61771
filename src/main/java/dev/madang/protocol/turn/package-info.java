/** TURN (RFC 8656): the relay's engine, a client of it, and who may be relayed to. */
package dev.madang.protocol.turn;
