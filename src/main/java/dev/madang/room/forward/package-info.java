/** What a room forwards: tracks, their relays, who receives them. Pure. */
package dev.madang.room.forward;
