package dev.madang.server.http;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

/// What a TLS server proves itself with: its key, and its certificate before those that vouch for
/// it.
record TlsIdentity(PrivateKey key, List<X509Certificate> chain) {
  X509Certificate certificate() {
    return chain.getFirst();
  }
}
