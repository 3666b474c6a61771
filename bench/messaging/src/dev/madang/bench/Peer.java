package dev.madang.bench;

import java.util.List;

/// A server to measure: its name in the table, the command that starts it (the port is added as
/// last argument), and whether it closes a polling connection after one request, so that its
/// clients need a new one for each.
record Peer(String name, List<String> command, boolean oneRequestAConnection) {}
