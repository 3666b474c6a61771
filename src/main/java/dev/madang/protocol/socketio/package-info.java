/** The Socket.IO packet format (protocols 4 and 5) and the JSON inside it. */
package dev.madang.protocol.socketio;
