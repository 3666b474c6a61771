package dev.madang.net.dtls;

import dev.madang.protocol.srtp.SrtpProfile;
import java.util.Arrays;

/// Master keys and salts of both directions.
record SrtpKeys(
    SrtpProfile profile, byte[] localKey, byte[] localSalt, byte[] remoteKey, byte[] remoteSalt) {
  /// How many bytes are exported for a profile.
  static int exportLength(SrtpProfile profile) {
    return 2 * (profile.keyLength() + profile.saltLength());
  }

  /// RFC 5764 §4.2: client_write_SRTP_master_key, server_write_SRTP_master_key,
  /// client_write_SRTP_master_salt, server_write_SRTP_master_salt.
  static SrtpKeys split(SrtpProfile profile, byte[] exported, boolean client) {
    int key = profile.keyLength();
    int salts = 2 * key;
    int serverSalt = salts + profile.saltLength();
    byte[] clientKey = Arrays.copyOf(exported, key);
    byte[] serverKey = Arrays.copyOfRange(exported, key, salts);
    byte[] clientSalt = Arrays.copyOfRange(exported, salts, serverSalt);
    byte[] serversSalt = Arrays.copyOfRange(exported, serverSalt, exported.length);
    return client
        ? new SrtpKeys(profile, clientKey, clientSalt, serverKey, serversSalt)
        : new SrtpKeys(profile, serverKey, serversSalt, clientKey, clientSalt);
  }
}
