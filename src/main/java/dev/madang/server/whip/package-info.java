/** WHIP (RFC 9725) into rooms and WHEP out of them. */
package dev.madang.server.whip;
