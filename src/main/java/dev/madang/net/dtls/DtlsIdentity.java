package dev.madang.net.dtls;

import dev.madang.protocol.sdp.Fingerprint;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.crypto.params.AsymmetricKeyParameter;
import org.bouncycastle.crypto.util.PrivateKeyFactory;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/// What we prove ourselves with: an ECDSA P-256 key (RFC 8827 §6.5) and a certificate for it that
/// nobody signed but itself, since far ends know it by its fingerprint.
public final class DtlsIdentity {
  private final byte[] certificate;
  private final AsymmetricKeyParameter key;
  private final Fingerprint fingerprint;

  private DtlsIdentity(byte[] certificate, AsymmetricKeyParameter key) {
    this.certificate = certificate;
    this.key = key;
    this.fingerprint = CertificateHash.of("sha-256", certificate);
  }

  /** A new key and certificate; takes some milliseconds. */
  public static DtlsIdentity make(Instant now, SecureRandom random) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"), random);
      KeyPair pair = generator.generateKeyPair();
      X500Name name = new X500Name("CN=Madang");
      byte[] certificate =
          new JcaX509v3CertificateBuilder(
                  name,
                  new BigInteger(126, random).setBit(126),
                  Date.from(now.minus(SLACK)),
                  Date.from(now.plus(LIFE)),
                  name,
                  pair.getPublic())
              .build(new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate()))
              .getEncoded();
      return new DtlsIdentity(
          certificate, PrivateKeyFactory.createKey(pair.getPrivate().getEncoded()));
    } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The SHA-256 of the certificate, for SDP. */
  public Fingerprint fingerprint() {
    return fingerprint;
  }

  /** In DER. */
  byte[] certificate() {
    return certificate;
  }

  AsymmetricKeyParameter key() {
    return key;
  }

  private static final Duration SLACK = Duration.ofDays(1);

  /// Far ends do not look at it; a server may run for long.
  private static final Duration LIFE = Duration.ofDays(3650);
}
