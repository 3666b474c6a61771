/** Engine.IO, revisions 3 and 4: packets, payloads, sessions. Pure: time comes in. */
package dev.madang.protocol.engineio;
