package dev.madang.protocol.turn;

import dev.madang.protocol.stun.IntegrityKey;

/// Whom a user name stands for.
///
/// @param user who is counted in quotas: for time-limited credentials the identity without its
///   expiry
/// @param key the long-term key of the user name
public record Account(String user, IntegrityKey key) {}
