/** AES-GCM over arrays, for many small packets under one key. */
package dev.madang.protocol.gcm;
