/** Protocols, one folder each: pure engines and messages. Time and randomness come in. */
package dev.madang.protocol;
