package dev.madang.server.http;

import java.net.InetSocketAddress;

/// Whence a request came.
///
/// @param remote the far end, or whom a trusted proxy names
/// @param secure whether it was encrypted on its way
/// @param host name and port under which the far end knows us; empty when it did not say
record Peer(InetSocketAddress remote, boolean secure, String host) {}
