/** The door of Engine.IO and Socket.IO: their sessions over HTTP polling and WebSocket. */
@NullMarked
package dev.madang.server.socketio;

import org.jspecify.annotations.NullMarked;
