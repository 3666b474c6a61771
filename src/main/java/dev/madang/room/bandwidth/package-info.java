/**
 * How much a receiver's path carries, what to send it, and what publishers are told. Pure: time
 * comes in; nothing is allocated for a packet.
 */
package dev.madang.room.bandwidth;
