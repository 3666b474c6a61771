/** The front door for HTTP/1.1, HTTP/2 and WebSocket, and for all that shares their port. */
@org.jspecify.annotations.NullMarked
package dev.madang.server.http;
