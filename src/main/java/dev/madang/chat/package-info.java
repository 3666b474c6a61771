/** Socket.IO's ideas: namespaces, sockets, rooms, events, acknowledgements, recovery. Pure. */
package dev.madang.chat;
