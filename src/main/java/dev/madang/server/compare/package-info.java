/// The server's end of `madang compare`: answers probes over every transport it speaks.
@org.jspecify.annotations.NullMarked
package dev.madang.server.compare;
