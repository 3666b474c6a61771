/** Secure RTP and RTCP (RFC 3711, 7714): protecting and unprotecting single packets. */
package dev.madang.protocol.srtp;
