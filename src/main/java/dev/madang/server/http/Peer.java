package dev.madang.server.http;

import java.net.InetSocketAddress;

/// Whence a request came.
///
/// @param remote the far end, or whom a trusted proxy names
/// @param secure whether it was encrypted on its way
record Peer(InetSocketAddress remote, boolean secure) {}
