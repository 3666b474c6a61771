/** The only sockets, threads and clock below the doors: loops that own UDP sockets. */
package dev.madang.net;
