package dev.madang.net.dtls;

import dev.madang.protocol.sdp.Fingerprint;
import dev.madang.wire.Bytes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;

/** Fingerprints of certificates (RFC 8122 §5). */
final class CertificateHash {
  private CertificateHash() {}

  /** Of a certificate in DER, by a hash named as SDP names it. */
  static Fingerprint of(String algorithm, byte[] certificate) {
    try {
      MessageDigest digest = MessageDigest.getInstance(javaName(algorithm));
      return new Fingerprint(algorithm, Bytes.of(digest.digest(certificate)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  static boolean fitsOneOf(List<Fingerprint> expected, byte[] certificate) {
    return expected.stream().anyMatch(each -> of(each.algorithm(), certificate).equals(each));
  }

  /** RFC 8122 §5: MD2 and MD5 must not be used; SHA-1 is not safe either. */
  static void requireStrong(Fingerprint fingerprint) {
    javaName(fingerprint.algorithm());
  }

  private static String javaName(String algorithm) {
    return switch (algorithm) {
      case "sha-256" -> "SHA-256";
      case "sha-384" -> "SHA-384";
      case "sha-512" -> "SHA-512";
      default -> throw new IllegalArgumentException("a fingerprint by " + algorithm);
    };
  }
}
