/** Participants of rooms that are programs in this process. */
package dev.madang.server.bot;
