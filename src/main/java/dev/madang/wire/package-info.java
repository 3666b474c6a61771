/** Bytes: readers and writers that every protocol stands on. Names nothing else. */
package dev.madang.wire;
