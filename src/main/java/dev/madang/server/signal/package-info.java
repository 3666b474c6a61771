/**
 * The signaling door: rooms over the Socket.IO namespace `/room`, and the grants that let one in.
 */
package dev.madang.server.signal;
