/** Rooms: who is in them, what they publish, what they say. Pure: time and randomness come in. */
package dev.madang.room;
