/** ICE (RFC 8445): who may send where; the lite agent of the server and a small full one. */
package dev.madang.protocol.ice;
